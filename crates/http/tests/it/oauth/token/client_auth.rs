//! Client authentication (OAuth 2.1 §2.4): exactly one method, the registered one, and always
//! checked.

mod private_key_jwt;
mod throttle;

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::fixtures::TestClient;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

use crate::machine_support::{
    FORM, REVOKE, TOKEN, assert_refused, basic, form_encoded, post, post_form, seed_client,
    unchanged,
};

/// A request that any confidential client may make once it has proved itself.
const ASK: &str = "grant_type=client_credentials";

async fn ask(app: &TestApp, authorization: Option<&str>, body: &str) -> Answer {
    post_form(app, TOKEN, authorization, body).await
}

/// The header of a client's own credentials.
fn header_of(client: &TestClient) -> String {
    basic(format!("{}:{}", client.id, secret_of(client)))
}

fn secret_of(client: &TestClient) -> &str {
    client.secret.as_deref().unwrap()
}

/// A text with each octet by its number.
fn numbered(text: &str) -> String {
    let octets = text.bytes().map(|octet| format!("%{octet:02x}"));
    octets.collect::<Vec<_>>().concat()
}

/// The body of a request with a client's own credentials.
fn body_of(client: &TestClient) -> String {
    let (id, secret) = (&client.id, secret_of(client));
    format!("{ASK}&client_id={id}&client_secret={secret}")
}

