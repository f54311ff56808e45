//! ID tokens and answers of UserInfo that are encrypted to their client (OpenID Connect Core §5.3.2,
//! §10.2).

use authly_domain::clients::{Client, ResponseEncryption};
use authly_domain::keys::{ContentEncryption, KeyManagement, SigningAlgorithm};
use authly_testing::TestApp;
use authly_testing::answer::claims;
use authly_testing::recipient::Recipient;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::machine_support::OPENID;

const ALG: KeyManagement = KeyManagement::EcdhEsA256Kw;

/// Everything encrypted to a recipient.
fn encrypted_to(recipient: &Recipient, client: &mut Client) {
    let encrypted = ResponseEncryption {
        alg: Some(ALG),
        enc: Some(ContentEncryption::A256Gcm),
    };
    client.jwks = Some(recipient.jwks());
    client.openid.id_token_encryption = encrypted;
    client.openid.userinfo_encryption = encrypted;
}

/// The token inside, whose signature is ours.
fn signed(app: &TestApp, recipient: &Recipient, token: &str) -> Value {
    let (header, inner) = recipient.open(token);
    assert_eq!(header["alg"], ALG.as_str());
    assert_eq!(header["enc"], "A256GCM");
    assert_eq!(header["kid"], "recipient");
    assert_eq!(header["cty"], "JWT");
    app.deps.keys.ring().load().verify(&inner, None).unwrap();
    claims(&inner)
}

#[tokio::test]
async fn id_tokens_are_signed_and_then_encrypted_and_so_are_those_of_a_refresh() {
    let app = TestApp::start().await;
    let recipient = Recipient::new(ALG);
    let client = app.client().with(|client| encrypted_to(&recipient, client));
    let client = client.create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    let id_token = signed(&app, &recipient, tokens.id_token.as_deref().unwrap());
    assert_eq!(id_token["sub"], json!(alice.subject));
    assert_eq!(id_token["aud"], json!(client.id));

    let refreshed = app.rp(&client).refresh(tokens.refresh()).await;
    let refreshed = refreshed.expect_tokens().id_token.unwrap();
    assert_eq!(signed(&app, &recipient, &refreshed)["sub"], id_token["sub"]);
}

#[tokio::test]
async fn userinfo_is_encrypted_with_a_signature_inside_or_without_as_it_is_registered() {
    let app = TestApp::start().await;
    let recipient = Recipient::new(ALG);
    let alice = app.user("alice").create().await;
    for (id, userinfo_alg) in [("plain", None), ("signed", Some(SigningAlgorithm::Es256))] {
        let client = app.client().id(id).with(|client| {
            encrypted_to(&recipient, client);
            client.openid.userinfo_alg = userinfo_alg;
        });
        let client = client.create().await;
        let tokens = app.tokens(&client, &alice, "openid email").await;
        let answer = app.rp(&client).userinfo(&tokens.access_token).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/jwt");
        let told = if userinfo_alg.is_some() {
            signed(&app, &recipient, &answer.body)
        } else {
            let (header, content) = recipient.open(&answer.body);
            assert_eq!(header.get("cty"), None);
            serde_json::from_str(&content).unwrap()
        };
        let expected = json!({
            "iss": app.issuer(), "aud": client.id, "sub": alice.subject,
            "email": "alice@example.com", "email_verified": true,
        });
        assert_eq!(told, expected);
        let refused = app.rp(&client).userinfo("nothing").await;
        refused.expect_error(401, "invalid_token");
    }
}

#[tokio::test]
async fn a_key_that_was_replaced_is_not_encrypted_to_any_more() {
    let app = TestApp::start().await;
    let (old, new) = (Recipient::new(ALG), Recipient::new(ALG));
    let client = app.client().with(|client| encrypted_to(&old, client));
    let client = client.create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    let before = rp.userinfo(&tokens.access_token).await;
    let _opened = old.open(&before.body);

    let context = &app.context;
    client
        .change(context, |client| client.jwks = Some(new.jwks()))
        .await;
    let after = rp.userinfo(&tokens.access_token).await;
    let _opened = new.open(&after.body);
    let refreshed = rp.refresh(tokens.refresh()).await.expect_tokens();
    signed(&app, &new, &refreshed.id_token.unwrap());

    client
        .change(context, |client| {
            client.openid.userinfo_encryption = ResponseEncryption::default();
        })
        .await;
    let plain = rp.userinfo(&refreshed.access_token).await;
    assert_eq!(plain.json()["sub"], json!(alice.subject));
}

#[tokio::test]
async fn a_hint_is_the_signed_token_and_not_the_encrypted_one() {
    let app = TestApp::start().await;
    let recipient = Recipient::new(ALG);
    let client = app.client().with(|client| encrypted_to(&recipient, client));
    let client = client.create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let tokens = app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    let encrypted = tokens.id_token.unwrap();
    let (_header, inner) = recipient.open(&encrypted);

    let before = app.stored().protocol_state().await;
    let hint = [("id_token_hint", encrypted.as_str()), ("prompt", "none")];
    let refused = browser.get(&app.ask(&client, OPENID, &hint).target).await;
    assert_eq!(
        refused.answered("error").as_deref(),
        Some("invalid_request")
    );
    assert_eq!(app.stored().protocol_state().await, before);

    let hint = [("id_token_hint", inner.as_str()), ("prompt", "none")];
    let answered = browser.get(&app.ask(&client, OPENID, &hint).target).await;
    assert!(answered.answered("code").is_some(), "{answered:?}");
}
