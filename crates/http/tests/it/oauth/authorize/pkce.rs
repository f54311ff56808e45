//! PKCE (OAuth 2.1 §4.1.1, §7.5.1): required of everyone whom an administrator has not exempted.

use authly_testing::TestApp;

use crate::support::{Answered, Asking, Trusted, VERIFIER};

/// What a request without PKCE looks like.
fn bare(asking: &Asking) -> Asking {
    let asking = asking.clone().without("code_challenge");
    asking.without("code_challenge_method")
}

#[tokio::test]
async fn a_request_without_a_challenge_is_refused_for_public_and_confidential_clients() {
    let app = TestApp::start().await;
    let client = app.client().public().create().await;
    for trusted in [Trusted::with(app, client).await, Trusted::start().await] {
        let mut trusted = trusted;
        let asking = bare(&trusted.asking());
        trusted.expect_error(&asking, "invalid_request").await;
        let empty = asking.with("code_challenge", "");
        trusted.expect_error(&empty, "invalid_request").await;
        let silent = empty.with("prompt", "none");
        trusted.expect_error(&silent, "invalid_request").await;
    }
}

#[tokio::test]
async fn every_method_but_s256_is_refused() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking();
    for method in ["plain", "s256", "S512", "S256 ", "none"] {
        let asking = right.clone().with("code_challenge_method", method);
        trusted.expect_error(&asking, "invalid_request").await;
        let asking = asking.with("code_challenge", VERIFIER);
        trusted.expect_error(&asking, "invalid_request").await;
    }
}

#[tokio::test]
async fn a_challenge_without_a_method_is_not_taken_for_plain() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().without("code_challenge_method");
    trusted.expect_error(&asking, "invalid_request").await;
    let asking = asking.with("code_challenge_method", "");
    trusted.expect_error(&asking, "invalid_request").await;
}

#[tokio::test]
async fn a_method_without_a_challenge_is_refused() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().without("code_challenge");
    trusted.expect_error(&asking, "invalid_request").await;
}

#[tokio::test]
async fn a_challenge_that_no_digest_can_be_is_refused() {
    let mut trusted = Trusted::start().await;
    let right = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    for challenge in [
        &right[..42],
        &format!("{right}A"),
        &format!("{right}="),
        &right.replace('-', "+"),
        &right.replace('-', "/"),
        &right.replace('-', "."),
        &right.replace('-', " "),
        &right.replace('-', "é"),
        &right.repeat(3),
        "a",
    ] {
        let asking = trusted.asking().with("code_challenge", challenge);
        trusted.expect_error(&asking, "invalid_request").await;
    }
}

#[tokio::test]
async fn an_exempt_client_may_leave_the_challenge_out_where_it_sends_a_nonce() {
    let app = TestApp::start().await;
    let client = app.client().without_pkce().create().await;
    let mut trusted = Trusted::with(app, client).await;
    let asking = bare(&trusted.asking());
    let page = trusted.browser.get(&asking.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(answered.get("code").is_some());

    for asking in [asking.clone().without("nonce"), asking.with("nonce", "")] {
        trusted.expect_error(&asking, "invalid_request").await;
    }
}

#[tokio::test]
async fn a_client_that_is_exempt_from_both_may_leave_out_challenge_and_nonce() {
    let app = TestApp::start().await;
    let client = app.client().without_pkce_and_nonce().create().await;
    let mut trusted = Trusted::with(app, client).await;
    let asking = bare(&trusted.asking()).without("nonce");
    let page = trusted.browser.get(&asking.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    let code = answered.get("code").unwrap();
    let rp = trusted.app.rp(&trusted.client);
    let form = [("grant_type", "authorization_code"), ("code", code)];
    let _tokens = rp.token(&form).await.expect_tokens();
}

#[tokio::test]
async fn the_exemption_is_for_openid_requests_alone() {
    let app = TestApp::start().await;
    let client = app.client().without_pkce_and_nonce().create().await;
    let mut trusted = Trusted::with(app, client).await;
    let asking = bare(&Asking::of(&trusted.client, "notes:read"));
    trusted.expect_error(&asking, "invalid_request").await;
    let asking = asking.without("scope");
    trusted.expect_error(&asking, "invalid_request").await;
}

#[tokio::test]
async fn an_exempt_client_that_sends_a_challenge_is_held_to_it() {
    let app = TestApp::start().await;
    let client = app.client().without_pkce_and_nonce().create().await;
    let mut trusted = Trusted::with(app, client).await;
    let right = trusted.asking();
    for (name, value) in [
        ("code_challenge_method", "plain"),
        ("code_challenge_method", ""),
        ("code_challenge", "short"),
        ("code_challenge", ""),
    ] {
        let asking = right.clone().with(name, value);
        trusted.expect_error(&asking, "invalid_request").await;
    }
    let page = trusted.browser.get(&right.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    let code = answered.get("code").unwrap();
    let rp = trusted.app.rp(&trusted.client);
    let form = [("grant_type", "authorization_code"), ("code", code)];
    rp.token(&form).await.expect_error(400, "invalid_grant");
    let _tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
}
