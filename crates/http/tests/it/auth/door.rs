//! From where logins with a password are taken, and whether at all.

use authly_testing::policies::Policies;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{LOGOUT, REFRESH, SCOPE, TOKEN, app, app_of, log_in, login, post};

#[tokio::test]
async fn they_are_taken_from_where_the_admin_api_answers() {
    let setup = Setup::default().trusted_proxies(&["127.0.0.1"]);
    let (app, alice) = app_of(setup).await;
    let tokens = log_in(&app, &alice).await;
    let before = app.stored().protocol_state().await;
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
    ];
    for request in [
        login(&app, "alice", &alice.password, SCOPE),
        post(&app, REFRESH, &refresh),
    ] {
        let refused = send(request.header("x-forwarded-for", "203.0.113.7")).await;
        refused.expect_error(403, "access_denied");
        assert!(
            refused.body.contains("admin.allowed_networks"),
            "{}",
            refused.body
        );
    }
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(tried(&app).await, 0);

    // Ending is never refused for where it comes from.
    let logout = post(&app, LOGOUT, &[("refresh_token", tokens.refresh())]);
    let ended = send(logout.header("x-forwarded-for", "203.0.113.7")).await;
    assert_eq!(ended.status, 200);
    let grants = app.stored().grants_of("authly-cli").await;
    assert!(grants.iter().all(|grant| grant.revoked_reason.is_some()));
}

#[tokio::test]
async fn a_proxy_that_nobody_named_vouches_for_nobody() {
    let (app, alice) = app().await;
    for header in ["forwarded", "x-forwarded-for", "x-real-ip"] {
        let request = login(&app, "alice", &alice.password, SCOPE);
        let refused = send(request.header(header, "127.0.0.1")).await;
        refused.expect_error(403, "access_denied");
    }
    assert_eq!(tried(&app).await, 0);
    assert!(app.stored().sessions_of("alice").await.is_empty());
}

#[tokio::test]
async fn a_page_in_a_browser_tries_no_password() {
    let (app, alice) = app().await;
    for origin in ["https://evil.example", "null", &app.url("")] {
        for path in [TOKEN, REFRESH] {
            let request = login(&app, "alice", &alice.password, SCOPE);
            let request = request.build().unwrap();
            let form = request.body().unwrap().as_bytes().unwrap().to_vec();
            let request = post(&app, path, &[]).body(form).header("origin", origin);
            let refused = send(request).await;
            refused.expect_error(403, "access_denied");
            assert_eq!(refused.header("access-control-allow-origin"), "");
        }
    }
    assert_eq!(tried(&app).await, 0);
    assert!(app.stored().sessions_of("alice").await.is_empty());
}

#[tokio::test]
async fn where_the_admin_api_is_switched_off_nobody_logs_in_to_it() {
    let off = |policies: &mut Policies| policies.admin.enabled = false;
    let (app, alice) = app_of(Setup::default().policies(off)).await;

    let refused = send(login(&app, "alice", &alice.password, SCOPE)).await;

    refused.expect_error(403, "access_denied");
    assert!(refused.body.contains("switched off"), "{}", refused.body);
    assert!(app.stored().sessions_of("alice").await.is_empty());
}

#[tokio::test]
async fn they_are_switched_off_and_on_while_the_server_runs() {
    let (app, alice) = app().await;
    let root = app.administrator("root").await;
    let other = app.another_node().await;
    let switch = async |to: serde_json::Value| {
        let body = json!({"values": {"admin.password_login": to}});
        let answer = root.patch("/admin/settings", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        other.deps.live_settings.refresh().await.unwrap();
    };
    let tokens = log_in(&app, &alice).await;
    let tries = tried(&app).await;

    switch(json!(false)).await;

    let before = app.stored().protocol_state().await;
    for node in [&app, &other] {
        for password in [alice.password.as_str(), "a wrong password"] {
            let refused = send(login(node, "alice", password, SCOPE)).await;
            refused.expect_error(400, "unsupported_grant_type");
            assert!(refused.body.contains("Log in with the browser"));
        }
    }
    assert_eq!(app.stored().protocol_state().await, before);
    assert_eq!(tried(&app).await, tries);
    let refreshed = super::refresh(&app, tokens.refresh()).await.expect_tokens();
    assert_eq!(super::log_out(&app, refreshed.refresh()).await.status, 200);

    switch(json!(null)).await;
    for node in [&app, &other] {
        log_in(node, &alice).await;
    }
}

#[tokio::test]
async fn they_are_off_unless_somebody_wants_them_where_the_issuer_is_no_loopback_host() {
    let public = || Setup::default().issuer("https://auth.example.com");
    let (app, alice) = app_of(public()).await;
    let refused = send(login(&app, "alice", &alice.password, SCOPE)).await;
    refused.expect_error(400, "unsupported_grant_type");
    assert!(app.stored().sessions_of("alice").await.is_empty());

    let on = |policies: &mut Policies| policies.admin.password_login = true;
    let (app, alice) = app_of(public().policies(on)).await;
    log_in(&app, &alice).await;
}

/// How many rows count attempts.
async fn tried(app: &TestApp) -> usize {
    let all = app.stored().throttles().await;
    all.iter().filter(|(_, attempts)| *attempts > 0).count()
}