#[tokio::test]
async fn a_client_authenticates_by_the_method_it_is_registered_for() {
    let app = TestApp::start().await;
    let by_header = app.client().id("by-header").create().await;
    let by_form = app.client().id("by-form").post().create().await;

    let answer = ask(&app, Some(&header_of(&by_header)), ASK).await;
    assert_eq!(answer.expect_tokens().json["token_type"], "Bearer");
    let answer = ask(&app, None, &body_of(&by_form)).await;
    assert_eq!(answer.expect_tokens().json["token_type"], "Bearer");

    // The right secret at the wrong place is refused.
    let answer = unchanged(&app, ask(&app, None, &body_of(&by_header))).await;
    assert_refused(&answer, 401, "invalid_client");
    let answer = unchanged(&app, ask(&app, Some(&header_of(&by_form)), ASK)).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn the_credentials_in_the_header_are_form_decoded() {
    let app = TestApp::start().await;
    let (id, secret) = (
        "a:b+c%d&e=f",
        "colon : plus + percent % ampersand & é ünïcode",
    );
    seed_client(
        &app,
        json!({ "client_id": id, "client_secret": secret, "grant_types": ["client_credentials"] }),
    )
    .await;

    let encoded = basic([&form_encoded(id), ":", &form_encoded(secret)].concat());
    assert_eq!(ask(&app, Some(&encoded), ASK).await.status, 200);
    // Any octet may be written by its number.
    let escaped = basic([&numbered(id), ":", &numbered(secret)].concat());
    assert_eq!(ask(&app, Some(&escaped), ASK).await.status, 200);

    let as_it_stands = basic([id, ":", secret].concat());
    let answer = unchanged(&app, ask(&app, Some(&as_it_stands), ASK)).await;
    assert_refused(&answer, 401, "invalid_client");
    let doubly = basic([&form_encoded(id), ":", &form_encoded(&form_encoded(secret))].concat());
    let answer = unchanged(&app, ask(&app, Some(&doubly), ASK)).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn a_broken_authorization_header_authenticates_nobody() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let right = header_of(&client);
    let (_scheme, credentials) = right.split_once(' ').unwrap();
    let pair = |secret: &str| basic(format!("{}:{secret}", client.id));
    let broken = [
        "Basic".to_owned(),
        format!("Basic !{credentials}"),
        format!("Basic {credentials} {credentials}"),
        format!("Basic {credentials}===="),
        format!("Bearer {credentials}"),
        format!("Negotiate {credentials}"),
        credentials.to_owned(),
        basic(&client.id),
        basic(format!(":{}", secret_of(&client))),
        basic(format!("{}:{}:", client.id, secret_of(&client))),
        pair("%"),
        pair("%zz"),
        pair("%00"),
        pair(&format!("{}%00", secret_of(&client))),
        pair("\0"),
        basic([client.id.as_bytes(), b":\xFF\xFE"].concat()),
    ];
    for header in &broken {
        let answer = unchanged(&app, ask(&app, Some(header), ASK)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    assert_eq!(ask(&app, Some(&right), ASK).await.status, 200);
    assert_eq!(
        app.stored().throttles().await,
        [],
        "none of them was a guess"
    );
}

#[tokio::test]
async fn more_than_one_proof_is_an_invalid_request() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let other = app.client().id("other").create().await;
    let header = header_of(&client);
    let secret = secret_of(&client);
    let assertion = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\
                     &client_assertion=e30.e30.e30";
    for body in [
        body_of(&client),
        format!("{ASK}&client_secret={secret}"),
        format!("{ASK}&client_secret=wrong"),
        format!("{ASK}&{assertion}"),
        body_of(&other),
        format!("{ASK}&client_id={}", other.id),
        format!("{ASK}&client_id=nobody"),
    ] {
        let answer = unchanged(&app, ask(&app, Some(&header), &body)).await;
        assert_refused(&answer, 400, "invalid_request");
    }
    let both = format!("{}&{assertion}", body_of(&client));
    let answer = unchanged(&app, ask(&app, None, &both)).await;
    assert_refused(&answer, 400, "invalid_request");

    let twice = post(&app, TOKEN)
        .header(AUTHORIZATION, &header)
        .header(AUTHORIZATION, &header)
        .header(CONTENT_TYPE, FORM)
        .body(ASK);
    let answer = unchanged(&app, send(twice)).await;
    assert_refused(&answer, 400, "invalid_request");
}

#[tokio::test]
async fn the_client_id_may_stand_beside_the_header_if_it_is_the_same() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let body = format!("{ASK}&client_id={}&client_secret=", client.id);
    assert_eq!(
        ask(&app, Some(&header_of(&client)), &body).await.status,
        200
    );
}

#[tokio::test]
async fn credentials_in_the_query_count_for_nothing() {
    let app = TestApp::start().await;
    let client = app.client().post().create().await;
    let by_header = app.client().id("by-header").create().await;

    let path = format!("{TOKEN}?{}", body_of(&client));
    let answer = unchanged(&app, post_form(&app, &path, None, ASK)).await;
    assert_refused(&answer, 401, "invalid_client");
    // Nor do they stand beside a proof as a second one.
    let header = header_of(&by_header);
    let answer = post_form(&app, &path, Some(&header), ASK).await;
    assert_eq!(answer.expect_tokens().json["scope"], "notes:read");
    assert_eq!(app.stored().tokens_of(&client.id).await, []);
}

#[tokio::test]
async fn whoever_is_refused_learns_no_reason() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let disabled = app.client().id("disabled").create().await;
    disabled.disable(&app.context).await;
    let public = app.client().id("public").public().create().await;

    let mut answers = Vec::new();
    for header in [
        basic(format!("{}:{}", client.id, "wrong")),
        basic(format!("{}:", client.id)),
        basic(format!("{}:{}", client.id, secret_of(&disabled))),
        basic("nobody:secret"),
        basic("caf%C3%A9:secret"),
        basic(format!("{}:secret", "x".repeat(4_000))),
        header_of(&disabled),
        basic(format!("{}:secret", public.id)),
    ] {
        let answer = unchanged(&app, ask(&app, Some(&header), ASK)).await;
        assert_refused(&answer, 401, "invalid_client");
        let mut headers = answer.headers;
        for of_this_one in ["date", "x-request-id"] {
            headers.remove(of_this_one);
        }
        answers.push((answer.status, headers, answer.body));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    // Each is counted for its name and its address, whatever the reason.
    let counted = app.stored().throttles().await;
    let of_one = |attempts| ("client_secret".to_owned(), attempts);
    let mut expected: Vec<_> = [1, 1, 1, 1, 1, 3].map(of_one).to_vec();
    expected.push(("client_secret_address".to_owned(), 8));
    assert_eq!(counted, expected);
}

#[tokio::test]
async fn a_client_that_is_disabled_is_shut_out_of_every_node_at_once() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let header = header_of(&client);
    // Both nodes have it at hand from now on.
    let another = app.another_node().await;
    for node in [&app, &another] {
        assert_eq!(ask(node, Some(&header), ASK).await.status, 200);
    }
    client.disable(&app.context).await;
    for node in [&app, &another] {
        let answer = unchanged(&app, ask(node, Some(&header), ASK)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
}

#[tokio::test]
async fn a_confidential_client_has_to_prove_itself() {
    let app = TestApp::start().await;
    for client in [
        app.client().create().await,
        app.client().id("by-form").post().create().await,
    ] {
        for credentials in [
            format!("client_id={}", client.id),
            format!("client_id={}&client_secret=", client.id),
            "client_secret=alone".to_owned(),
            String::new(),
        ] {
            let body = format!("{ASK}&{credentials}");
            let answer = unchanged(&app, ask(&app, None, &body)).await;
            assert_refused(&answer, 401, "invalid_client");
        }
    }
}

#[tokio::test]
async fn a_public_client_names_itself_and_a_secret_of_its_own_making_is_refused() {
    let app = TestApp::start().await;
    let client = app.client().public().create().await;
    let named = post_form(&app, REVOKE, None, "token=t&client_id=web").await;
    assert_eq!(named.status, 200);
    let body = "token=t&client_id=web&client_secret=s";
    assert_refused(
        &post_form(&app, REVOKE, None, body).await,
        401,
        "invalid_client",
    );
    for joined in ["web:s", "web:"] {
        let header = basic(joined);
        let answer = post_form(&app, REVOKE, Some(&header), "token=t").await;
        assert_refused(&answer, 401, "invalid_client");
    }
    assert_eq!(client.secret, None);
}

#[tokio::test]
async fn two_secrets_count_while_one_replaces_the_other() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let kept = Duration::from_hours(24);
    let next = app.replace_secret(&client, kept).await;
    let (old, new) = (header_of(&client), basic(format!("{}:{next}", client.id)));

    for header in [&old, &new] {
        assert_eq!(ask(&app, Some(header), ASK).await.status, 200);
    }
    app.advance(kept);
    assert_eq!(ask(&app, Some(&new), ASK).await.status, 200);
    let answer = unchanged(&app, ask(&app, Some(&old), ASK)).await;
    assert_refused(&answer, 401, "invalid_client");
}
