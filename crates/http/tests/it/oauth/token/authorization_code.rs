//! `grant_type=authorization_code` (OAuth 2.1 §4.1.3): what a good answer holds and leaves behind.

mod proof;
mod refused;
mod replay;
mod resources;

use authly_domain::clients::GrantType;
use authly_testing::TestApp;
use authly_testing::answer::{claims, jose_header};
use authly_testing::flows::Code;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::machine_support::{
    OPENID, assert_issued, assert_json, at_hash, members, now, published_keys,
};

/// The published key that the header of a token names, which has to be the one for its algorithm.
async fn key_of(app: &TestApp, header: &Value) -> Value {
    let keys = published_keys(app).await;
    let key = keys.into_iter().find(|key| key["kid"] == header["kid"]);
    let key = key.expect("the key is published");
    assert_eq!(key["alg"], header["alg"]);
    key
}

#[tokio::test]
async fn a_code_becomes_tokens() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;

    let answer = app.rp(&client).redeem(&code, &verifier).await;
    assert_json(&answer);
    let tokens = answer.expect_tokens();
    assert_eq!(
        members(&tokens.json),
        [
            "access_token",
            "expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(tokens.json["token_type"], "Bearer");
    assert_eq!(tokens.json["expires_in"], 900);
    assert_eq!(tokens.json["scope"], OPENID);
    assert!(tokens.refresh().starts_with("authly_rt_"));

    let stored = app.stored();
    let codes = stored.codes_of(&client.id).await;
    assert!(codes.iter().all(|code| code.is_redeemed) && codes.len() == 1);
    let grants = stored.grants_of(&client.id).await;
    let [grant] = grants.as_slice() else {
        panic!("{grants:?}")
    };
    let [session] = &stored.sessions_of("alice").await[..] else {
        panic!("one login")
    };
    assert_eq!(
        (grant.scope.as_str(), grant.session),
        (OPENID, Some(session.id))
    );
    assert_eq!(grant.revoked_reason, None);
    let rows = stored.tokens_of(&client.id).await;
    assert_eq!(rows.len(), 2);
    assert!(
        rows.iter()
            .all(|row| row.grant == Some(grant.id) && row.scope == OPENID)
    );
    assert!(rows.iter().all(|row| !row.is_spent && !row.is_revoked));
}

#[tokio::test]
async fn nothing_that_is_stored_can_be_used_as_a_token_or_code() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let tokens = app
        .rp(&client)
        .redeem(&code, &verifier)
        .await
        .expect_tokens();
    let again = app
        .rp(&client)
        .refresh(tokens.refresh())
        .await
        .expect_tokens();

    let protocol = app.stored().protocol_state().await;
    let registry = app.stored().registry().await;
    let everything = format!("{protocol:?} {registry:?}");
    for secret in [
        code.as_str(),
        &verifier,
        &tokens.access_token,
        tokens.refresh(),
        again.refresh(),
        client.secret.as_deref().unwrap(),
    ] {
        assert!(!everything.contains(secret));
    }
}

#[tokio::test]
async fn the_id_token_says_who_logged_in_when_and_how() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let logged_in_at = now(&app);
    let mut browser = app.logged_in(&alice).await;
    app.advance(std::time::Duration::from_mins(5));
    let tokens = app.tokens_in(&mut browser, &client, &alice, OPENID).await;

    let id_token = tokens.id_token.as_deref().unwrap();
    let session = app.stored().sessions_of("alice").await[0].id;
    assert_eq!(
        claims(id_token),
        json!({
            "iss": app.issuer(),
            "sub": alice.subject,
            "aud": client.id,
            "exp": now(&app) + 900,
            "iat": now(&app),
            "auth_time": logged_in_at,
            "nonce": "the nonce",
            "acr": "1",
            "amr": ["pwd"],
            "sid": session.as_uuid().to_string(),
            "at_hash": at_hash(&tokens.access_token),
        })
    );
    let header = jose_header(id_token);
    assert_eq!(header["alg"], "RS256");
    let key = key_of(&app, &header).await;
    assert_eq!((&key["kty"], &key["use"]), (&json!("RSA"), &json!("sig")));
}

#[tokio::test]
async fn the_access_token_is_an_rfc_9068_one() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;

    let rows = app.stored().access_tokens_of(&client.id).await;
    assert_eq!(
        claims(&tokens.access_token),
        json!({
            "iss": app.issuer(),
            "sub": alice.subject,
            "aud": app.issuer(),
            "client_id": client.id,
            "scope": OPENID,
            "jti": rows[0].id.as_uuid().to_string(),
            "iat": now(&app),
            "exp": now(&app) + 900,
            "auth_time": now(&app),
            "acr": "1",
            "amr": ["pwd"],
        })
    );
    let header = jose_header(&tokens.access_token);
    assert_eq!(
        (&header["typ"], &header["alg"]),
        (&json!("at+jwt"), &json!("ES256"))
    );
    key_of(&app, &header).await;
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, "profile notes:read").await;
    assert_eq!(
        members(&tokens.json),
        [
            "access_token",
            "expires_in",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(tokens.json["scope"], "profile notes:read");
}

#[tokio::test]
async fn without_a_nonce_in_the_request_there_is_none_in_the_id_token() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let asked = app.ask(&client, OPENID, &[("nonce", "")]);
    let page = app.walk(&mut app.browser(), &asked, &alice).await;
    let code = page.answered("code").unwrap();
    let tokens = app
        .rp(&client)
        .redeem(&code, &asked.verifier)
        .await
        .expect_tokens();
    let claims = claims(tokens.id_token.as_deref().unwrap());
    assert_eq!(claims.get("nonce"), None);
}

#[tokio::test]
async fn a_client_that_is_not_registered_for_refresh_tokens_gets_none() {
    let app = TestApp::start().await;
    let fixture = app.client().grants(&[GrantType::AuthorizationCode]);
    let client = fixture.create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    assert_eq!(tokens.refresh_token, None);
    assert_eq!(app.stored().tokens_of(&client.id).await.len(), 1);
}

#[tokio::test]
async fn offline_access_makes_a_grant_that_hangs_on_no_session() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let scope = "openid offline_access";
    let asked = app.ask(&client, scope, &[("prompt", "consent")]);
    let page = app.walk(&mut app.browser(), &asked, &alice).await;
    let code = page.answered("code").unwrap();
    let tokens = app
        .rp(&client)
        .redeem(&code, &asked.verifier)
        .await
        .expect_tokens();
    assert_eq!(tokens.json["scope"], scope);
    assert_eq!(app.stored().grants_of(&client.id).await[0].session, None);
}

#[tokio::test]
async fn a_redemption_takes_four_round_trips() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    let Code { code, verifier } = app.code_in(&mut browser, &client, &alice, OPENID).await;
    let rp = app.rp(&client);
    let (answer, round_trips) = app.round_trips_of(rp.redeem(&code, &verifier)).await;
    assert_issued(&answer);
    assert_eq!(round_trips, 4);
}
