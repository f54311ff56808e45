//! The flow itself: request, code, tokens, UserInfo.

use std::time::Duration;

use authly_testing::answer::jose_header;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;

use super::{EVERYTHING, Plan, Suite, id_token, modules};
use crate::machine_support::at_hash;
use crate::support::{AUTHORIZE, VERIFIER};

modules!(
    oidcc_server,
    oidcc_idtoken_signature,
    oidcc_userinfo_get,
    oidcc_userinfo_post_header,
    oidcc_userinfo_post_body,
    oidcc_ensure_request_without_nonce_succeeds_for_code_flow,
    oidcc_alternate_happy_flow,
    oidcc_codereuse,
    oidcc_codereuse_30seconds,
    oidcc_ensure_post_request_succeeds,
    oidcc_server_client_secret_post,
    oidcc_refresh_token,
    oidcc_ensure_request_with_valid_pkce_succeeds,
);

async fn oidcc_server(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking(EVERYTHING);
    let answered = suite.answered(&asking).await;
    assert!(answered.get("code").unwrap().len() >= 32);
    let tokens = suite.redeem(&asking, &answered).await;
    let expires_in = tokens.json["expires_in"].as_u64().unwrap();
    assert!((60..=86_400).contains(&expires_in));
    let claims = id_token(&tokens);
    assert_eq!(claims["at_hash"], at_hash(&tokens.access_token));
    for unasked in ["name", "email", "address", "phone_number", "updated_at"] {
        assert_eq!(claims.get(unasked), None, "{unasked}");
    }
}

async fn oidcc_idtoken_signature(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let tokens = suite.tokens(&suite.asking("openid")).await;
    let header = jose_header(tokens.id_token.as_deref().unwrap());
    assert_eq!(header["alg"], "RS256");
    assert!(header["kid"].is_string());
}

async fn oidcc_userinfo_get(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let tokens = suite.tokens(&suite.asking("openid")).await;
    let request = http_client().get(suite.app.url("/oidc/userinfo"));
    let answer = send(request.bearer_auth(&tokens.access_token)).await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["sub"], id_token(&tokens)["sub"]);
}

async fn oidcc_userinfo_post_header(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let tokens = suite.tokens(&suite.asking("openid")).await;
    let request = http_client().post(suite.app.url("/oidc/userinfo"));
    let answer = send(request.bearer_auth(&tokens.access_token)).await;
    assert_eq!(answer.json()["sub"], id_token(&tokens)["sub"]);
}

async fn oidcc_userinfo_post_body(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let tokens = suite.tokens(&suite.asking("openid")).await;
    let request = http_client().post(suite.app.url("/oidc/userinfo"));
    let answer = send(request.form(&[("access_token", &tokens.access_token)])).await;
    assert_eq!(answer.json()["sub"], id_token(&tokens)["sub"]);
}

async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking("openid").without("nonce");
    let tokens = suite.tokens(&asking).await;
    assert_eq!(id_token(&tokens).get("nonce"), None);
}

async fn oidcc_alternate_happy_flow(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let turned = suite.asking("phone email address openid profile");
    let response_type = turned.clone().without("response_type");
    suite
        .tokens(&response_type.and("response_type", "code"))
        .await;
}

async fn oidcc_codereuse(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking("openid");
    let answered = suite.answered(&asking).await;
    suite.redeem(&asking, &answered).await;
    let again = suite.exchange(answered.get("code").unwrap()).await;
    again.expect_error(400, "invalid_grant");
}

async fn oidcc_codereuse_30seconds(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking("openid");
    let answered = suite.answered(&asking).await;
    let tokens = suite.redeem(&asking, &answered).await;
    suite.app.advance(Duration::from_secs(30));
    let again = suite.exchange(answered.get("code").unwrap()).await;
    again.expect_error(400, "invalid_grant");
    let userinfo = suite
        .app
        .rp(&suite.client)
        .userinfo(&tokens.access_token)
        .await;
    assert_eq!(userinfo.status, 401);
}

async fn oidcc_ensure_post_request_succeeds(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking("openid");
    suite.tokens(&asking).await;
    let page = suite.browser.post(AUTHORIZE, &asking.fields()).await;
    suite.redeem(&asking, &suite.read(&page)).await;
}

async fn oidcc_server_client_secret_post(plan: Plan) {
    let mut suite = Suite::with(plan, |client| client.post().name("By form")).await;
    let asking = suite.asking("openid");
    suite.tokens(&asking).await;
}

async fn oidcc_refresh_token(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite
        .asking("openid offline_access")
        .with("prompt", "consent");
    let tokens = suite.tokens(&asking).await;
    assert!(tokens.refresh().len() >= 32);
    let second = suite.app.client().id("second").create().await;
    let stranger = suite.app.rp(&second).refresh(tokens.refresh()).await;
    stranger.expect_error(400, "invalid_grant");

    suite.app.advance(Duration::from_secs(2));
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
        ("scope", "openid"),
    ];
    let answer = suite.app.rp(&suite.client).token(&form).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let renewed = answer.expect_tokens();
    assert_eq!(renewed.json["token_type"], "Bearer");
    assert!(renewed.json["expires_in"].is_u64());
    let (before, after) = (id_token(&tokens), id_token(&renewed));
    for same in ["iss", "sub", "aud", "auth_time", "azp"] {
        assert_eq!(after.get(same), before.get(same), "{same}");
    }
    assert!(after["iat"].as_i64() > before["iat"].as_i64());
    assert_eq!(suite.userinfo(&renewed).await["sub"], before["sub"]);
}

async fn oidcc_ensure_request_with_valid_pkce_succeeds(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let asking = suite.asking("openid").with("code_challenge", challenge);
    let asking = asking.with("code_challenge_method", "S256");
    let answered = suite.answered(&asking).await;
    let rp = suite.app.rp(&suite.client);
    let tokens = rp.redeem(answered.get("code").unwrap(), VERIFIER).await;
    suite.userinfo(&tokens.expect_tokens()).await;
}
