//! The modules of the plans dynamic and FAPI 2.0 that are about `private_key_jwt`, as far as they need no
//! pushed request: the same assertion goes to the token endpoint here.

use std::time::Duration;

use authly_domain::clients::ClientProfile;
use authly_domain::clock::Clock as _;
use authly_testing::answer::Answer;
use authly_testing::signer::{Signer, key_set};
use authly_testing::{Setup, Stranger, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::assertion_support::{ask, ask_with, carried, claims};
use crate::machine_support::{TOKEN, assert_refused, post_form, unchanged};

/// A client of FAPI 2.0, and its key.
async fn fapi() -> (TestApp, Signer) {
    let app = TestApp::start().await;
    let signer = Signer::es256();
    let client = app.client().private_key_jwt(&signer);
    client.profile(ClientProfile::Fapi2).create().await;
    (app, signer)
}

/// That an assertion with these claims is refused, and one without the change is not.
async fn refused(change: impl FnOnce(&TestApp, &mut Value)) {
    let (app, signer) = fapi().await;
    let asked = ask_with(&app, &signer, "1", |claims| change(&app, claims));
    assert_refused(&unchanged(&app, asked).await, 401, "invalid_client");
    let _ = ask_with(&app, &signer, "1", |_claims| {})
        .await
        .expect_tokens();
}

fn token_endpoint(app: &TestApp) -> String {
    format!("{}{TOKEN}", app.issuer())
}

#[tokio::test]
async fn oidcc_server_with_private_key_jwt() {
    let app = TestApp::start().await;
    let signer = Signer::rs256();
    let client = app
        .client()
        .private_key_jwt(&signer)
        .profile(ClientProfile::Oidc);
    let (client, alice) = (client.create().await, app.user("alice").create().await);
    // RS256, a key without a kid, and the token endpoint as audience.
    let code = app.code(&client, &alice, "openid").await;
    let mut said = claims(&app, &client.id, "1");
    said["aud"] = token_endpoint(&app).into();
    let form = format!(
        "grant_type=authorization_code&code={}&code_verifier={}&redirect_uri={}&{}",
        code.code,
        code.verifier,
        client.redirect_uri(),
        carried(&signer.sign(&json!({}), &said)),
    );
    let tokens = post_form(&app, TOKEN, None, &form).await.expect_tokens();
    assert!(tokens.json["id_token"].is_string());
}

#[tokio::test]
async fn oidcc_registration_jwks_uri() {
    let stranger = Stranger::start().await;
    let app = Setup::default().stranger(&stranger).app().await;
    let signer = Signer::rs256();
    stranger.serve("/jwks", &key_set(&[signer.jwk()]).to_string());
    let client = app.client().private_key_jwt_at(&stranger.url("/jwks"));
    client.profile(ClientProfile::Oidc).create().await;
    let _ = ask_with(&app, &signer, "1", |_claims| {})
        .await
        .expect_tokens();
    assert_eq!(stranger.seen().requests, 1);
}

#[tokio::test]
async fn oidcc_refresh_token_rp_key_rotation() {
    let stranger = Stranger::start().await;
    let app = Setup::default().stranger(&stranger).app().await;
    let (old, new) = (Signer::es256(), Signer::es256());
    stranger.serve("/jwks", &key_set(&[old.named("old")]).to_string());
    app.client()
        .private_key_jwt_at(&stranger.url("/jwks"))
        .create()
        .await;
    let with = |signer: &Signer, kid: &str, jti: &str| {
        signer.sign(&json!({ "kid": kid }), &claims(&app, "web", jti))
    };
    let _ = ask(&app, &with(&old, "old", "1")).await.expect_tokens();
    // The suite waits for a minute after it has put its new key there.
    stranger.serve("/jwks", &key_set(&[new.named("new")]).to_string());
    app.advance(Duration::from_mins(1));
    let _ = ask(&app, &with(&new, "new", "2")).await.expect_tokens();
    assert_eq!(stranger.seen().requests, 2);
    assert_refused(
        &ask(&app, &with(&old, "old", "3")).await,
        401,
        "invalid_client",
    );
}

#[tokio::test]
async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds() {
    for profile in ClientProfile::ALL {
        let app = TestApp::start().await;
        let signer = Signer::es256();
        app.client()
            .private_key_jwt(&signer)
            .profile(profile)
            .create()
            .await;
        let _ = ask_with(&app, &signer, "1", |_claims| {})
            .await
            .expect_tokens();
    }
}

#[tokio::test]
async fn ensure_signed_client_assertion_with_rs256_fails() {
    let app = TestApp::start().await;
    let signer = Signer::rs256();
    let client = app.client().private_key_jwt(&signer);
    client.profile(ClientProfile::Fapi2).create().await;
    let asked = ask_with(&app, &signer, "1", |_claims| {});
    assert_refused(&unchanged(&app, asked).await, 401, "invalid_client");
}

#[tokio::test]
async fn ensure_client_assertion_in_token_endpoint() {
    let (app, _signer) = fapi().await;
    let body = "grant_type=client_credentials&client_id=web";
    let answer: Answer = unchanged(&app, post_form(&app, TOKEN, None, body)).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn ensure_client_assertion_with_exp_is_5_minutes_in_past_fails() {
    refused(|app, claims| claims["exp"] = (app.clock.now().unix_seconds() - 300).into()).await;
}

#[tokio::test]
async fn ensure_client_assertion_with_wrong_aud_fails() {
    refused(|_app, claims| claims["aud"] = "https://wrong.example".into()).await;
}

#[tokio::test]
async fn ensure_client_assertion_with_no_sub_fails() {
    refused(|_app, claims| drop(claims.as_object_mut().unwrap().remove("sub"))).await;
}

#[tokio::test]
async fn par_test_array_as_audience_fails() {
    refused(|app, claims| claims["aud"] = json!([app.issuer(), token_endpoint(app)])).await;
    refused(|app, claims| claims["aud"] = json!([app.issuer()])).await;
}

#[tokio::test]
async fn par_test_token_endpoint_url_as_audience_fails() {
    refused(|app, claims| claims["aud"] = token_endpoint(app).into()).await;
}

#[tokio::test]
async fn par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted() {
    let (app, signer) = fapi().await;
    let soon = app.clock.now().unix_seconds() + 8;
    let _ = ask_with(&app, &signer, "1", |claims| claims["nbf"] = soon.into())
        .await
        .expect_tokens();
}

#[tokio::test]
async fn par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails() {
    refused(|app, claims| claims["nbf"] = (app.clock.now().unix_seconds() + 65).into()).await;
}
