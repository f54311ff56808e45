//! Logins with a password that are refused: by what is typed, and by what is asked for.

use std::time::Duration;

use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::{COMMAND_LINE, REFRESH, SCOPE, TOKEN, app, app_of, log_in, login, post};

const WRONG: &str = "a wrong password";

/// Holds a login to be refused like this, with nothing stored but the count of attempts.
async fn expect(
    app: &TestApp,
    request: reqwest::RequestBuilder,
    status: u16,
    code: &str,
) -> Answer {
    let before = (
        app.stored().protocol_state().await,
        app.stored().registry().await,
    );
    let refused = send(request).await;
    refused.expect_error(status, code);
    let after = (
        app.stored().protocol_state().await,
        app.stored().registry().await,
    );
    assert_eq!(after, before, "{}", refused.body);
    assert_eq!(refused.header("set-cookie"), "");
    refused
}

async fn attempts(app: &TestApp) -> i64 {
    let all = app.stored().throttles().await;
    all.iter()
        .map(|(_, attempts)| *attempts)
        .max()
        .unwrap_or_default()
}

#[tokio::test]
async fn nobody_learns_which_users_there_are() {
    let (app, alice) = app().await;
    let bob = app.user("bob").create().await;
    app.disable_user(&bob).await;
    let carol = app.user("carol").create().await;
    app.take_password(&carol).await;
    let mut answers = Vec::new();
    for (name, password) in [
        ("alice", WRONG),
        ("nobody", alice.password.as_str()),
        ("nobody@example.com", WRONG),
        ("no user\u{7f}", WRONG),
        ("bob", &bob.password),
        ("carol", &carol.password),
    ] {
        let request = login(&app, name, password, SCOPE);
        let refused = expect(&app, request, 400, "invalid_grant").await;
        let mut headers = refused.headers.clone();
        for varies in ["x-request-id", "date"] {
            headers.remove(varies);
        }
        answers.push((refused.body, headers));
    }
    let first = answers.first().unwrap();
    assert!(answers.iter().all(|one| one == first), "{answers:?}");
    assert!(first.0.contains("The user name or the password is wrong."));
}

#[tokio::test]
async fn guessing_is_slowed_as_on_the_login_page_and_by_the_same_counters() {
    let few = |policies: &mut authly_testing::policies::Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 3;
    };
    let (app, alice) = app_of(Setup::default().policies(few)).await;
    let mut browser = app.browser();
    let page = browser.get("/login").await;
    browser.fill_in_login(&page, "alice", WRONG).await;
    for _ in 0..2 {
        expect(
            &app,
            login(&app, "alice", WRONG, SCOPE),
            400,
            "invalid_grant",
        )
        .await;
    }

    let right = login(&app, "alice", &alice.password, SCOPE);
    let refused = expect(&app, right, 429, "temporarily_unavailable").await;
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    let page = browser.get("/login").await;
    let page = browser.fill_in_login(&page, "alice", &alice.password).await;
    assert_eq!(page.status(), 429);

    app.advance(Duration::from_secs(wait));
    log_in(&app, &alice).await;
    assert_eq!(attempts(&app).await, 0);
}

#[tokio::test]
async fn a_password_that_has_to_be_changed_is_changed_in_the_browser() {
    let (app, _alice) = app().await;
    let new = app.user("new").administrator().requires_password_change();
    let new = new.create().await;
    let wrong = login(&app, "new", WRONG, SCOPE);
    let wrong = expect(&app, wrong, 400, "invalid_grant").await;
    assert!(!wrong.body.contains("browser"), "{}", wrong.body);

    let right = login(&app, "new", &new.password, SCOPE);
    let refused = expect(&app, right, 400, "invalid_grant").await;

    assert!(
        refused.body.contains("Log in with the browser"),
        "{}",
        refused.body
    );
    // The wrong one alone.
    assert_eq!(attempts(&app).await, 1);
}

#[tokio::test]
async fn nothing_but_administration_is_to_be_had() {
    let (app, alice) = app().await;
    for scope in [
        "",
        "openid",
        "offline_access",
        "admin:users:read openid",
        "admin:users:read offline_access",
        "admin:users:read profile:write",
        "admin:nothing:read",
        "a\"b",
    ] {
        let request = login(&app, "alice", &alice.password, scope);
        expect(&app, request, 400, "invalid_scope").await;
    }
    assert_eq!(app.stored().throttles().await, []);
}

#[tokio::test]
async fn no_other_client_takes_a_password() {
    let (app, alice) = app().await;
    let web = app.client().id("web").scope(SCOPE).create().await;
    let console = app.console().await;
    let form = [
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", alice.password.as_str()),
        ("scope", SCOPE),
    ];
    let before = app.stored().protocol_state().await;
    for client in [&web, &console] {
        let refused = app.rp(client).post(TOKEN, &form).await;
        refused.expect_error(400, "unauthorized_client");
        for (path, grant_type) in [(REFRESH, "refresh_token"), (super::LOGOUT, "")] {
            let form = [("grant_type", grant_type), ("refresh_token", "authly_rt_0")];
            let refused = app.rp(client).post(path, &form).await;
            refused.expect_error(400, "unauthorized_client");
        }
    }
    let nobody = app.rp(&web).post_bare(TOKEN, &form).await;
    nobody.expect_error(401, "invalid_client");
    let form = [form.as_slice(), &[("client_id", COMMAND_LINE)]].concat();
    let token = app.rp(&web).post_bare("/api/v1/oauth/token", &form).await;
    token.expect_error(400, "unsupported_grant_type");
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(
        attempts(&app).await,
        i64::from(!app.stored().throttles().await.is_empty())
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_before_a_password_is_tried() {
    let (app, alice) = app().await;
    let (name, password) = (("username", "alice"), ("password", alice.password.as_str()));
    let (scope, grant) = (("scope", SCOPE), ("grant_type", "password"));
    for (form, code) in [
        (vec![name, password, scope], "invalid_request"),
        (vec![grant, password, scope], "invalid_request"),
        (vec![grant, name, scope], "invalid_request"),
        (
            vec![grant, name, ("password", ""), scope],
            "invalid_request",
        ),
        (
            vec![grant, name, ("password", "a\0b"), scope],
            "invalid_request",
        ),
        (
            vec![grant, name, password, password, scope],
            "invalid_request",
        ),
        (
            vec![("grant_type", "refresh_token"), name, password, scope],
            "unsupported_grant_type",
        ),
    ] {
        expect(&app, post(&app, TOKEN, &form), 400, code).await;
    }
    let long = "x".repeat(1_025);
    let request = login(&app, "alice", &long, SCOPE);
    expect(&app, request, 400, "invalid_request").await;
    let json = http_client().post(app.url(TOKEN)).json(&Value::Null);
    expect(&app, json, 415, "invalid_request").await;
    for path in [TOKEN, REFRESH, super::LOGOUT] {
        let refused = expect(
            &app,
            http_client().get(app.url(path)),
            405,
            "invalid_request",
        )
        .await;
        assert_eq!(refused.header("allow"), "POST");
        let bare = post(&app, path, &[]);
        expect(&app, bare, 400, "invalid_request").await;
    }
    assert_eq!(app.stored().throttles().await, []);
}
