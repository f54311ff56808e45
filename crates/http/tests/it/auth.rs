//! Logins of the command line with a password.

mod door;
mod refusals;

use std::time::Duration;

use authly_testing::answer::{Answer, Tokens, claims};
use authly_testing::fixtures::TestUser;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use reqwest::RequestBuilder;
use serde_json::json;

const TOKEN: &str = "/api/v1/auth/token";
const REFRESH: &str = "/api/v1/auth/refresh";
const LOGOUT: &str = "/api/v1/auth/logout";
const COMMAND_LINE: &str = "authly-cli";
const SCOPE: &str = "admin:users:read admin:tokens:write admin:tokens:read";

/// A server of this setup, with the client of the command line, and an administrator.
async fn app_of(setup: Setup) -> (TestApp, TestUser) {
    let app = setup.app().await;
    let ensured = app.bootstrap().ensure_command_line().await;
    ensured.unwrap();
    let alice = app.user("alice").administrator().create().await;
    (app, alice)
}

async fn app() -> (TestApp, TestUser) {
    app_of(Setup::default()).await
}

/// A post of the command line, about to be sent.
fn post(app: &TestApp, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
    let form = [&[("client_id", COMMAND_LINE)], form].concat();
    http_client().post(app.url(path)).form(&form)
}

/// A login about to be sent.
fn login(app: &TestApp, name: &str, password: &str, scope: &str) -> RequestBuilder {
    let form = [
        ("grant_type", "password"),
        ("username", name),
        ("password", password),
        ("scope", scope),
    ];
    post(app, TOKEN, &form)
}

async fn log_in(app: &TestApp, user: &TestUser) -> Tokens {
    let request = login(app, &user.username, &user.password, SCOPE);
    send(request).await.expect_tokens()
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
    send(post(app, REFRESH, &form)).await
}

async fn log_out(app: &TestApp, token: &str) -> Answer {
    send(post(app, LOGOUT, &[("refresh_token", token)])).await
}

#[tokio::test]
async fn an_administrator_logs_in_with_a_password_and_administers() {
    let (app, alice) = app().await;
    let request = login(&app, "alice", &alice.password, SCOPE).header("user-agent", "authly/9");

    let answer = send(request).await;

    let tokens = answer.expect_tokens();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(tokens.json["token_type"], "Bearer");
    assert_eq!(tokens.json["expires_in"], 900);
    assert_eq!(tokens.json["scope"], SCOPE);
    assert_eq!(tokens.id_token, None);
    let said = claims(&tokens.access_token);
    assert_eq!(said["sub"], alice.subject.as_str());
    assert_eq!(said["client_id"], COMMAND_LINE);
    assert_eq!(said["amr"], json!(["pwd"]));
    let root = app.admin_with(&tokens.access_token);
    let who = root.get("/admin/whoami").await.json();
    assert_eq!(who["user"]["username"], "alice");
    assert_eq!(who["is_admin"], true);
    let users = app.stored().users().await;
    assert!(users.iter().all(|user| user.has_logged_in));
    assert_eq!(
        app.stored()
            .throttles()
            .await
            .iter()
            .map(|one| one.1)
            .sum::<i64>(),
        0
    );
}

#[tokio::test]
async fn what_it_gets_is_a_session_and_a_grant_like_any_other() {
    let (app, alice) = app().await;
    let request = login(&app, "alice@example.com", &alice.password, SCOPE);
    let tokens = send(request.header("user-agent", "authly/9")).await;
    let root = app.admin_with(&tokens.expect_tokens().access_token);

    let sessions = root.get("/admin/sessions").await.json();
    let session = &sessions["items"][0];
    assert_eq!(session["user"]["username"], "alice");
    assert_eq!(session["user_agent"], "authly/9");
    assert_eq!(session["address"], "127.0.0.1");
    assert_eq!(session["state"], "active");
    let grants = root.get("/admin/grants").await.json();
    let grant = &grants["items"][0];
    assert_eq!(grant["client"]["client_id"], COMMAND_LINE);
    assert_eq!(grant["session"], session["id"]);
    assert_eq!(grant["status"], "alive");
    assert_eq!(grant["scope"], SCOPE);
    let kinds = app.stored().tokens_of(COMMAND_LINE).await;
    assert_eq!(kinds.len(), 2);
    let consent = app.stored().consent_of("alice", COMMAND_LINE).await;
    assert!(consent.is_none());
}

