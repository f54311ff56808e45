//! Who may register at all: nobody, whoever has a token, or everybody.

use pretty_assertions::assert_eq;

use super::*;

/// Registers without a token.
async fn come_along(app: &TestApp, said: &Value) -> Answer {
    send(http_client().post(app.url(REGISTER)).json(said)).await
}

async fn named_endpoint(app: &TestApp) -> Value {
    let place = "/.well-known/openid-configuration";
    let document = send(http_client().get(app.url(place))).await.json();
    document["registration_endpoint"].clone()
}

#[tokio::test]
async fn where_it_is_closed_nobody_registers_and_the_metadata_name_no_endpoint() {
    let app = TestApp::start().await;
    let token = initial(&app, &json!({ "scope": "openid" })).await;
    assert_eq!(named_endpoint(&app).await, Value::Null);
    let before = app.stored().registry().await;
    for answer in [
        register(&app, &token, &web()).await,
        come_along(&app, &web()).await,
    ] {
        answer.expect_error(403, "access_denied");
    }
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn where_somebody_can_register_the_metadata_name_the_endpoint() {
    for mode in [RegistrationMode::Token, RegistrationMode::Open] {
        let app = setup(mode).app().await;
        let place = format!("{}{REGISTER}", app.issuer());
        assert_eq!(named_endpoint(&app).await, json!(place));
    }
}

#[tokio::test]
async fn everybody_registers_within_the_scope_of_the_setting_where_it_is_open() {
    let app = setup(RegistrationMode::Open).app().await;
    let answer = come_along(&app, &web()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let client = answer.json();
    assert_eq!(client["scope"], "email openid profile");
    let own = client["registration_client_uri"].as_str().unwrap();
    let token = client["registration_access_token"].as_str().unwrap();
    let read = send(http_client().get(own).bearer_auth(token)).await;
    assert_eq!(read.status, 200, "{}", read.body);

    let before = app.stored().registry().await;
    for (name, value) in [
        ("scope", json!("openid phone")),
        ("scope", json!("admin:clients:read")),
        ("grant_types", json!(["client_credentials"])),
    ] {
        let mut said = web();
        said[name] = value;
        let refused = come_along(&app, &said).await;
        refused.expect_error(400, "invalid_client_metadata");
    }
    // A token that is none is not as good as none.
    let wrong = register(&app, "nonsense", &web()).await;
    wrong.expect_error(401, "invalid_token");
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn one_address_registers_so_many_clients_in_a_window_and_no_more() {
    let app = setup(RegistrationMode::Open)
        .policies(|policies| policies.registration.open_per_address = 2)
        .app()
        .await;
    for _one in 0..2 {
        assert_eq!(come_along(&app, &web()).await.status, 201);
    }
    let before = app.stored().registry().await;
    let refused = come_along(&app, &web()).await;
    refused.expect_error(429, "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), "900");
    assert_eq!(app.stored().registry().await, before);
    // Who has a token does not wait.
    let token = initial(&app, &json!({ "scope": "openid" })).await;
    assert_eq!(register(&app, &token, &web()).await.status, 201);
    app.advance(Duration::from_mins(15));
    assert_eq!(come_along(&app, &web()).await.status, 201);
}

#[tokio::test]
async fn an_update_of_a_client_that_needed_no_token_counts_as_a_registration_does() {
    let app = setup(RegistrationMode::Open)
        .policies(|policies| policies.registration.open_per_address = 2)
        .app()
        .await;
    let client = come_along(&app, &web()).await.json();
    let own = client["registration_client_uri"].as_str().unwrap();
    let its = client["registration_access_token"].as_str().unwrap();
    let mut said = web();
    said["client_id"] = client["client_id"].clone();
    let update = || send(http_client().put(own).bearer_auth(its).json(&said));
    assert_eq!(update().await.status, 200);
    let before = app.stored().registry().await;
    update().await.expect_error(429, "temporarily_unavailable");
    assert_eq!(app.stored().registry().await, before);
    let read = send(http_client().get(own).bearer_auth(its)).await;
    assert_eq!(read.status, 200, "{}", read.body);

    let token = initial(&app, &json!({ "scope": "openid" })).await;
    let client = register(&app, &token, &web()).await.json();
    let own = client["registration_client_uri"].as_str().unwrap();
    let its = client["registration_access_token"].as_str().unwrap();
    said["client_id"] = client["client_id"].clone();
    let answer = send(http_client().put(own).bearer_auth(its).json(&said)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_register_at_once_no_more_get_in_than_the_setting_allows() {
    let app = setup(RegistrationMode::Open)
        .policies(|policies| policies.registration.open_clients = 3)
        .app()
        .await;
    let said = web();
    let answers = join_all((0..8).map(|_one| come_along(&app, &said))).await;
    let registered = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(registered.count(), 3);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.expect_error(503, "temporarily_unavailable");
    }
    let stored = app.stored().row_counts().await;
    assert_eq!(stored["client_registrations"], 3);
}

#[tokio::test]
async fn no_more_clients_are_registered_without_a_token_than_the_setting_allows() {
    let app = setup(RegistrationMode::Open)
        .policies(|policies| policies.registration.open_clients = 1)
        .app()
        .await;
    let token = initial(&app, &json!({ "scope": "openid" })).await;
    assert_eq!(register(&app, &token, &web()).await.status, 201);
    let first = come_along(&app, &web()).await;
    assert_eq!(first.status, 201, "those of tokens do not count");
    let before = app.stored().registry().await;
    let refused = come_along(&app, &web()).await;
    refused.expect_error(503, "temporarily_unavailable");
    assert_eq!(app.stored().registry().await, before);
    let client = first.json();
    let own = client["registration_client_uri"].as_str().unwrap();
    let token = client["registration_access_token"].as_str().unwrap();
    let gone = send(http_client().delete(own).bearer_auth(token)).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(come_along(&app, &web()).await.status, 201);
}

#[tokio::test]
async fn a_token_that_names_hosts_and_grants_lets_no_client_beyond_them() {
    let app = setup(RegistrationMode::Token).app().await;
    let bounds = json!({
        "scope": "openid", "redirect_hosts": ["app.example"],
        "grant_types": ["authorization_code"],
    });
    let token = initial(&app, &bounds).await;
    let mut elsewhere = web();
    elsewhere["redirect_uris"] = json!(["https://app.example/", "https://other.example/"]);
    refused(&app, &token, &elsewhere, "invalid_redirect_uri").await;
    let mut wider = web();
    wider["grant_types"] = json!(["authorization_code", "refresh_token"]);
    refused(&app, &token, &wider, "invalid_client_metadata").await;

    let client = register(&app, &token, &web()).await.json();
    let own = client["registration_client_uri"].as_str().unwrap();
    let its = client["registration_access_token"].as_str().unwrap();
    let before = app.stored().registry().await;
    elsewhere["client_id"] = client["client_id"].clone();
    let later = http_client().put(own).bearer_auth(its).json(&elsewhere);
    send(later).await.expect_error(400, "invalid_redirect_uri");
    assert_eq!(app.stored().registry().await, before);
}
