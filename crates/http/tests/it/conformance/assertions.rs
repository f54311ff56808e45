//! The modules of the plan FAPI 2.0 that are about `private_key_jwt`, as far as they need no pushed request:
//! the same assertion goes to the token endpoint here.

use authly_domain::clients::ClientProfile;
use authly_domain::clock::Clock as _;
use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::signer::Signer;
use serde_json::{Value, json};

use crate::assertion_support::ask_with;
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
