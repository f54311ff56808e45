//! Every page in every state that it can be in: tried at start in each language, so that no
//! template or text fails later.

mod account;
mod api_docs;
mod demo;

use std::time::Duration;

use super::contexts::{
    ChangePasswordPage, ConsentPage, ErrorPage, FormPostPage, FormProblem, LoginPage, LogoutPage,
    Onward, Page, PostedParameter, ScopeEntry, SignedInPage, SignedOutPage, SigningOutPage, Waiter,
};
use super::text::Text;
use crate::respond::PageProblem;

/// Looks at pages.
pub(super) trait Visit {
    /// Looks at one.
    fn page<P: Page>(&mut self, page: &P);
}

/// Shows every page in every state. `word` stands in for what people and clients write.
pub(super) fn visit_samples(word: &str, visitor: &mut impl Visit) {
    let text = || word.to_owned();
    for problem in problems() {
        visitor.page(&login(word, problem));
    }
    visitor.page(&LoginPage {
        username: String::new(),
        leads_to: None,
        ..login(word, None)
    });
    for problem in problems() {
        visitor.page(&ChangePasswordPage {
            action: "/login/password".to_owned(),
            csrf: text(),
            username: text(),
            minimum_length: 12,
            problem,
        });
    }
    visitor.page(&consent(word));
    visitor.page(&ConsentPage {
        client_uri: None,
        policy_uri: None,
        tos_uri: None,
        services: None,
        required: Vec::new(),
        optional: Vec::new(),
        ..consent(word)
    });
    sessions(word, visitor);
    visitor.page(&FormPostPage {
        action: text(),
        destination: text(),
        parameters: vec![PostedParameter {
            name: "state",
            value: word,
        }],
        script: "",
    });
    account::visit(word, visitor);
    demo::visit(word, visitor);
    api_docs::visit(word, visitor);
    for problem in PageProblem::ALL {
        visitor.page(&ErrorPage::about(*problem, text()));
    }
}

/// Signed in, asked whether to sign out, and signed out.
fn sessions(word: &str, visitor: &mut impl Visit) {
    let text = || word.to_owned();
    visitor.page(&SignedInPage {
        username: text(),
        address: "/login".to_owned(),
        account: "/account".to_owned(),
        logout: "/logout".to_owned(),
    });
    for (username, application) in [
        (Some(text()), None),
        (None, None),
        (Some(text()), Some(text())),
        (None, Some(text())),
    ] {
        visitor.page(&LogoutPage {
            action: "/logout?client_id=sample".to_owned(),
            csrf: text(),
            username,
            client_name: application.clone(),
            destination: application,
        });
    }
    for onward in [Some(text()), None] {
        visitor.page(&SigningOutPage {
            frames: vec![text(), text()],
            onward: onward.map(|address| Onward {
                address,
                destination: text(),
            }),
            login: "/login".to_owned(),
            script: "",
        });
    }
    visitor.page(&SignedOutPage {
        login: "/login".to_owned(),
    });
}

/// Nothing is wrong, both fields of the login page may be, one field is, none is.
fn problems() -> [Option<FormProblem>; 5] {
    let problem = |text, fields| Some(FormProblem { text, fields });
    let wait = Text::key("login-throttled").with_wait(Duration::from_mins(2));
    [
        None,
        problem(Text::key("login-wrong"), &["username", "password"]),
        problem(Text::key("login-password-missing"), &["password"]),
        problem(Text::key("password-missing"), &["new_password"]),
        problem(wait, &[]),
    ]
}

fn login(word: &str, problem: Option<FormProblem>) -> LoginPage {
    LoginPage {
        action: "/login?request=sample".to_owned(),
        csrf: word.to_owned(),
        username: word.to_owned(),
        problem,
        leads_to: Some(Waiter {
            client_name: word.to_owned(),
            cancel_action: "/consent?request=sample".to_owned(),
        }),
    }
}

fn consent(word: &str) -> ConsentPage {
    let text = || word.to_owned();
    let entry = |name: &str| ScopeEntry {
        name: name.to_owned(),
        description: text(),
    };
    ConsentPage {
        action: "/consent?request=sample".to_owned(),
        csrf: text(),
        client_name: text(),
        client_uri: Some(text()),
        policy_uri: Some(text()),
        tos_uri: Some(text()),
        username: text(),
        destination: text(),
        services: Some(text()),
        switch_account: "/login?request=sample".to_owned(),
        required: vec![entry("openid"), entry(word)],
        optional: vec![entry("email"), entry(word)],
    }
}
