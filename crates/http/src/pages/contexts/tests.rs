//! Every template is rendered, with text that tries to break out.

use super::*;
use crate::pages::Pages;
use crate::respond::PageProblem;

/// Ends attributes, elements and comments where it is not escaped.
const HOSTILE: &str = r#""'><script>alert(1)</script><!-- &amp;"#;

fn hostile() -> String {
    HOSTILE.to_owned()
}

/// A page filled with text that tries to break out.
trait Sample {
    fn sample() -> Self;
}

impl Sample for LoginPage {
    fn sample() -> Self {
        Self {
            action: "/login?request=abc".to_owned(),
            csrf: hostile(),
            username: hostile(),
            problem: Some("User name or password is wrong."),
            leads_to: Some(Waiter {
                client_name: hostile(),
                cancel_action: "/consent?request=abc".to_owned(),
            }),
        }
    }
}

impl Sample for ChangePasswordPage {
    fn sample() -> Self {
        Self {
            action: "/login/password".to_owned(),
            csrf: hostile(),
            username: hostile(),
            problem: Some(hostile()),
        }
    }
}

impl Sample for ConsentPage {
    fn sample() -> Self {
        let entry = || ScopeEntry {
            name: hostile(),
            description: hostile(),
        };
        Self {
            action: "/consent?request=abc".to_owned(),
            csrf: hostile(),
            client_name: hostile(),
            client_uri: Some(hostile()),
            policy_uri: Some(hostile()),
            tos_uri: Some(hostile()),
            username: hostile(),
            destination: hostile(),
            switch_account: "/login?request=abc".to_owned(),
            required: vec![entry(), entry()],
            optional: vec![entry()],
        }
    }
}

impl Sample for SignedInPage {
    fn sample() -> Self {
        Self {
            username: hostile(),
            logout: "/logout".to_owned(),
        }
    }
}

impl Sample for LogoutPage {
    fn sample() -> Self {
        Self {
            action: "/logout".to_owned(),
            csrf: hostile(),
            username: Some(hostile()),
        }
    }
}

impl Sample for SignedOutPage {
    fn sample() -> Self {
        Self {
            login: "/login".to_owned(),
        }
    }
}

impl Sample for FormPostPage<'_> {
    fn sample() -> Self {
        Self {
            action: hostile(),
            destination: hostile(),
            parameters: vec![PostedParameter {
                name: "state",
                value: HOSTILE,
            }],
            script: "",
        }
    }
}

impl Sample for ErrorPage {
    fn sample() -> Self {
        let entry = PageProblem::Failed.entry();
        Self {
            title: entry.title,
            what: entry.what,
            next: entry.next,
            request_id: hostile(),
        }
    }
}

fn render<P: Page + Sample>() -> String {
    Pages::sample().render(&P::sample()).unwrap()
}

fn every_page() -> Vec<(&'static str, String)> {
    vec![
        (LoginPage::TEMPLATE, render::<LoginPage>()),
        (ChangePasswordPage::TEMPLATE, render::<ChangePasswordPage>()),
        (ConsentPage::TEMPLATE, render::<ConsentPage>()),
        (SignedInPage::TEMPLATE, render::<SignedInPage>()),
        (LogoutPage::TEMPLATE, render::<LogoutPage>()),
        (SignedOutPage::TEMPLATE, render::<SignedOutPage>()),
        (FormPostPage::TEMPLATE, render::<FormPostPage<'_>>()),
        (ErrorPage::TEMPLATE, render::<ErrorPage>()),
    ]
}

#[test]
fn no_text_breaks_out_of_its_place() {
    for (name, html) in every_page() {
        assert!(!html.contains("<script>alert"), "{name}: {html}");
        assert!(!html.contains(r#""'>"#), "{name}: {html}");
    }
}

#[test]
fn every_page_says_its_language_title_and_heading_and_has_no_inline_style() {
    for (name, html) in every_page() {
        assert!(html.contains(r#"<html lang="en">"#), "{name}");
        assert_eq!(html.matches("<title>").count(), 1, "{name}");
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main").count(), 1, "{name}");
        assert!(html.contains(r#"href="/auth/static/authly."#), "{name}");
        assert!(!html.contains("style="), "{name}");
        assert!(!html.contains("<style"), "{name}");
        let mut words = html.split_whitespace();
        let handler = words.find(|word| word.starts_with("on") && word.contains('='));
        assert_eq!(handler, None, "{name}: an event handler");
    }
}

#[test]
fn every_form_of_ours_carries_its_token() {
    for (name, html) in every_page() {
        if name == FormPostPage::TEMPLATE {
            continue;
        }
        let forms = html.matches("<form").count();
        assert_eq!(html.matches(r#"name="csrf""#).count(), forms, "{name}");
        assert_eq!(html.matches(r#"method="post""#).count(), forms, "{name}");
    }
}

#[test]
fn the_names_and_ids_that_others_rely_on_are_there() {
    let login = render::<LoginPage>();
    for mark in [
        r#"name="username""#,
        r#"name="password""#,
        r#"id="login""#,
        r#"autocomplete="username""#,
        r#"autocomplete="current-password""#,
        r#"role="alert""#,
    ] {
        assert!(login.contains(mark), "login: {mark}");
    }
    let consent = render::<ConsentPage>();
    for mark in [
        r#"id="approve""#,
        r#"id="deny""#,
        r#"name="decision""#,
        r#"name="scope""#,
    ] {
        assert!(consent.contains(mark), "consent: {mark}");
    }
    let password = render::<ChangePasswordPage>();
    for mark in [
        r#"name="new_password""#,
        r#"name="repeat_password""#,
        r#"autocomplete="new-password""#,
    ] {
        assert!(password.contains(mark), "password: {mark}");
    }
    assert!(render::<LogoutPage>().contains(r#"id="logout""#));
}

#[test]
fn a_page_without_its_optional_parts_is_rendered_too() {
    let pages = Pages::sample();
    let login = LoginPage {
        username: String::new(),
        problem: None,
        leads_to: None,
        ..LoginPage::sample()
    };
    let html = pages.render(&login).unwrap();
    assert!(!html.contains("role=\"alert\""));
    assert!(!html.contains("id=\"cancel\""));

    let consent = ConsentPage {
        client_uri: None,
        policy_uri: None,
        tos_uri: None,
        optional: Vec::new(),
        required: Vec::new(),
        ..ConsentPage::sample()
    };
    assert!(!pages.render(&consent).unwrap().contains("checkbox"));

    let logout = LogoutPage {
        username: None,
        ..LogoutPage::sample()
    };
    assert!(pages.render(&logout).is_ok());
}
