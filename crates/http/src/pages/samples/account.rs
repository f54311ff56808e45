//! The page with a user's sessions and applications, full and empty.

use std::time::Duration;

use authly_domain::clock::Timestamp;

use super::Visit;
use crate::pages::contexts::{AccountPage, ApplicationEntry, Moment, ScopeEntry, SessionEntry};
use crate::pages::text::Text;

/// Shows it in every state.
pub(super) fn visit(word: &str, visitor: &mut impl Visit) {
    let text = || word.to_owned();
    let hours = |hours| {
        let now = Timestamp::from_unix_seconds(1_800_000_000);
        now.map(|now| Moment::of(now.minus(Duration::from_hours(hours)), now))
    };
    let session = |device: Text, is_this| {
        Some(SessionEntry {
            id: text(),
            device,
            address: text(),
            signed_in: hours(50)?,
            last_used: hours(0)?,
            is_this,
        })
    };
    let named = |key| {
        let device = Text::key(key).with_name("browser", "Firefox");
        device.with_name("system", "Linux")
    };
    let application = |uri: Option<String>, works_offline| {
        let scope = ScopeEntry {
            name: "email".to_owned(),
            description: text(),
        };
        Some(ApplicationEntry {
            id: text(),
            name: text(),
            uri,
            scopes: vec![scope],
            since: hours(3)?,
            works_offline,
        })
    };
    let page = |done, sessions: Vec<Option<SessionEntry>>, applications: Vec<_>| AccountPage {
        address: "/account".to_owned(),
        csrf: text(),
        username: text(),
        done,
        sessions_action: "/account/sessions".to_owned(),
        sessions: sessions.into_iter().flatten().collect(),
        applications_action: "/account/applications".to_owned(),
        applications: applications.into_iter().flatten().collect(),
    };
    visitor.page(&page(
        None,
        vec![
            session(named("account-device"), true),
            session(named("account-device-browser"), false),
            session(named("account-device-system"), false),
        ],
        vec![application(Some(text()), true), application(None, false)],
    ));
    for done in [
        "account-ended-session",
        "account-ended-others",
        "account-ended-application",
    ] {
        let alone = session(Text::key("account-device-unknown"), true);
        visitor.page(&page(Some(Text::key(done)), vec![alone], Vec::new()));
    }
}
