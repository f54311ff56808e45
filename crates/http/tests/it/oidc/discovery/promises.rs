//! Whatever the document names, works.

use authly_domain::clients::ResponseEncryption;
use authly_domain::keys::{ContentEncryption, KeyManagement, SigningAlgorithm};
use authly_domain::users::{Address, Profile};
use authly_testing::TestApp;
use authly_testing::answer::{claims, jose_header};
use authly_testing::fixtures::TestClient;
use authly_testing::recipient::Recipient;
use authly_testing::rp::{http_client, send};
use authly_testing::signer::Signer;
use pretty_assertions::assert_eq;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{OPENID_CONFIGURATION, read};
use crate::assertion_support::{JWT_BEARER, claims as assertion_claims};
use crate::machine_support::{OPENID, assert_issued, at_hash_of, published_keys};

/// The texts of a member of the document.
fn texts<'d>(document: &'d Value, name: &str) -> Vec<&'d str> {
    let values = document[name].as_array().unwrap();
    values.iter().map(|value| value.as_str().unwrap()).collect()
}

/// A client that is registered for an authentication method, one for each endpoint.
async fn client_for(app: &TestApp, signer: &Signer, endpoint: &str, method: &str) -> TestClient {
    let client = app.client().id(&format!("{endpoint}-by-{method}"));
    match method {
        "client_secret_basic" => client.create().await,
        "client_secret_post" => client.post().create().await,
        "private_key_jwt" => client.private_key_jwt(signer).create().await,
        "none" => client.public().create().await,
        other => panic!("no test for {other}"),
    }
}

/// A request that proves the client by its method.
fn proven(client: &TestClient, method: &str, url: &str, form: &[(&str, &str)]) -> RequestBuilder {
    let mut form = form.to_vec();
    let request = http_client().post(url);
    let secret = client.secret.as_deref();
    match method {
        "client_secret_basic" => request.basic_auth(&client.id, secret).form(&form),
        "client_secret_post" => {
            form.push(("client_id", &client.id));
            form.push(("client_secret", secret.unwrap()));
            request.form(&form)
        }
        "private_key_jwt" | "none" => {
            form.push(("client_id", &client.id));
            request.form(&form)
        }
        other => panic!("no test for {other}"),
    }
}

#[tokio::test]
async fn every_address_answers() {
    let app = TestApp::start().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    let mut asked = 0;
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name.ends_with("_uri") {
            let answer = send(http_client().get(value.as_str().unwrap())).await;
            assert!(
                ![404, 500, 501].contains(&answer.status),
                "{name}: {}",
                answer.status
            );
            asked += 1;
        }
    }
    assert_eq!(asked, 7);
}

