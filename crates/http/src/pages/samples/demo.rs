//! The pages of the demonstration.

use super::Visit;
use crate::pages::contexts::{DecodedToken, DemoHomePage, DemoOutcome, DemoPage};

/// Shows them in every state.
pub(super) fn visit(word: &str, visitor: &mut impl Visit) {
    for some in [Some(word.to_owned()), None] {
        visitor.page(&home(word, some.as_ref()));
    }
    for outcome in [
        None,
        Some(DemoOutcome::Refused("invalid_grant")),
        Some(DemoOutcome::Active(word.to_owned())),
        Some(DemoOutcome::Inactive(word.to_owned())),
        Some(DemoOutcome::Revoked),
    ] {
        visitor.page(&DemoPage {
            outcome,
            ..held(word)
        });
    }
    visitor.page(&DemoPage {
        refreshed: 2,
        refresh_token: None,
        id_token: None,
        ..held(word)
    });
}

fn home(word: &str, some: Option<&String>) -> DemoHomePage {
    let text = || word.to_owned();
    DemoHomePage {
        address: "/".to_owned(),
        issuer: text(),
        version: "0.0.0",
        start: "/demo/start".to_owned(),
        csrf: text(),
        username: text(),
        password_file: some.cloned(),
        metadata: text(),
        keys: text(),
        health: text(),
        refused: some.cloned(),
    }
}

fn held(word: &str) -> DemoPage {
    let text = || word.to_owned();
    let token = || {
        Some(DecodedToken {
            raw: text(),
            header: text(),
            claims: text(),
        })
    };
    DemoPage {
        address: "/demo".to_owned(),
        csrf: text(),
        refresh: "/demo/refresh".to_owned(),
        introspect: "/demo/introspect".to_owned(),
        revoke: "/demo/revoke".to_owned(),
        sign_out: "/demo/sign-out".to_owned(),
        scope: text(),
        refreshed: 1,
        access_token: token(),
        id_token: token(),
        refresh_token: Some(text()),
        outcome: None,
    }
}
