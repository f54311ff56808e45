//! Of whom a request speaks: `id_token_hint`, and the claim `sub` (OpenID Connect Core §3.1.2.1).

use std::time::Duration;

use authly_domain::keys::SigningAlgorithm;
use authly_testing::answer::claims;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::{Answered, Trusted};

impl Trusted {
    async fn id_token(&mut self) -> String {
        let (client, alice) = (self.client.clone(), self.alice.clone());
        let tokens = self
            .app
            .tokens_in(&mut self.browser, &client, &alice, "openid");
        tokens.await.id_token.unwrap()
    }
}

#[tokio::test]
async fn a_hint_to_the_user_who_is_logged_in_is_heeded_however_old_it_is() {
    let mut trusted = Trusted::start().await;
    let hint = trusted.id_token().await;
    trusted.app.advance(Duration::from_hours(6));
    let asking = trusted.asking().with("id_token_hint", &hint);
    let page = trusted
        .browser
        .get(&asking.with("prompt", "none").target())
        .await;
    assert!(page.answered("code").is_some(), "{page:?}");
}

#[tokio::test]
async fn a_hint_that_a_replaced_key_has_signed_is_heeded_and_one_of_a_revoked_key_is_not() {
    let mut trusted = Trusted::start().await;
    let hint = trusted.id_token().await;
    let asking = trusted.asking().with("id_token_hint", &hint);
    let asking = asking.with("prompt", "none");
    trusted.app.stored().move_keys_to("gone").await;
    trusted.app.deps.keys.refresh().await.unwrap();
    let page = trusted.browser.get(&asking.target()).await;
    assert!(page.answered("code").is_some(), "{page:?}");

    trusted.app.stored().move_keys_to("revoked").await;
    trusted.app.deps.keys.refresh().await.unwrap();
    trusted.expect_error(&asking, "invalid_request").await;
}

#[tokio::test]
async fn without_pages_another_user_is_a_login_that_is_required() {
    let mut trusted = Trusted::start().await;
    let hint = trusted.id_token().await;
    let bob = trusted.app.user("bob").create().await;
    let mut browser = trusted.app.logged_in(&bob).await;
    std::mem::swap(&mut trusted.browser, &mut browser);
    let asking = trusted.asking().with("prompt", "none");
    let hinted = asking.clone().with("id_token_hint", &hint);
    trusted.expect_error(&hinted, "login_required").await;
    for place in ["id_token", "userinfo"] {
        let wish = json!({ place: { "sub": { "value": trusted.alice.subject } } });
        let named = asking.clone().with("claims", &wish.to_string());
        trusted.expect_error(&named, "login_required").await;
    }
}

#[tokio::test]
async fn another_user_logs_in_and_the_client_gets_nobody_else_than_it_spoke_of() {
    let mut trusted = Trusted::start().await;
    let hint = trusted.id_token().await;
    let bob = trusted.app.user("bob").create().await;
    let mut browser = trusted.app.logged_in(&bob).await;
    let asking = trusted.asking().with("id_token_hint", &hint);

    let login = browser.get(&asking.target()).await;
    assert_eq!(login.expect_location().path(), "/login");
    let login = browser.follow(&login).await;
    trusted.app.advance(Duration::from_secs(2));
    let wrong = browser.fill_in_login(&login, "bob", &bob.password).await;
    let answered = Answered::in_query(&wrong, trusted.client.redirect_uri());
    assert_eq!(answered.get("error"), Some("login_required"));
    assert_eq!(answered.get("state"), Some("the state"));

    let login = browser.get(&asking.target()).await;
    let login = browser.follow(&login).await;
    trusted.app.advance(Duration::from_secs(2));
    let right = browser
        .fill_in_login(&login, "alice", &trusted.alice.password)
        .await;
    assert!(right.answered("code").is_some(), "{right:?}");
}

/// A token of these parts, with what stands for a signature.
fn forged(header: &Value, payload: &Value, signature: &str) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.{signature}", encode(header), encode(payload))
}

#[tokio::test]
async fn what_is_no_id_token_of_ours_for_this_client_is_refused() {
    let mut trusted = Trusted::start().await;
    let hint = trusted.id_token().await;
    let other = trusted.app.client().id("other").create().await;
    let alice = trusted.alice.clone();
    let tokens = trusted.app.tokens(&other, &alice, "openid").await;
    let (others, access) = (tokens.id_token.unwrap(), tokens.access_token);
    let header = authly_testing::answer::jose_header(&hint);
    let payload = claims(&hint);
    let signature = hint.rsplit('.').next().unwrap();
    let with = |name: &str, value: Value| {
        let mut changed = header.clone();
        changed[name] = value;
        forged(&changed, &payload, signature)
    };
    let jwk = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" });
    let mut other_user = payload.clone();
    other_user["sub"] = json!("somebody else");
    let five_parts = format!("{hint}.a.b");
    let twice = URL_SAFE_NO_PAD.encode(format!(
        r#"{{"alg":"RS256","alg":"none","typ":"JWT","kid":{}}}"#,
        header["kid"]
    ));
    let twice = format!(
        "{twice}{}",
        hint.split_once('.')
            .map(|(_, rest)| format!(".{rest}"))
            .unwrap()
    );
    for wrong in [
        "nonsense",
        "a.b.c",
        &others,
        &access,
        &with("alg", json!("none")),
        &forged(&json!({ "alg": "none" }), &payload, ""),
        &with("alg", json!("HS256")),
        &with("alg", json!("PS256")),
        &with("typ", json!("at+jwt")),
        &with("crit", json!(["exp"])),
        &with("kid", json!("another")),
        &with("jwk", jwk),
        &with("jku", json!("https://evil.example/jwks.json")),
        &with("x5u", json!("https://evil.example/cert.pem")),
        &forged(&header, &other_user, signature),
        &five_parts,
        &twice,
        &"x".repeat(20_000),
    ] {
        let asking = trusted.asking().with("id_token_hint", wrong);
        trusted.expect_error(&asking, "invalid_request").await;
    }
}

#[tokio::test]
async fn a_signed_answer_of_userinfo_is_no_hint() {
    let app = authly_testing::TestApp::start().await;
    let client = app.client();
    let client = client.with(|client| client.openid.userinfo_alg = Some(SigningAlgorithm::Rs256));
    let client = client.create().await;
    let mut trusted = Trusted::with(app, client).await;
    let (client, alice) = (trusted.client.clone(), trusted.alice.clone());
    let tokens = trusted.app.tokens(&client, &alice, "openid").await;
    let answer = trusted.app.rp(&client).userinfo(&tokens.access_token).await;
    let asking = trusted.asking().with("id_token_hint", &answer.body);
    trusted.expect_error(&asking, "invalid_request").await;
}