#[tokio::test]
async fn every_way_to_authenticate_works_where_it_is_named() {
    let app = TestApp::start().await;
    let signer = Signer::es256();
    let alice = app.user("alice").create().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    for endpoint in ["token", "introspection", "revocation"] {
        let url = document[format!("{endpoint}_endpoint")].as_str().unwrap();
        let methods = format!("{endpoint}_endpoint_auth_methods_supported");
        for method in texts(&document, &methods) {
            let client = client_for(&app, &signer, endpoint, method).await;
            let code = app.code(&client, &alice, OPENID).await;
            let mut form = match endpoint {
                "token" => vec![
                    ("grant_type", "authorization_code"),
                    ("code", &code.code),
                    ("code_verifier", &code.verifier),
                ],
                _ => vec![("token", "any")],
            };
            let assertion = signer.sign(&json!({}), &assertion_claims(&app, &client.id, endpoint));
            if method == "private_key_jwt" {
                form.push(("client_assertion_type", JWT_BEARER));
                form.push(("client_assertion", &assertion));
            }
            let answer = send(proven(&client, method, url, &form)).await;
            assert_eq!(
                answer.status, 200,
                "{endpoint} by {method}: {}",
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn every_grant_type_yields_a_token() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    let rp = app.rp(&client);
    let tokens = app.tokens(&client, &alice, OPENID).await;
    let code = app.code(&client, &alice, OPENID).await;
    let grants = texts(&document, "grant_types_supported");
    assert_eq!(grants.len(), 3);
    for grant in grants {
        let answer = match grant {
            "authorization_code" => rp.redeem(&code.code, &code.verifier).await,
            "refresh_token" => rp.refresh(tokens.refresh()).await,
            "client_credentials" => rp.client_credentials().await,
            other => panic!("no test for {other}"),
        };
        assert_issued(&answer);
    }
}

#[tokio::test]
async fn every_response_mode_brings_the_code() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    let modes = texts(&document, "response_modes_supported");
    assert_eq!(modes.len(), 3);
    for mode in modes {
        let asked = app.ask(&client, OPENID, &[("response_mode", mode)]);
        let page = app.walk(&mut app.browser(), &asked, &alice).await;
        let code = match mode {
            "query" => page.answered("code").unwrap(),
            "fragment" => {
                let location = page.expect_location();
                assert_eq!(location.query(), None);
                let fragment = location.fragment().unwrap().as_bytes();
                let mut pairs = form_urlencoded::parse(fragment);
                pairs
                    .find(|(name, _)| name == "code")
                    .unwrap()
                    .1
                    .into_owned()
            }
            "form_post" => {
                assert_eq!(page.status(), 200);
                let (_before, field) = page.html().split_once("name=\"code\" value=\"").unwrap();
                field.split_once('"').unwrap().0.to_owned()
            }
            other => panic!("no test for {other}"),
        };
        assert_issued(&app.rp(&client).redeem(&code, &asked.verifier).await);
    }
}

#[tokio::test]
async fn id_tokens_are_signed_as_the_document_says_by_a_key_that_is_published() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    assert_eq!(document["jwks_uri"], app.url("/.well-known/jwks.json"));
    let keys = published_keys(&app).await;
    let algorithms = texts(&document, "id_token_signing_alg_values_supported");
    assert_eq!(
        algorithms,
        SigningAlgorithm::ALL.map(SigningAlgorithm::as_str)
    );
    for name in algorithms {
        let registered = name.parse().unwrap();
        let client = app.client().id(name);
        let client = client.with(|client| client.openid.id_token_alg = registered);
        let client = client.create().await;
        let tokens = app.tokens(&client, &alice, OPENID).await;
        let id_token = tokens.id_token.unwrap();
        let header = jose_header(&id_token);
        assert_eq!(header["alg"], name);
        let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
        assert_eq!(key["alg"], name);
        let ring = app.deps.keys.ring().load();
        ring.verify(&id_token, None).unwrap();
        assert_eq!(
            claims(&id_token)["at_hash"],
            at_hash_of(&tokens.access_token, registered)
        );
    }
}

#[tokio::test]
async fn tokens_are_encrypted_in_every_way_that_the_document_names() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    let named = |name: &str, member: &str| -> Vec<String> {
        let values = texts(
            &document,
            &format!("{name}_encryption_{member}_values_supported"),
        );
        values.into_iter().map(str::to_owned).collect()
    };
    let (algs, encs) = (named("id_token", "alg"), named("id_token", "enc"));
    assert_eq!(algs, KeyManagement::ALL.map(KeyManagement::as_str));
    assert_eq!(encs, ContentEncryption::ALL.map(ContentEncryption::as_str));
    assert_eq!(
        (named("userinfo", "alg"), named("userinfo", "enc")),
        (algs.clone(), encs.clone())
    );
    for alg in &algs {
        let recipient = Recipient::new(alg.parse().unwrap());
        for enc in &encs {
            let encrypted = ResponseEncryption {
                alg: alg.parse().ok(),
                enc: enc.parse().ok(),
            };
            let id = format!("{alg}-{enc}").replace('+', "-");
            let client = app.client().id(&id).with(|client| {
                client.jwks = Some(recipient.jwks());
                client.openid.id_token_encryption = encrypted;
                client.openid.userinfo_encryption = encrypted;
            });
            let client = client.create().await;
            let tokens = app.tokens(&client, &alice, OPENID).await;
            let (header, signed) = recipient.open(&tokens.id_token.unwrap());
            assert_eq!((&header["alg"], &header["enc"]), (&json!(alg), &json!(enc)));
            assert_eq!(claims(&signed)["sub"], alice.subject.as_str());
            let answer = app.rp(&client).userinfo(&tokens.access_token).await;
            let (header, content) = recipient.open(&answer.body);
            assert_eq!((&header["alg"], &header["enc"]), (&json!(alg), &json!(enc)));
            let told: Value = serde_json::from_str(&content).unwrap();
            assert_eq!(told["sub"], alice.subject.as_str());
        }
    }
}

