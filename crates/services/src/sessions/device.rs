//! Browsers in which somebody has logged in before, known again by their device cookie.

use std::time::Duration;

use authly_crypto::opaque;
use authly_domain::clock::Timestamp;
use authly_domain::id::{DeviceId, UserId};
use authly_domain::secret::{DeviceToken, SecretDigest};
use authly_domain::sessions::{KnownAccount, KnownBrowser};
use authly_domain::users::{LoginName, PasswordVersion};

use super::{Browser, SessionService};

/// The device cookie that a browser gets with a login.
#[derive(Debug)]
pub struct DeviceCookie {
    /// Its value.
    pub token: DeviceToken,
    /// How long the browser is to keep it.
    pub lifetime: Duration,
}

/// Who has just logged in: under which name, by which password.
pub(super) struct JustLoggedIn {
    pub(super) name: SecretDigest,
    pub(super) user: UserId,
    pub(super) password: PasswordVersion,
    pub(super) at: Timestamp,
}

/// What a name is counted as. What can be nobody's name is counted as one name, so that it costs no
/// row each.
pub(super) fn counted_name(name: &LoginName) -> String {
    match name {
        LoginName::Username(name) => format!("username {name}"),
        LoginName::Email(email) => format!("email {email}"),
        LoginName::Nobody => String::from("nobody"),
    }
}

impl SessionService {
    /// The account of this name, if it has logged in with this browser before.
    pub(super) fn known_account(
        &self,
        name: &SecretDigest,
        device: Option<&DeviceToken>,
    ) -> Option<KnownAccount> {
        let lifetime = self.policy().throttle.device_lifetime;
        let known = self.known(device);
        known.account(name, self.context.now(), lifetime).copied()
    }

    /// The browser's cookie from now on. Each login makes another device of it, so that a copy of
    /// the cookie before has a counter of its own.
    pub(super) fn device_cookie(&self, login: &JustLoggedIn, browser: &Browser) -> DeviceCookie {
        let lifetime = self.policy().throttle.device_lifetime;
        let account = KnownAccount {
            name: login.name,
            device: DeviceId::generate(login.at, &*self.context.entropy),
            user: login.user,
            password: login.password,
            logged_in_at: login.at,
        };
        let known = self
            .known(browser.device.as_ref())
            .after_login(account, lifetime);
        DeviceCookie {
            token: self.devices.seal(&known, &*self.context.entropy),
            lifetime,
        }
    }

    fn known(&self, device: Option<&DeviceToken>) -> KnownBrowser {
        let known = device.and_then(|cookie| self.devices.open(cookie));
        known.unwrap_or_default()
    }
}

/// The digest of a name, under which a browser knows it.
pub(crate) fn name_digest(name: &LoginName) -> SecretDigest {
    opaque::digest(&counted_name(name))
}
