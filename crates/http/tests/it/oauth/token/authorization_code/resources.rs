//! `resource` at the redemption (RFC 8707 §2.2).

use authly_testing::TestApp;
use authly_testing::answer::{Tokens, claims};
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::{assert_issued, assert_refused, unchanged};

const NOTES: &str = "https://notes.example.com/api";
const FILES: &str = "https://files.example.com/";
const OTHER: &str = "https://other.example.com/";

/// A client for three resource servers, and a code for two of them with its verifier.
async fn client_and_code(app: &TestApp) -> (TestClient, String, String) {
    let client = app
        .client()
        .resources(&[NOTES, FILES, OTHER])
        .create()
        .await;
    let alice = app.user("alice").create().await;
    let two = [("resource", NOTES), ("resource", FILES)];
    let asked = app.ask(&client, "openid notes:read", &two);
    let page = app.walk(&mut app.browser(), &asked, &alice).await;
    let code = page.answered("code").unwrap();
    (client, code, asked.verifier)
}

fn audience(tokens: &Tokens) -> serde_json::Value {
    claims(&tokens.access_token)["aud"].clone()
}

#[tokio::test]
async fn the_granted_resources_are_the_audience() {
    let app = TestApp::start().await;
    let (client, code, verifier) = client_and_code(&app).await;
    let tokens = app
        .rp(&client)
        .redeem(&code, &verifier)
        .await
        .expect_tokens();
    assert_eq!(audience(&tokens), json!([NOTES, FILES]));
}

#[tokio::test]
async fn a_redemption_may_narrow_them_for_its_access_token_alone() {
    let app = TestApp::start().await;
    let (client, code, verifier) = client_and_code(&app).await;
    let rp = app.rp(&client);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", &verifier),
        ("resource", FILES),
    ];
    let tokens = rp.token(&form).await.expect_tokens();
    assert_eq!(audience(&tokens), json!(FILES));
    let next = rp.refresh(tokens.refresh()).await.expect_tokens();
    assert_eq!(audience(&next), json!([NOTES, FILES]));
}

#[tokio::test]
async fn a_resource_that_was_not_granted_is_an_invalid_target() {
    let app = TestApp::start().await;
    let (client, code, verifier) = client_and_code(&app).await;
    let rp = app.rp(&client);
    for resource in [
        OTHER,
        "https://unknown.example.com/",
        "https://notes.example.com/API",
        "notes",
        "/api",
        "https://notes.example.com/api#part",
    ] {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("code_verifier", &verifier),
            ("resource", FILES),
            ("resource", resource),
        ];
        let answer = unchanged(&app, rp.token(&form)).await;
        assert_refused(&answer, 400, "invalid_target");
    }
    assert_issued(&rp.redeem(&code, &verifier).await);
}