#[tokio::test]
async fn every_display_prompt_language_and_acr_is_answered_as_it_is_named() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    let mut browser = app.logged_in(&alice).await;
    app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    let languages = texts(&document, "ui_locales_supported");
    assert!(languages.len() > 1, "{languages:?}");
    for language in languages {
        let more = [("prompt", "login"), ("ui_locales", language)];
        let page = browser.get(&app.ask(&client, OPENID, &more).target).await;
        let page = browser.follow(&page).await;
        let shown = format!(r#"<html lang="{language}""#);
        assert!(page.html().contains(&shown), "{language}: {page:?}");
    }
    for (name, values) in [
        ("display", "display_values_supported"),
        ("prompt", "prompt_values_supported"),
        ("acr_values", "acr_values_supported"),
    ] {
        for value in texts(&document, values) {
            let asked = app.ask(&client, OPENID, &[(name, value)]);
            let mut page = browser.get(&asked.target).await;
            if page.answered("code").is_none() {
                let shown = browser.follow(&page).await;
                app.advance(std::time::Duration::from_secs(2));
                page = if shown.html().contains("id=\"login\"") {
                    browser
                        .fill_in_login(&shown, "alice", &alice.password)
                        .await
                } else {
                    browser.submit(&shown.form("approve")).await
                };
            }
            let code = page
                .answered("code")
                .unwrap_or_else(|| panic!("{name}={value}: {page:?}"));
            let tokens = app.rp(&client).redeem(&code, &asked.verifier).await;
            let id_token = tokens.expect_tokens().id_token.unwrap();
            if name == "acr_values" {
                assert_eq!(claims(&id_token)["acr"], value);
            }
        }
    }
}

/// A profile in which nothing is missing.
fn full_profile() -> Profile {
    let text = || Some("https://alice.example.com/".to_owned());
    Profile {
        name: text(),
        given_name: text(),
        family_name: text(),
        middle_name: text(),
        nickname: text(),
        profile: text(),
        picture: text(),
        website: text(),
        gender: text(),
        birthdate: Some("1990-02-28".to_owned()),
        zoneinfo: text(),
        locale: text(),
        phone_number: text(),
        phone_number_verified: Some(true),
        address: Address {
            country: text(),
            ..Address::default()
        },
    }
}

#[tokio::test]
async fn every_claim_that_is_named_can_be_had_and_no_other() {
    let app = TestApp::start().await;
    let scope = "openid profile email phone address";
    let client = app.client().scope(scope).create().await;
    let alice = app.user("alice").profile(full_profile()).create().await;
    let tokens = app.tokens(&client, &alice, scope).await;
    let userinfo = app.rp(&client).userinfo(&tokens.access_token).await.json();
    let id_token = claims(tokens.id_token.as_deref().unwrap());
    let mut had: Vec<_> = [&userinfo, &id_token]
        .into_iter()
        .flat_map(|claims| claims.as_object().unwrap().keys().map(String::as_str))
        .collect();
    had.sort_unstable();
    had.dedup();

    let document = read(app.url(OPENID_CONFIGURATION)).await;
    let mut named = texts(&document, "claims_supported");
    named.sort_unstable();
    assert_eq!(had, named);
}
