//! `/api/v1/oauth/register` (RFC 7591, RFC 7592).

mod management;
mod metadata;
mod open;
mod statements;

use std::time::Duration;

use authly_domain::registration::RegistrationMode;
use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, Stranger, TestApp};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::machine_support::{TOKEN, basic, post_form};

const REGISTER: &str = "/api/v1/oauth/register";

/// An initial access token with a change to what the test asks for.
async fn initial(app: &TestApp, change: &Value) -> String {
    let root = app.administrator("root").await;
    let mut new = json!({ "name": "Suite", "scope": "openid email notes:read", "max_clients": 20 });
    for (name, value) in change.as_object().unwrap() {
        new[name] = value.clone();
    }
    let made = root.post("/admin/initial-access-tokens", &new).await.json();
    made["token"].as_str().unwrap().to_owned()
}

/// A server where these register clients.
fn setup(mode: RegistrationMode) -> Setup {
    Setup::default().policies(move |policies| policies.registration.mode = mode)
}

/// A server with the scopes of the fixtures, and a token that lets clients register.
async fn app_and_token() -> (TestApp, String) {
    let app = setup(RegistrationMode::Token).app().await;
    app.client().id("other").create().await;
    let token = initial(&app, &json!({})).await;
    (app, token)
}

async fn register(app: &TestApp, token: &str, said: &Value) -> Answer {
    let request = http_client().post(app.url(REGISTER)).bearer_auth(token);
    send(request.json(said)).await
}

fn web() -> Value {
    json!({ "client_name": "App", "redirect_uris": ["https://app.example/callback"] })
}

/// Holds that a registration is refused, and nothing stored.
async fn refused(app: &TestApp, token: &str, said: &Value, code: &str) -> Answer {
    let before = app.stored().registry().await;
    let answer = register(app, token, said).await;
    assert_eq!(answer.status, 400, "{said}: {}", answer.body);
    assert_eq!(answer.json()["error"], code, "{said}: {}", answer.body);
    assert_eq!(app.stored().registry().await, before, "{said}");
    answer
}

