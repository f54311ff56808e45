//! The device cookie: which accounts have logged in with a browser, sealed under a key from the
//! master key. Nothing is stored, every node with that master key reads it, and the browser learns
//! nothing from it.

use std::fmt;

use authly_domain::entropy::Entropy;
use authly_domain::secret::DeviceToken;
use authly_domain::sessions::KnownBrowser;

use crate::base64url;
use crate::derive::DerivedKey;
use crate::master_key::MasterKey;
use crate::seal::{open, seal};

/// Names the purpose of the key and of what is sealed under it.
const LABEL: &str = "authly/device-cookie/v1";
/// Begins the cookie's value.
const PREFIX: &str = "authly_de_";
/// No cookie of ours is longer.
const MAX_LENGTH: usize = 1_024;

/// Makes and reads device cookies.
pub struct DeviceCookies(DerivedKey);

impl DeviceCookies {
    /// Derives the key from the master key.
    #[must_use]
    pub fn from_master(master: &MasterKey) -> Self {
        Self(master.derive(LABEL))
    }

    /// The cookie that says this.
    #[must_use]
    pub fn seal(&self, known: &KnownBrowser, entropy: &dyn Entropy) -> DeviceToken {
        let sealed = seal(&self.0, LABEL.as_bytes(), &known.to_bytes(), entropy);
        DeviceToken::new([PREFIX, &base64url::encode(sealed)].concat())
    }

    /// What a cookie says; `None` where it is not one that this key has sealed.
    #[must_use]
    pub fn open(&self, cookie: &DeviceToken) -> Option<KnownBrowser> {
        let text = cookie.expose();
        if text.len() > MAX_LENGTH {
            return None;
        }
        let sealed = base64url::decode(text.strip_prefix(PREFIX)?)?;
        let bytes = open(&self.0, LABEL.as_bytes(), &sealed).ok()?;
        KnownBrowser::from_bytes(&bytes)
    }
}

impl fmt::Debug for DeviceCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceCookies([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use authly_domain::clock::{Clock as _, SystemClock, Timestamp};
    use authly_domain::id::{DeviceId, UserId};
    use authly_domain::sessions::{KnownAccount, MAX_KNOWN_ACCOUNTS};
    use authly_domain::users::PasswordVersion;
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::entropy::OsEntropy;
    use crate::opaque::digest;

    fn account(name: &str) -> KnownAccount {
        let now = SystemClock.now();
        KnownAccount {
            name: digest(name),
            device: DeviceId::generate(now, &OsEntropy),
            user: UserId::generate(now, &OsEntropy),
            password: PasswordVersion::new(3),
            logged_in_at: Timestamp::from_unix_seconds(now.unix_seconds()).unwrap(),
        }
    }

    /// As many accounts as there can be.
    fn full() -> KnownBrowser {
        (0..MAX_KNOWN_ACCOUNTS).fold(KnownBrowser::default(), |browser, number| {
            browser.after_login(account(&number.to_string()), Duration::from_hours(1))
        })
    }

    fn cookies() -> DeviceCookies {
        DeviceCookies::from_master(&MasterKey::generate(&OsEntropy))
    }

    #[test]
    fn the_fullest_cookie_reads_back_and_fits() {
        let cookies = cookies();
        let browser = full();
        let cookie = cookies.seal(&browser, &OsEntropy);
        assert!(cookie.expose().len() <= MAX_LENGTH);
        assert_eq!(cookies.open(&cookie), Some(browser));
    }

    #[test]
    fn another_master_key_reads_nothing() {
        let cookie = cookies().seal(&full(), &OsEntropy);
        assert_eq!(cookies().open(&cookie), None);
    }

    #[test]
    fn what_was_changed_or_made_up_says_nothing() {
        let cookies = cookies();
        let cookie = cookies.seal(&full(), &OsEntropy);
        let text = cookie.expose();
        let flipped = |index: usize| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        let mut made_up: Vec<_> = (0..text.len()).map(flipped).collect();
        made_up.extend([
            String::new(),
            PREFIX.to_owned(),
            text.trim_start_matches(PREFIX).to_owned(),
            format!("{text}A"),
            format!("{text}="),
            "A".repeat(MAX_LENGTH + 1),
        ]);
        for text in made_up {
            assert_eq!(
                cookies.open(&DeviceToken::new(text.clone())),
                None,
                "{text}"
            );
        }
    }
}
