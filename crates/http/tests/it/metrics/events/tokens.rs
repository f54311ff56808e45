//! Tokens, codes, clients and keys.

use std::collections::BTreeSet;
use std::time::Duration;

use authly_testing::policies::Policies;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};

use pretty_assertions::assert_eq;

use super::super::watch::Watch;
use crate::assertion_support::JWT_BEARER;
use crate::machine_support::{TOKEN, assert_issued};

const REQUESTS: &str =
    r#"authly_http_requests_total{route="/api/v1/oauth/token",method="POST",status="2xx"}"#;
const DURATIONS: &str =
    r#"authly_http_request_duration_seconds_count{route="/api/v1/oauth/token"}"#;
const BY_ITSELF: &str = r#"authly_tokens_issued_total{grant_type="client_credentials"}"#;
const BY_CODE: &str = r#"authly_tokens_issued_total{grant_type="authorization_code"}"#;
const BY_REFRESH: &str = r#"authly_tokens_issued_total{grant_type="refresh_token"}"#;
const CODES: &str = "authly_authorization_codes_issued_total";
const LOGGED_IN: &str = r#"authly_logins_total{outcome="succeeded"}"#;
const INVALID_GRANT: &str = r#"authly_token_refusals_total{error="invalid_grant"}"#;
const INVALID_CLIENT: &str = r#"authly_token_refusals_total{error="invalid_client"}"#;

pub(super) async fn issued_and_refused() -> BTreeSet<String> {
    let app = TestApp::start().await;
    let (client, alice) = (
        app.client().create().await,
        app.user("alice").create().await,
    );
    let rp = app.rp(&client);
    let mut watch = Watch::of(&app.deps).await;

    assert_issued(&rp.client_credentials().await);
    let kept = ("authly_cached_clients", 1.0);
    let answered = [(REQUESTS, 1.0), (DURATIONS, 1.0), (BY_ITSELF, 1.0), kept];
    watch.moved(&answered).await;

    let code = app.code(&client, &alice, "openid").await;
    watch.moved(&[(LOGGED_IN, 1.0), (CODES, 1.0)]).await;
    let tokens = rp.redeem(&code.code, &code.verifier).await.expect_tokens();
    watch.moved(&[(REQUESTS, 1.0), (BY_CODE, 1.0)]).await;
    assert_issued(&rp.refresh(tokens.refresh()).await);
    watch.moved(&[(BY_REFRESH, 1.0)]).await;

    app.advance(Duration::from_secs(11));
    let again = rp.refresh(tokens.refresh()).await;
    again.expect_error(400, "invalid_grant");
    let reuse = ("authly_refresh_token_reuses_total", 1.0);
    watch.moved(&[reuse, (INVALID_GRANT, 1.0)]).await;

    let replayed = rp.redeem(&code.code, &code.verifier).await;
    replayed.expect_error(400, "invalid_grant");
    let replay = ("authly_authorization_code_replays_total", 1.0);
    watch.moved(&[replay, (INVALID_GRANT, 1.0)]).await;

    for (grant, error) in [
        ("password", "unsupported_grant_type"),
        ("", "invalid_request"),
    ] {
        let refused = rp.token(&[("grant_type", grant)]).await;
        refused.expect_error(400, error);
        let series = format!("authly_token_refusals_total{{error=\"{error}\"}}");
        watch.moved(&[(&series, 1.0)]).await;
    }
    send(http_client().get(app.url(TOKEN)))
        .await
        .expect_error(405, "invalid_request");
    let refused = r#"authly_token_refusals_total{error="invalid_request"}"#;
    let wrong_method =
        r#"authly_http_requests_total{route="/api/v1/oauth/token",method="GET",status="4xx"}"#;
    watch.moved(&[(refused, 1.0), (wrong_method, 1.0)]).await;
    watch.touched
}

pub(super) async fn clients_that_are_not_let_in() -> BTreeSet<String> {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let disabled = app.client().id("disabled").create().await;
    disabled.disable(&app.context).await;
    let mut watch = Watch::of(&app.deps).await;

    let mut unknown = client.clone();
    "nobody".clone_into(&mut unknown.id);
    let mut guessing = client.clone();
    guessing.secret = Some("wrong".to_owned());
    for (reason, client) in [
        ("unknown", &unknown),
        ("wrong_secret", &guessing),
        ("inactive", &disabled),
    ] {
        let refused = app.rp(client).client_credentials().await;
        refused.expect_error(401, "invalid_client");
        let series = failure(reason);
        watch.moved(&[(&series, 1.0), (INVALID_CLIENT, 1.0)]).await;
    }
    // Elsewhere it is the same failure, and no refusal of the token endpoint.
    let refused = app.rp(&guessing).introspect("token").await;
    refused.expect_error(401, "invalid_client");
    watch.moved(&[(&failure("wrong_secret"), 1.0)]).await;

    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &client.id),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", "a.b.c"),
    ];
    let refused = app.rp(&client).post_bare(TOKEN, &form).await;
    refused.expect_error(401, "invalid_client");
    let series = failure("wrong_assertion");
    watch.moved(&[(&series, 1.0), (INVALID_CLIENT, 1.0)]).await;

    let secret = client.secret.as_deref().unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &client.id),
        ("client_secret", secret),
    ];
    let refused = app.rp(&client).post_bare(TOKEN, &form).await;
    refused.expect_error(401, "invalid_client");
    let series = failure("wrong_method");
    watch.moved(&[(&series, 1.0), (INVALID_CLIENT, 1.0)]).await;
    watch.touched
}

pub(super) async fn guesses_at_a_secret() -> BTreeSet<String> {
    let strict = |policies: &mut Policies| policies.sessions.throttle.clients.client.attempts = 1;
    let app: TestApp = Setup::default().policies(strict).app().await;
    let mut guessing = app.client().create().await;
    guessing.secret = Some("wrong".to_owned());
    let rp = app.rp(&guessing);
    assert_eq!(rp.client_credentials().await.status, 401);
    let mut watch = Watch::of(&app.deps).await;

    // The first is counted by the database, the second by this node alone.
    for _guess in 0..2 {
        let waiting = rp.client_credentials().await;
        waiting.expect_error(429, "temporarily_unavailable");
        let rule = r#"authly_throttled_attempts_total{kind="client_secret"}"#;
        let refused = r#"authly_token_refusals_total{error="temporarily_unavailable"}"#;
        watch.moved(&[(rule, 1.0), (refused, 1.0)]).await;
    }
    watch.touched
}

fn failure(reason: &str) -> String {
    format!("authly_client_authentication_failures_total{{reason=\"{reason}\"}}")
}

pub(super) async fn keys_that_rotate() -> BTreeSet<String> {
    let app = TestApp::start().await;
    let mut watch = Watch::of(&app.deps).await;
    let signs = r#"authly_signing_key_activated_timestamp_seconds{alg="ES256"}"#;
    let before = watch.value(signs);
    app.advance(Duration::from_hours(1));
    app.deps.keys.rotate().await.unwrap();

    #[expect(clippy::cast_precision_loss, reason = "a present time is small enough")]
    let now = app.context.now().unix_seconds() as f64;
    let revised = ("authly_signing_keys_revision", 1.0);
    watch.moved(&[revised, (signs, now - before)]).await;
    watch.touched
}