#[tokio::test]
async fn a_client_registers_itself_and_works() {
    let (app, token) = app_and_token().await;
    let answer = register(&app, &token, &web()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    let client = answer.json();
    for (member, value) in [
        ("client_name", json!("App")),
        ("redirect_uris", json!(["https://app.example/callback"])),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("scope", json!("email notes:read openid")),
        ("application_type", json!("web")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("client_secret_expires_at", json!(0)),
    ] {
        assert_eq!(client[member], value, "{member}");
    }
    assert!(client["client_id_issued_at"].is_i64());
    let id = client["client_id"].as_str().unwrap();
    let place = format!("{}{REGISTER}/{id}", app.issuer());
    assert_eq!(client["registration_client_uri"], place);
    let secret = client["client_secret"].as_str().unwrap();
    // The right secret and a wrong code.
    let header = basic(format!("{id}:{secret}"));
    let form = "grant_type=authorization_code&code=x&code_verifier=y";
    let answer = post_form(&app, TOKEN, Some(&header), form).await;
    assert_eq!(answer.json()["error"], "invalid_grant", "{}", answer.body);
}

#[tokio::test]
async fn nobody_registers_without_a_token_that_lets_them() {
    let (app, token) = app_and_token().await;
    let before = app.stored().registry().await;
    for wrong in ["nonsense", "authly_iat_nonsense", &token[..token.len() - 1]] {
        let answer = register(&app, wrong, &web()).await;
        assert_eq!(answer.status, 401, "{}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_token");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.starts_with("Bearer "), "{challenge}");
    }
    let without = send(http_client().post(app.url(REGISTER)).json(&web())).await;
    assert_eq!(without.status, 401);
    let as_form = http_client().post(app.url(REGISTER)).bearer_auth(&token);
    let as_form = send(as_form.form(&[("client_name", "App")])).await;
    assert_eq!(as_form.status, 415, "{}", as_form.body);
    let asked = send(http_client().get(app.url(REGISTER)).bearer_auth(&token)).await;
    assert_eq!((asked.status, asked.header("allow")), (405, "POST"));
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn a_token_that_is_over_or_deleted_lets_nobody_register() {
    let app = setup(RegistrationMode::Token).app().await;
    let token = initial(&app, &json!({ "scope": "openid", "expires_in": 60 })).await;
    app.advance(Duration::from_secs(59));
    assert_eq!(register(&app, &token, &web()).await.status, 201);
    app.advance(Duration::from_secs(1));
    assert_eq!(register(&app, &token, &web()).await.status, 401);

    let root = app.administrator("boss").await;
    let new = json!({ "name": "Suite", "scope": "openid" });
    let made = root.post("/admin/initial-access-tokens", &new).await.json();
    let place = format!(
        "/admin/initial-access-tokens/{}",
        made["id"].as_str().unwrap()
    );
    assert_eq!(root.delete(&place).await.status, 204);
    let token = made["token"].as_str().unwrap();
    assert_eq!(register(&app, token, &web()).await.status, 401);
}

#[tokio::test]
async fn of_many_that_ask_at_once_no_more_register_than_the_token_lets() {
    let app = setup(RegistrationMode::Token).app().await;
    let token = initial(&app, &json!({ "scope": "openid", "max_clients": 3 })).await;
    let before = app.stored().row_counts().await["clients"];
    let said = web();
    let answers = join_all((0..10).map(|_one| register(&app, &token, &said))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 401, 401, 401, 401, 401, 401, 401]);
    assert_eq!(app.stored().row_counts().await["clients"], before + 3);
    // What is refused spends nothing.
    let root = app.administrator("boss").await;
    let listed = root.get("/admin/initial-access-tokens").await.json();
    assert_eq!(listed["items"][0]["clients_left"], 0);
    assert_eq!(listed["items"][0]["clients_made"], 3);
}

#[tokio::test]
async fn the_token_says_what_its_clients_are_exempted_from() {
    let app = setup(RegistrationMode::Token).app().await;
    let policy = json!({
        "scope": "openid", "profile": "oidc", "require_pkce": false, "require_nonce": false,
        "max_clients": 2,
    });
    let token = initial(&app, &policy).await;
    let confidential = register(&app, &token, &web()).await.json();
    let mut public = web();
    public["token_endpoint_auth_method"] = json!("none");
    let public = register(&app, &token, &public).await.json();
    let root = app.administrator("boss").await;
    for (client, required) in [(confidential, false), (public, true)] {
        let id = client["client_id"].as_str().unwrap();
        let listed = root.get(&format!("/admin/clients?client_id={id}")).await;
        let stored = listed.json()["items"][0].clone();
        assert_eq!(stored["profile"], "oidc");
        assert_eq!(stored["require_pkce"], required, "{stored}");
        assert_eq!(stored["require_nonce"], required, "{stored}");
    }
}

#[tokio::test]
async fn the_document_of_a_sector_lists_every_address() {
    let stranger = Stranger::start().await;
    let app = setup(RegistrationMode::Token).stranger(&stranger);
    let app = app.app().await;
    let token = initial(&app, &json!({ "scope": "openid" })).await;
    let mut said = web();
    said["subject_type"] = json!("pairwise");
    said["sector_identifier_uri"] = json!(stranger.url("/sector").as_str());
    let mut texts = Vec::new();
    for document in [
        json!([]),
        json!(["https://app.example/other"]),
        json!({ "redirect_uris": ["https://app.example/callback"] }),
        json!("https://app.example/callback"),
    ] {
        let path = format!("/sector/{}", document.to_string().len());
        stranger.serve(&path, &document.to_string());
        said["sector_identifier_uri"] = json!(stranger.url(&path).as_str());
        let answer = refused(&app, &token, &said, "invalid_client_metadata").await;
        texts.push(answer.json()["error_description"].clone());
    }
    let private = stranger.url_at("10.0.0.1", "/sector");
    said["sector_identifier_uri"] = json!(private.as_str());
    let answer = refused(&app, &token, &said, "invalid_client_metadata").await;
    // Nobody learns by it what is at an address inside.
    assert_eq!(texts, vec![answer.json()["error_description"].clone(); 4]);
    let right = json!(["https://app.example/callback", "https://b.example/"]);
    stranger.serve("/right", &right.to_string());
    said["sector_identifier_uri"] = json!(stranger.url("/right").as_str());
    let answer = register(&app, &token, &said).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.json()["subject_type"], "pairwise");
    // Nobody without a token makes us fetch.
    let requests = stranger.seen().requests;
    said["sector_identifier_uri"] = json!(stranger.url("/unseen").as_str());
    assert_eq!(register(&app, "nonsense", &said).await.status, 401);
    assert_eq!(stranger.seen().requests, requests);
}
