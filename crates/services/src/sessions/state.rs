//! What scripts see of the login in a browser (OpenID Connect Session Management §3.2): a value that is
//! another one once somebody has logged in or out, and says nothing else.

use authly_crypto::opaque;
use authly_crypto::session_state::session_state;
use authly_domain::clients::ClientId;

use super::BrowserGuard;
use super::browser::has_form;

/// Begins the state of a browser in which somebody is logged in.
const LOGGED_IN: &str = "in-";
/// Begins that of one in which nobody is.
const NOBODY: &str = "out-";

/// Whether somebody is logged in in a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Somebody is, though steps of the login may be left.
    LoggedIn,
    /// Nobody is.
    Nobody,
}

impl Presence {
    /// That of whoever may have a session.
    #[must_use]
    pub const fn of<T>(session: Option<&T>) -> Self {
        if session.is_some() {
            Self::LoggedIn
        } else {
            Self::Nobody
        }
    }
}

/// The state of the login in a browser: the value of a cookie that scripts read. It opens nothing, and no
/// session can be found by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserState(String);

impl BrowserState {
    /// The value of the cookie.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Of whom it says that they are logged in.
    #[must_use]
    pub fn presence(&self) -> Presence {
        if self.0.starts_with(LOGGED_IN) {
            Presence::LoggedIn
        } else {
            Presence::Nobody
        }
    }
}

impl BrowserGuard {
    /// A new state.
    #[must_use]
    pub fn new_state(&self, presence: Presence) -> BrowserState {
        let prefix = match presence {
            Presence::LoggedIn => LOGGED_IN,
            Presence::Nobody => NOBODY,
        };
        BrowserState(opaque::generate(prefix, self.entropy()))
    }

    /// The state in a cookie, if its text can be one of ours.
    #[must_use]
    pub fn read_state(&self, cookie: &str) -> Option<BrowserState> {
        let has_form = has_form(cookie, LOGGED_IN) || has_form(cookie, NOBODY);
        has_form.then(|| BrowserState(cookie.to_owned()))
    }

    /// What a client at this origin is told of the state, with a salt of its own.
    #[must_use]
    pub fn session_state(&self, client: &ClientId, origin: &str, state: &BrowserState) -> String {
        let salt = opaque::generate("", self.entropy());
        session_state(client.as_str(), origin, state.as_str(), &salt)
    }
}
