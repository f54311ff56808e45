//! What an administrator takes from a client counts from the next token on: neither a code nor a
//! refresh token from before brings it back.

use authly_domain::clients::{Client, GrantType};
use authly_testing::TestApp;
use authly_testing::answer::{Answer, claims};
use authly_testing::fixtures::TestClient;
use authly_testing::flows::Code;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::{assert_refused, seed_client, unchanged};

const SCOPE: &str = "openid notes:read notes:write";
const NOTES: &str = "https://notes.example.com/";
const FILES: &str = "https://files.example.com/";

/// Registers the client for less than before, as a seed does it.
async fn take(app: &TestApp, client: &TestClient, member: &str, rest: serde_json::Value) {
    seed_client(app, json!({ "client_id": client.id, member: rest })).await;
}

/// Holds an answer to be a refusal, or a token without what was taken: both are right.
#[track_caller]
fn assert_without(answer: &Answer, claim: &str, gone: &str) {
    if answer.status == 200 {
        let tokens = answer.expect_tokens();
        let left = claims(&tokens.access_token)[claim].to_string();
        assert!(!left.contains(gone), "{left}");
    } else {
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_code_does_not_bring_back_a_scope() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, SCOPE).await;
    take(&app, &client, "scope", json!("openid notes:read")).await;
    let answer = app.rp(&client).redeem(&code, &verifier).await;
    assert_without(&answer, "scope", "notes:write");
}

#[tokio::test]
async fn a_refresh_token_does_not_bring_back_a_scope() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, SCOPE).await;
    take(&app, &client, "scope", json!("openid notes:read")).await;
    let answer = app.rp(&client).refresh(tokens.refresh()).await;
    assert_without(&answer, "scope", "notes:write");
}

#[tokio::test]
async fn neither_brings_back_a_resource_server() {
    let app = TestApp::start().await;
    let client = app.client().resources(&[NOTES, FILES]).create().await;
    let alice = app.user("alice").create().await;
    let both = [("resource", NOTES), ("resource", FILES)];
    let mut browser = app.logged_in(&alice).await;
    let rp = app.rp(&client);
    let mut codes = Vec::new();
    for _ in 0..2 {
        let asked = app.ask(&client, "notes:read", &both);
        let page = app.walk(&mut browser, &asked, &alice).await;
        codes.push((page.answered("code").unwrap(), asked.verifier));
    }
    let tokens = rp.redeem(&codes[0].0, &codes[0].1).await.expect_tokens();
    take(&app, &client, "resources", json!([NOTES])).await;

    let answer = rp.redeem(&codes[1].0, &codes[1].1).await;
    assert_without(&answer, "aud", FILES);
    let answer = rp.refresh(tokens.refresh()).await;
    assert_without(&answer, "aud", FILES);
}

#[tokio::test]
async fn client_credentials_do_not_bring_back_a_scope() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "notes:write"),
    ];
    assert_eq!(rp.token(&form).await.status, 200);
    take(&app, &client, "scope", json!("notes:read")).await;
    let answer = unchanged(&app, rp.token(&form)).await;
    assert_refused(&answer, 400, "invalid_scope");
}

#[tokio::test]
async fn a_code_does_not_bring_back_its_grant_type() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, SCOPE).await;
    let without = |client: &mut Client| {
        let kept = |grant: &GrantType| *grant == GrantType::ClientCredentials;
        client.grant_types.retain(kept);
    };
    client.change(&app.context, without).await;
    let answer = unchanged(&app, app.rp(&client).redeem(&code, &verifier)).await;
    assert_refused(&answer, 400, "unauthorized_client");
}

#[tokio::test]
async fn a_client_that_has_to_prove_itself_from_now_on_cannot_go_on_without_proof() {
    let app = TestApp::start().await;
    let client = app.client().public().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, SCOPE).await;
    let confidential = json!({
        "client_id": client.id,
        "client_type": "confidential",
        "token_endpoint_auth_method": "client_secret_basic",
        "client_secret": "a secret of at least thirty-two bytes",
    });
    seed_client(&app, confidential).await;
    let answer = unchanged(&app, app.rp(&client).refresh(tokens.refresh())).await;
    assert_refused(&answer, 401, "invalid_client");
}