#[tokio::test]
async fn its_tokens_are_refreshed_as_those_of_the_token_endpoint_are() {
    let (app, alice) = app().await;
    let first = log_in(&app, &alice).await;

    let second = refresh(&app, first.refresh()).await.expect_tokens();
    let again = refresh(&app, first.refresh()).await.expect_tokens();
    assert_eq!(again.refresh(), second.refresh());
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", second.refresh()),
        ("scope", "admin:users:read"),
    ];
    let third = send(post(&app, "/api/v1/oauth/token", &form)).await;
    assert_eq!(third.expect_tokens().json["scope"], "admin:users:read");

    app.advance(Duration::from_mins(1));
    refresh(&app, first.refresh())
        .await
        .expect_error(400, "invalid_grant");
    let grants = app.stored().grants_of(COMMAND_LINE).await;
    let reasons: Vec<_> = grants
        .iter()
        .map(|one| one.revoked_reason.as_deref())
        .collect();
    assert_eq!(reasons, [Some("refresh_token_reuse")]);
    let actions = app.stored().audit_actions_beside_logins().await;
    assert_eq!(actions, ["seed.applied", "refresh_token.reused"]);
}

#[tokio::test]
async fn it_ends_with_its_session_with_its_grant_and_with_its_user() {
    let (app, alice) = app().await;
    let root = app.administrator("root").await;
    for end in ["sessions", "grants", "users"] {
        app.advance(Duration::from_secs(1));
        let tokens = log_in(&app, &alice).await;
        let of = match end {
            "users" => format!("/admin/users/{}/disable", alice.id.as_uuid()),
            "grants" => {
                let found = app.stored().grants_of(COMMAND_LINE).await;
                format!(
                    "/admin/grants/{}/revoke",
                    found.last().unwrap().id.as_uuid()
                )
            }
            _ => {
                let found = app.stored().sessions_of("alice").await;
                format!("/admin/sessions/{}/end", found.last().unwrap().id.as_uuid())
            }
        };
        let ended = root.post(&of, &json!({})).await;
        assert_eq!(ended.status, 200, "{of} {}", ended.body);

        let caller = app.admin_with(&tokens.access_token);
        caller
            .get("/admin/whoami")
            .await
            .expect_problem(401, "invalid_token");
        refresh(&app, tokens.refresh())
            .await
            .expect_error(400, "invalid_grant");
    }
}

#[tokio::test]
async fn logging_out_ends_the_session_and_the_grant_and_nothing_of_others() {
    let (app, alice) = app().await;
    let one = log_in(&app, &alice).await;
    app.advance(Duration::from_secs(1));
    let other = log_in(&app, &alice).await;
    app.advance(Duration::from_secs(1));
    let console = app.console().await;
    let browser = app.tokens(&console, &alice, "openid").await;
    for nothing in ["nonsense", &one.access_token, browser.refresh()] {
        let before = app.stored().protocol_state().await;
        assert_eq!(log_out(&app, nothing).await.status, 200);
        assert_eq!(app.stored().protocol_state().await, before);
    }

    for _again in 0..2 {
        let ended = log_out(&app, one.refresh()).await;
        assert_eq!((ended.status, ended.body.as_str()), (200, ""));
    }

    let whoami = async |token: &str| app.admin_with(token).get("/admin/whoami").await.status;
    assert_eq!(whoami(&one.access_token).await, 401);
    assert_eq!(whoami(&other.access_token).await, 200);
    assert_eq!(whoami(&browser.access_token).await, 200);
    refresh(&app, one.refresh())
        .await
        .expect_error(400, "invalid_grant");
    let sessions = app.stored().sessions_of("alice").await;
    let ends: Vec<_> = sessions
        .iter()
        .map(|one| one.ended_reason.as_deref())
        .collect();
    assert_eq!(ends, [Some("logged_out"), None, None]);
    let grants = app.stored().grants_of(COMMAND_LINE).await;
    let ends: Vec<_> = grants
        .iter()
        .map(|one| one.revoked_reason.as_deref())
        .collect();
    assert_eq!(ends, [Some("by_client"), None]);
}

#[tokio::test]
async fn a_spent_refresh_token_logs_out_too() {
    let (app, alice) = app().await;
    let first = log_in(&app, &alice).await;
    let second = refresh(&app, first.refresh()).await.expect_tokens();

    assert_eq!(log_out(&app, first.refresh()).await.status, 200);

    refresh(&app, second.refresh())
        .await
        .expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_client_that_was_changed_meanwhile_is_read_anew() {
    let (app, alice) = app().await;
    let root = app.administrator("root").await;
    let tokens = log_in(&app, &alice).await;
    app.advance(Duration::from_secs(1));
    let listed = root.get("/admin/clients?client_id=authly-cli").await.json();
    let path = format!(
        "/admin/clients/{}",
        listed["items"][0]["id"].as_str().unwrap()
    );
    let other = app.another_node().await;
    let elsewhere = other.admin_with(&root.token);
    let change = async |name: &str| {
        let answer = elsewhere.patch(&path, &json!({"client_name": name})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };

    change("One").await;
    log_in(&app, &alice).await;
    change("Two").await;
    assert_eq!(log_out(&app, tokens.refresh()).await.status, 200);

    let grants = app.stored().grants_of(COMMAND_LINE).await;
    let ends: Vec<_> = grants
        .iter()
        .map(|one| one.revoked_reason.is_some())
        .collect();
    assert_eq!(ends, [true, false]);
}
