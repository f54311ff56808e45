//! By which keys clients prove themselves and by which ours sign, and what becomes of them.

use std::time::Duration;

use authly_testing::{Setup, Stranger};
use pretty_assertions::{assert_eq, assert_ne};

use super::*;
use crate::machine_support::{assert_refused, unchanged};

/// The suite, with a host where its clients keep their keys.
async fn with_keys_elsewhere() -> (Suite, Stranger) {
    let stranger = Stranger::start().await;
    let suite = Suite::on(Setup::default().stranger(&stranger)).await;
    (suite, stranger)
}

/// A client that renews its tokens.
fn refreshing() -> Value {
    json!({ "grant_types": ["authorization_code", "refresh_token"] })
}

/// Whose keys are at that host.
fn keys_at(stranger: &Stranger, mut said: Value) -> Value {
    said["jwks"] = Value::Null;
    said["jwks_uri"] = stranger.url("/client1_jwks").as_str().into();
    said
}

fn serve(stranger: &Stranger, key: Value) {
    stranger.serve("/client1_jwks", &key_set(&[key]).to_string());
}

/// Tokens that a client may renew while alice is away.
async fn offline(suite: &Suite, client: &TestClient, proof: &Proof<'_>) -> Tokens {
    let asking = asking(client, "openid offline_access");
    let asking = asking.with("prompt", "consent");
    let answered = suite.answered(client, &asking).await;
    let tokens = suite.redeem(client, &answered, proof).await;
    assert!(tokens.refresh().len() >= 32);
    assert!(tokens.refresh().bytes().all(|byte| byte.is_ascii_graphic()));
    tokens
}

/// The tokens of a refresh, which tell of the same login later.
async fn renewed(suite: &Suite, client: &TestClient, before: &Tokens, proof: &Proof<'_>) -> Tokens {
    let answer = suite.refresh(client, before.refresh(), proof).await;
    let after = suite.issued(client, &answer).await;
    assert_ne!(after.access_token, before.access_token);
    let (old, new) = (suite.id_token(before).await, suite.id_token(&after).await);
    for same in ["iss", "sub", "aud", "auth_time", "azp"] {
        assert_eq!(new.get(same), old.get(same), "{same}");
    }
    assert!(new["iat"].as_i64() > old["iat"].as_i64());
    after
}

#[tokio::test]
async fn oidcc_registration_jwks_uri() {
    let (suite, stranger) = with_keys_elsewhere().await;
    serve(&stranger, suite.signer.jwk());
    let client = suite.client(&keys_at(&stranger, json!({}))).await;
    let _ = suite.tokens(&client).await;
    assert_eq!(stranger.seen().requests, 1);
}

#[tokio::test]
async fn oidcc_refresh_token() {
    let suite = Suite::start().await;
    let first = suite.client(&refreshing()).await;
    let second = suite.client(&refreshing()).await;
    let proof = suite.proof();
    let tokens = offline(&suite, &first, &proof).await;
    suite.app.advance(Duration::from_secs(2));
    renewed(&suite, &first, &tokens, &proof).await;

    let tokens = offline(&suite, &second, &proof).await;
    suite.app.advance(Duration::from_secs(2));
    let tokens = renewed(&suite, &second, &tokens, &proof).await;
    // What one client was given is of no use to the other, and stays good for the one. All that is stored is
    // that the other has proved itself.
    let stored = async || suite.app.stored().protocol_state().await;
    let before = stored().await.without("client_assertions");
    let tried = suite.refresh(&first, tokens.refresh(), &proof).await;
    assert_refused(&tried, 400, "invalid_grant");
    assert_eq!(stored().await.without("client_assertions"), before);
    suite.app.advance(Duration::from_secs(2));
    renewed(&suite, &second, &tokens, &proof).await;
}

#[tokio::test]
async fn oidcc_refresh_token_rp_key_rotation() {
    let (suite, stranger) = with_keys_elsewhere().await;
    let (old, new) = (Signer::rs256(), Signer::rs256());
    let by_old = suite.proof_by(&old, Some("old"));
    let by_new = suite.proof_by(&new, Some("new"));
    serve(&stranger, old.named("old"));
    let client = suite.client(&keys_at(&stranger, refreshing())).await;
    let tokens = offline(&suite, &client, &by_old).await;
    // The suite waits for a minute after it has put its new key there.
    serve(&stranger, new.named("new"));
    suite.app.advance(Duration::from_mins(1));
    let tokens = renewed(&suite, &client, &tokens, &by_new).await;
    assert_eq!(stranger.seen().requests, 2);
    // The old key proves nothing any more.
    let tried = suite.refresh(&client, tokens.refresh(), &by_old);
    assert_refused(&unchanged(&suite.app, tried).await, 401, "invalid_client");
}

#[tokio::test]
async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds() {
    let suite = Suite::start().await;
    let client = suite.client(&json!({})).await;
    let asking = asking(&client, "openid");
    let answered = suite.answered(&client, &asking).await;
    let mut proof = suite.proof();
    suite.app.issuer().clone_into(&mut proof.aud);
    let _ = suite.redeem(&client, &answered, &proof).await;
}

#[tokio::test]
async fn oidcc_server_rotate_keys() {
    let suite = Suite::start().await;
    let kid_of = |tokens: &Tokens| {
        let header = jose_header(tokens.id_token.as_deref().unwrap());
        header["kid"].as_str().unwrap().to_owned()
    };
    let before = suite.tokens(&suite.client(&json!({})).await).await;
    let root = suite.app.administrator("operator").await;
    let rotated = root.post("/admin/keys/rotate", &json!({})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let after = suite.tokens(&suite.client(&json!({})).await).await;
    assert_ne!(kid_of(&before), kid_of(&after));
    // Each is signed by a key that is published, the old one too.
    for tokens in [before, after] {
        assert_eq!(suite.id_token(&tokens).await["iss"], suite.app.issuer());
    }
}
