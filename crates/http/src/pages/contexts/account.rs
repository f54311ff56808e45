//! What the page with a user's sessions and applications is told.

use authly_domain::clock::Timestamp;
use authly_protocol::admin::Moment as Written;
use serde::Serialize;

use super::super::text::Text;
use super::{FORM, Page, ScopeEntry, TOKEN};

/// The user's sessions and applications. Buttons: `session` is one, or `others`; `application` is one.
#[derive(Debug, Serialize)]
pub(crate) struct AccountPage {
    /// This page.
    pub(crate) address: String,
    /// The token of the forms.
    pub(crate) csrf: String,
    /// Who is logged in.
    pub(crate) username: String,
    /// What came of the button that was pressed.
    pub(crate) done: Option<Text>,
    /// Where the form goes that ends sessions.
    pub(crate) sessions_action: String,
    /// The sessions, the newest first.
    pub(crate) sessions: Vec<SessionEntry>,
    /// Where the form goes that takes access back.
    pub(crate) applications_action: String,
    /// The applications with access.
    pub(crate) applications: Vec<ApplicationEntry>,
}

/// A session.
#[derive(Debug, Serialize)]
pub(crate) struct SessionEntry {
    /// The value of its button.
    pub(crate) id: String,
    /// Browser and system.
    pub(crate) device: Text,
    /// From where the user logged in.
    pub(crate) address: String,
    /// When they did.
    pub(crate) signed_in: Moment,
    /// When it was last used.
    pub(crate) last_used: Moment,
    /// Whether it is the one that asks.
    pub(crate) is_this: bool,
}

/// An application with access.
#[derive(Debug, Serialize)]
pub(crate) struct ApplicationEntry {
    /// The value of its button.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// A page about it.
    pub(crate) uri: Option<String>,
    /// What it may do.
    pub(crate) scopes: Vec<ScopeEntry>,
    /// Since when.
    pub(crate) since: Moment,
    /// Whether it works on when the user signs out.
    pub(crate) works_offline: bool,
}

/// A moment that has been.
#[derive(Debug, Serialize)]
pub(crate) struct Moment {
    /// For programs, and for those who want to know exactly.
    pub(crate) exact: Written,
    /// How long ago that is.
    pub(crate) ago: Text,
}

impl Moment {
    /// As seen from `now`.
    pub(crate) fn of(moment: Timestamp, now: Timestamp) -> Self {
        // Nobody wants to know the microseconds.
        let seconds = Timestamp::from_unix_seconds(moment.unix_seconds());
        Self {
            exact: Written(seconds.unwrap_or(moment)),
            ago: Text::ago(now.since(moment)),
        }
    }
}

impl Page for AccountPage {
    const TEMPLATE: &'static str = "account.html";
    const NEEDS: &'static [&'static str] = &[FORM, TOKEN, r#"name="session""#];

    fn address(&self) -> Option<&str> {
        Some(&self.address)
    }
}
