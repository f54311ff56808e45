//! `POST /api/v1/oauth/revoke` (RFC 7009).

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::answer::{Answer, Tokens};
use authly_testing::fixtures::TestClient;
use authly_testing::rp::Rp;
use pretty_assertions::assert_eq;

use crate::machine_support::{OPENID, REVOKE, assert_refused, basic, post_form, unchanged};

async fn started() -> (TestApp, TestClient, Tokens) {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    (app, client, tokens)
}

/// Holds an answer to be the one that every request gets: empty.
#[track_caller]
fn assert_done(answer: &Answer) {
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("cache-control"), "no-store");
}

/// Why the client's only grant was revoked.
async fn revoked_reason(app: &TestApp, client: &TestClient) -> Option<String> {
    let grants = app.stored().grants_of(&client.id).await;
    let [grant] = grants.as_slice() else {
        panic!("{grants:?}")
    };
    grant.revoked_reason.clone()
}

async fn assert_ended(rp: &Rp, tokens: &Tokens) {
    assert!(!rp.is_active(&tokens.access_token).await);
    assert_eq!(rp.userinfo(&tokens.access_token).await.status, 401);
    assert_refused(&rp.refresh(tokens.refresh()).await, 400, "invalid_grant");
}

#[tokio::test]
async fn an_access_token_ends_alone() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    assert_done(&rp.revoke(&tokens.access_token).await);

    assert!(!rp.is_active(&tokens.access_token).await);
    assert_eq!(rp.userinfo(&tokens.access_token).await.status, 401);
    assert_eq!(revoked_reason(&app, &client).await, None);
    let next = rp.refresh(tokens.refresh()).await.expect_tokens();
    assert!(rp.is_active(&next.access_token).await);
}

#[tokio::test]
async fn a_refresh_token_ends_with_its_grant_and_all_its_access_tokens() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    let next = rp.refresh(tokens.refresh()).await.expect_tokens();
    assert_done(&rp.revoke(next.refresh()).await);
    assert_eq!(
        revoked_reason(&app, &client).await.as_deref(),
        Some("by_client")
    );
    assert_ended(&rp, &tokens).await;
    assert_ended(&rp, &next).await;
    let audit = app.stored().audit_actions().await;
    assert!(
        !audit.iter().any(|action| action.contains("reuse")),
        "{audit:?}"
    );
}

#[tokio::test]
async fn a_spent_refresh_token_ends_its_grant_too() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    let next = rp.refresh(tokens.refresh()).await.expect_tokens();
    assert_done(&rp.revoke(tokens.refresh()).await);
    assert_eq!(
        revoked_reason(&app, &client).await.as_deref(),
        Some("by_client")
    );
    assert_ended(&rp, &next).await;
}

#[tokio::test]
async fn a_token_of_a_client_for_itself_can_be_revoked() {
    let app = TestApp::start().await;
    let rp = app.rp(&app.client().create().await);
    let tokens = rp.client_credentials().await.expect_tokens();
    let other = rp.client_credentials().await.expect_tokens();
    assert_done(&rp.revoke(&tokens.access_token).await);
    assert!(!rp.is_active(&tokens.access_token).await);
    assert!(rp.is_active(&other.access_token).await);
}

#[tokio::test]
async fn another_client_s_token_stays_and_the_answer_tells_nothing() {
    let (app, client, tokens) = started().await;
    let other = app.rp(&app.client().id("other").create().await);
    let public = app.rp(&app.client().id("public").public().create().await);
    for token in [tokens.access_token.as_str(), tokens.refresh(), "garbage"] {
        assert_done(&unchanged(&app, other.revoke(token)).await);
        assert_done(&unchanged(&app, public.revoke(token)).await);
    }
    assert!(app.rp(&client).is_active(&tokens.access_token).await);
}

#[tokio::test]
async fn what_is_no_token_is_as_good_as_revoked() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    let long = "t".repeat(60_000);
    for text in ["garbage", "é", tokens.id_token.as_deref().unwrap(), &long] {
        assert_done(&unchanged(&app, rp.revoke(text)).await);
    }
}

#[tokio::test]
async fn revoking_again_changes_nothing() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    for token in [tokens.access_token.as_str(), tokens.refresh()] {
        assert_done(&rp.revoke(token).await);
        app.advance(Duration::from_mins(1));
        assert_done(&unchanged(&app, rp.revoke(token)).await);
    }
}

#[tokio::test]
async fn a_public_client_revokes_by_its_name() {
    let app = TestApp::start().await;
    let client = app.client().public().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    assert_done(&rp.revoke(tokens.refresh()).await);
    assert_eq!(
        revoked_reason(&app, &client).await.as_deref(),
        Some("by_client")
    );
    assert_refused(&rp.refresh(tokens.refresh()).await, 400, "invalid_grant");
    assert_eq!(rp.userinfo(&tokens.access_token).await.status, 401);
}

#[tokio::test]
async fn the_hint_changes_nothing() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    let form = [
        ("token", tokens.refresh()),
        ("token_type_hint", "access_token"),
    ];
    assert_done(&rp.post(REVOKE, &form).await);
    assert_ended(&rp, &tokens).await;
}

#[tokio::test]
async fn a_request_without_a_token_is_invalid() {
    let (app, client, _tokens) = started().await;
    let rp = app.rp(&client);
    for form in [&[][..], &[("token", "")], &[("refresh_token", "t")]] {
        let answer = unchanged(&app, rp.post(REVOKE, form)).await;
        assert_refused(&answer, 400, "invalid_request");
    }
}

#[tokio::test]
async fn whoever_does_not_prove_itself_revokes_nothing() {
    let (app, client, tokens) = started().await;
    let token = format!("token={}", tokens.refresh());
    let wrong = basic(format!("{}:wrong", client.id));
    for (header, body) in [
        (None, token.clone()),
        (None, format!("{token}&client_id={}", client.id)),
        (None, format!("{token}&client_id=nobody")),
        (Some(wrong.as_str()), token.clone()),
    ] {
        let answer = unchanged(&app, post_form(&app, REVOKE, header, &body)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    assert!(app.rp(&client).is_active(tokens.refresh()).await);
}

#[tokio::test]
async fn a_client_that_was_disabled_revokes_nothing() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    // The client is at hand from now on.
    assert_done(&rp.revoke("any").await);
    client.disable(&app.context).await;
    let answer = unchanged(&app, rp.revoke(tokens.refresh())).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn a_secret_that_was_withdrawn_revokes_nothing() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    assert_done(&rp.revoke("any").await);
    app.replace_secret(&client, Duration::ZERO).await;
    let answer = unchanged(&app, rp.revoke(tokens.refresh())).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn a_revocation_costs_one_round_trip() {
    let (app, client, tokens) = started().await;
    let rp = app.rp(&client);
    let (answer, round_trips) = app.round_trips_of(rp.revoke(tokens.refresh())).await;
    assert_done(&answer);
    assert_eq!(round_trips, 1);
}
