//! Software statements: what somebody who is trusted says of a client (RFC 7591 §2.3).

use authly_domain::clock::Clock as _;
use authly_domain::registration::StatementIssuers;
use authly_testing::signer::{Signer, key_set};
use pretty_assertions::assert_eq;

use super::*;
use crate::assertion_support::unsigned;

const ISSUER: &str = "https://federation.example";

/// A server that believes this signer's statements, and a token that lets clients register.
async fn believing(signer: &Signer) -> (TestApp, String) {
    let keys = key_set(&[signer.jwk()]).to_string();
    let keys = serde_json::from_str(&keys).unwrap();
    let issuers = StatementIssuers::new([(ISSUER.to_owned(), keys)].into());
    let setup = setup(RegistrationMode::Token);
    let setup = setup.policies(move |policies| policies.registration.statement_issuers = issuers);
    let app = setup.app().await;
    app.client().id("other").create().await;
    let token = initial(&app, &json!({})).await;
    (app, token)
}

/// What the issuer says of the client.
fn claims(app: &TestApp) -> Value {
    let now = app.clock.now().unix_seconds();
    json!({
        "iss": ISSUER, "iat": now, "exp": now + 60, "jti": "1",
        "software_id": "stated", "client_name": "Stated",
        "redirect_uris": ["https://stated.example/callback"],
        // Nothing of these is the issuer's to say.
        "client_id": "chosen", "client_secret": "chosen", "software_statement": "another",
        "profile": "oidc", "require_consent": false,
    })
}

fn saying(statement: &str) -> Value {
    let mut said = web();
    said["software_statement"] = statement.into();
    said["software_version"] = "2".into();
    said
}

#[tokio::test]
async fn what_a_statement_says_counts_before_what_the_client_says() {
    let signer = Signer::es256();
    let (app, token) = believing(&signer).await;
    let statement = signer.sign(&json!({"typ": "JWT"}), &claims(&app));
    let answer = register(&app, &token, &saying(&statement)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let client = answer.json();
    for (member, value) in [
        ("client_name", json!("Stated")),
        ("redirect_uris", json!(["https://stated.example/callback"])),
        ("software_id", json!("stated")),
        ("software_version", json!("2")),
        ("software_statement", json!(statement)),
    ] {
        assert_eq!(client[member], value, "{member}");
    }
    assert_ne!(client["client_id"], "chosen");
    assert_ne!(client["client_secret"], "chosen");

    // It is a member as any other: an update without it is one without what it says.
    let place = client["registration_client_uri"].as_str().unwrap();
    let own = client["registration_access_token"].as_str().unwrap();
    let update = async |mut said: Value| {
        said["client_id"] = client["client_id"].clone();
        let request = http_client().put(place).bearer_auth(own).json(&said);
        let answer = send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    let again = update(saying(&statement)).await;
    assert_eq!(again["client_name"], "Stated");
    let without = update(web()).await;
    assert_eq!(without["client_name"], "App");
    assert_eq!(without.get("software_statement"), None);
}

#[tokio::test]
async fn a_statement_that_is_not_its_issuers_or_not_in_order_is_refused() {
    let signer = Signer::es256();
    let (app, token) = believing(&signer).await;
    let right = claims(&app);
    let now = app.clock.now().unix_seconds();
    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        signer.sign(&json!({}), &claims)
    };
    let mut nameless = right.clone();
    nameless.as_object_mut().unwrap().remove("iss");
    let invalid = "invalid_software_statement";
    for (code, statement) in [
        (invalid, Signer::es256().sign(&json!({}), &right)),
        (invalid, Signer::rs256().sign(&json!({}), &right)),
        (invalid, unsigned(&right)),
        (invalid, signer.sign(&json!({"typ": "at+jwt"}), &right)),
        (invalid, signer.sign(&json!({}), &nameless)),
        (invalid, with("iss", json!(1))),
        (invalid, with("exp", json!(now - 31))),
        (invalid, with("exp", json!("never"))),
        (invalid, with("nbf", json!(now + 31))),
        (invalid, with("iat", json!(now + 31))),
        (invalid, "a.b.c".to_owned()),
        (invalid, String::new()),
        (
            "unapproved_software_statement",
            with("iss", json!("https://other.example")),
        ),
        // What it says goes by the rules of every registration.
        (
            "invalid_redirect_uri",
            with("redirect_uris", json!(["https://stated.example/#x"])),
        ),
        (
            "invalid_client_metadata",
            with("scope", json!("openid phone")),
        ),
        ("invalid_client_metadata", with("client_name", json!(7))),
    ] {
        refused(&app, &token, &saying(&statement), code).await;
    }
    let mut number = web();
    number["software_statement"] = json!(7);
    refused(&app, &token, &number, invalid).await;
}

#[tokio::test]
async fn where_no_issuer_is_approved_no_statement_counts() {
    let (app, token) = app_and_token().await;
    let statement = Signer::es256().sign(&json!({}), &claims(&app));
    let said = saying(&statement);
    refused(&app, &token, &said, "unapproved_software_statement").await;
}
