//! What a browser's device cookie says: which accounts have logged in with it before. It opens
//! nothing; it only decides in which counters a guess is counted.

use std::time::Duration;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::id::{DeviceId, UserId};
use crate::secret::SecretDigest;
use crate::users::PasswordVersion;

/// The most accounts that one browser is known for; who logged in longest ago makes room.
pub const MAX_KNOWN_ACCOUNTS: usize = 5;

/// An account that has logged in with a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAccount {
    /// The digest of the name that was typed.
    pub name: SecretDigest,
    /// What guesses are counted by: another one after each right login, so that a copy of the cookie
    /// and the browser that goes on using it have counters of their own.
    pub device: DeviceId,
    /// Whose account it was.
    pub user: UserId,
    /// The password with which it was.
    pub password: PasswordVersion,
    /// When, in whole seconds.
    pub logged_in_at: Timestamp,
}

/// A browser with the accounts that it is known for, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownBrowser {
    accounts: Vec<KnownAccount>,
}

/// How many bytes an account takes.
const ACCOUNT_BYTES: usize = 32 + 16 + 16 + 8 + 8;

impl KnownBrowser {
    /// The account of this name, if it logged in with this browser no longer than `lifetime` ago.
    #[must_use]
    pub fn account(
        &self,
        name: &SecretDigest,
        now: Timestamp,
        lifetime: Duration,
    ) -> Option<&KnownAccount> {
        let mut accounts = self.accounts.iter();
        accounts.find(|account| account.name == *name && account.is_fresh(now, lifetime))
    }

    /// The same browser after `account` has logged in with it. Other names of the same user stay
    /// known, now by the present password.
    #[must_use]
    pub fn after_login(self, account: KnownAccount, lifetime: Duration) -> Self {
        let now = account.logged_in_at;
        let mut accounts = vec![account];
        let others = self.accounts.into_iter();
        let others = others
            .filter(|other| other.name != account.name && other.is_fresh(now, lifetime))
            .map(|mut other| {
                if other.user == account.user {
                    other.password = account.password;
                }
                other
            });
        accounts.extend(others.take(MAX_KNOWN_ACCOUNTS - 1));
        Self { accounts }
    }

    /// As bytes, for the cookie.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.accounts.len() * ACCOUNT_BYTES);
        for account in &self.accounts {
            bytes.extend_from_slice(account.name.as_bytes());
            bytes.extend_from_slice(account.device.as_uuid().as_bytes());
            bytes.extend_from_slice(account.user.as_uuid().as_bytes());
            bytes.extend_from_slice(&account.password.number().to_be_bytes());
            bytes.extend_from_slice(&account.logged_in_at.unix_seconds().to_be_bytes());
        }
        bytes
    }

    /// From the bytes of [`KnownBrowser::to_bytes`]; `None` for any other.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (chunks, rest) = bytes.as_chunks::<ACCOUNT_BYTES>();
        if !rest.is_empty() || chunks.len() > MAX_KNOWN_ACCOUNTS {
            return None;
        }
        let accounts = chunks.iter().map(KnownAccount::from_bytes);
        Some(Self {
            accounts: accounts.collect::<Option<_>>()?,
        })
    }
}

impl KnownAccount {
    fn is_fresh(&self, now: Timestamp, lifetime: Duration) -> bool {
        now < self.logged_in_at.plus(lifetime)
    }

    fn from_bytes(bytes: &[u8; ACCOUNT_BYTES]) -> Option<Self> {
        let (name, rest) = bytes.split_first_chunk::<32>()?;
        let (device, rest) = rest.split_first_chunk::<16>()?;
        let (user, rest) = rest.split_first_chunk::<16>()?;
        let (password, rest) = rest.split_first_chunk::<8>()?;
        let (logged_in_at, _end) = rest.split_first_chunk::<8>()?;
        Some(Self {
            name: SecretDigest::from_bytes(*name),
            device: DeviceId::from_uuid(Uuid::from_bytes(*device)),
            user: UserId::from_uuid(Uuid::from_bytes(*user)),
            password: PasswordVersion::new(i64::from_be_bytes(*password)),
            logged_in_at: Timestamp::from_unix_seconds(i64::from_be_bytes(*logged_in_at))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const LIFETIME: Duration = Duration::from_hours(24);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_000_000_000 + seconds).unwrap()
    }

    fn account(name: u8, user: u128, version: i64, seconds: i64) -> KnownAccount {
        KnownAccount {
            name: SecretDigest::from_bytes([name; 32]),
            device: DeviceId::from_uuid(Uuid::from_u128(u128::from(name) << 8 | 1)),
            user: UserId::from_uuid(Uuid::from_u128(user)),
            password: PasswordVersion::new(version),
            logged_in_at: at(seconds),
        }
    }

    fn after(logins: &[KnownAccount]) -> KnownBrowser {
        let none = KnownBrowser::default();
        logins
            .iter()
            .fold(none, |browser, login| browser.after_login(*login, LIFETIME))
    }

    fn knows(browser: &KnownBrowser, name: u8, seconds: i64) -> Option<KnownAccount> {
        let name = SecretDigest::from_bytes([name; 32]);
        browser.account(&name, at(seconds), LIFETIME).copied()
    }

    #[test]
    fn a_browser_knows_each_account_for_so_long_and_no_other() {
        let (alice, bob) = (account(1, 1, 0, 0), account(2, 2, 7, 100));
        let browser = after(&[alice, bob]);
        let day = 24 * 3_600;
        assert_eq!(knows(&browser, 1, day - 1), Some(alice));
        assert_eq!(knows(&browser, 1, day), None);
        assert_eq!(knows(&browser, 2, day), Some(bob));
        assert_eq!(knows(&browser, 3, 0), None);
    }

    #[test]
    fn a_later_login_takes_the_place_of_the_one_before() {
        let again = KnownAccount {
            device: DeviceId::from_uuid(Uuid::from_u128(9)),
            ..account(1, 1, 0, 50)
        };
        let browser = after(&[account(1, 1, 0, 0), again]);
        assert_eq!(browser, after(&[again]));
    }

    #[test]
    fn other_names_of_the_user_go_on_with_the_present_password() {
        let browser = after(&[
            account(1, 1, 0, 0),
            account(3, 3, 5, 0),
            account(2, 1, 1, 9),
        ]);
        let version = |name| knows(&browser, name, 9).unwrap().password;
        assert_eq!(version(1), PasswordVersion::new(1));
        assert_eq!(version(2), PasswordVersion::new(1));
        assert_eq!(version(3), PasswordVersion::new(5));
    }

    #[test]
    fn who_logged_in_longest_ago_makes_room() {
        let logins: Vec<_> = (1..=6).map(|number| account(number, 0, 0, 0)).collect();
        let browser = after(&logins);
        let known = (1..=6).filter(|name| knows(&browser, *name, 0).is_some());
        assert_eq!(known.collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    }

    #[test]
    fn the_bytes_read_back_and_others_do_not() {
        let browser = after(&[account(1, 1, -1, 0), account(2, u128::MAX, i64::MAX, 5)]);
        let bytes = browser.to_bytes();
        assert_eq!(KnownBrowser::from_bytes(&bytes), Some(browser));
        assert_eq!(KnownBrowser::from_bytes(&[]), Some(KnownBrowser::default()));
        assert_eq!(KnownBrowser::from_bytes(&bytes[1..]), None);
        assert_eq!(KnownBrowser::from_bytes(&[0; ACCOUNT_BYTES * 6]), None);
        // A time that no calendar has.
        assert_eq!(KnownBrowser::from_bytes(&[0x7F; ACCOUNT_BYTES]), None);
    }
}
