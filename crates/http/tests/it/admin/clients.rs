//! `/admin/clients`, as callers see it.

mod hostile;
mod keys;
mod lost;
mod managed;

use authly_domain::clients::GrantType;
use authly_domain::scopes::AdminScope;
use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::Answer;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

/// A client that is registered over HTTP.
pub(super) async fn create(root: &AdminCaller, document: &Value) -> Value {
    let created = root.post("/admin/clients", document).await;
    assert_eq!(created.status, 201, "{}", created.body);
    assert_eq!(created.header("cache-control"), "no-store");
    created.json()
}

fn web(client_id: &str) -> Value {
    json!({
        "client_id": client_id,
        "redirect_uris": ["https://new.example.com/callback"],
    })
}

/// The path of a client.
pub(super) fn path(client: &Value) -> String {
    format!("/admin/clients/{}", client["id"].as_str().unwrap())
}

async fn with_version(
    root: &AdminCaller,
    method: Method,
    path: &str,
    version: &Value,
    body: &Value,
) -> Answer {
    let request = root.request(method, path).json(body);
    send(request.header("if-match", format!("\"{version}\""))).await
}

#[tokio::test]
async fn a_client_is_registered_shown_changed_and_deleted() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let document = json!({
        "client_id": "service", "client_name": "The service",
        "grant_types": ["client_credentials"], "scope": "admin:users:read",
        "access_token_lifetime": 60, "require_consent": false,
    });
    let created = create(&root, &document).await;
    let secret = created["client_secret"].as_str().unwrap();
    assert!(secret.starts_with("authly_cs_"));
    assert_eq!(created["warnings"].as_array().unwrap().len(), 1);
    let path = path(&created);

    let shown = root.get(&path).await;
    assert_eq!(shown.header("etag"), "\"1\"");
    let shown = shown.json();
    assert_eq!(shown.get("client_secret"), None);
    let mut without_secret = created.clone();
    without_secret
        .as_object_mut()
        .unwrap()
        .remove("client_secret");
    assert_eq!(shown, without_secret);

    let change = json!({"client_name": "Robot", "access_token_lifetime": null});
    let changed = root.patch(&path, &change).await;
    assert_eq!(changed.header("etag"), "\"2\"");
    let changed = changed.json();
    assert_eq!(changed["client_name"], "Robot");
    assert_eq!(changed.get("access_token_lifetime"), None);
    assert_eq!(changed["scope"], "admin:users:read");

    let told = json!({
        "redirect_uris": ["https://robot.example.com/"],
        "backchannel_logout_uri": "https://robot.example.com/told",
        "backchannel_logout_session_required": true,
        "frontchannel_logout_uri": "https://robot.example.com/out",
        "frontchannel_logout_session_required": true,
    });
    let changed = root.patch(&path, &told).await.json();
    for (member, value) in told.as_object().unwrap() {
        assert_eq!(changed[member], *value, "{member}");
    }
    let elsewhere = json!({"frontchannel_logout_uri": "https://other.example.com/out"});
    let refused = root.patch(&path, &elsewhere).await;
    refused.expect_problem(422, "invalid_body");
    assert_eq!(refused.wrong_places(), ["/frontchannel_logout_uri"]);
    assert_eq!(root.get(&path).await.json(), changed);

    assert_eq!(root.delete(&path).await.status, 204);
    root.get(&path).await.expect_problem(404, "not_found");
    root.delete(&path).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn every_wrong_member_is_named_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = app.stored().registry().await;
    let texts = json!({
        "client_id": "two words", "client_type": "secret", "application_type": "desktop",
        "token_endpoint_auth_method": "client_secret_jwt", "grant_types": ["password"],
        "redirect_uris": ["https://a.example/", "javascript:alert(1)", "http://b.example/"],
        "scope": "a\"b", "resources": ["x"], "subject_type": "private",
        "userinfo_signed_response_alg": "none",
        "jwks": { "keys": [{ "kty": "oct", "k": "AAAA" }, keys::p256(), { "kty": "EC" }] },
    });
    let refused = root.post("/admin/clients", &texts).await;
    refused.expect_problem(422, "invalid_body");
    let mut places = refused.wrong_places();
    places.sort();
    let expected = [
        "/application_type",
        "/client_id",
        "/client_type",
        "/grant_types/0",
        "/jwks/keys/0",
        "/jwks/keys/2",
        "/redirect_uris/1",
        "/redirect_uris/2",
        "/resources/0",
        "/scope",
        "/subject_type",
        "/token_endpoint_auth_method",
        "/userinfo_signed_response_alg",
    ];
    assert_eq!(places, expected);
    let rules = json!({
        "client_id": "https://app.example.com/", "client_type": "public", "client_name": "",
        "grant_types": ["client_credentials", "refresh_token"], "require_pkce": false,
        "scope": "openid", "access_token_lifetime": 0,
    });
    let refused = root.post("/admin/clients", &rules).await;
    refused.expect_problem(422, "invalid_body");
    let mut places = refused.wrong_places();
    places.sort();
    places.dedup();
    let expected = [
        "/access_token_lifetime",
        "/client_id",
        "/client_name",
        "/grant_types",
        "/require_pkce",
    ];
    assert_eq!(places, expected);
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_a_name_or_a_version_at_once_one_gets_it() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let document = web("new");
    let (one, other) = tokio::join!(
        root.post("/admin/clients", &document),
        root.post("/admin/clients", &document)
    );
    let (won, lost) = if one.status == 201 {
        (one, other)
    } else {
        (other, one)
    };
    assert_eq!(won.status, 201);
    lost.expect_problem(409, "already_exists");
    let client = won.json();
    let (path, version) = (path(&client), &client["version"]);
    let rename = async |name: &str| {
        let change = json!({"client_name": name});
        with_version(&root, Method::PATCH, &path, version, &change).await
    };
    let (one, other) = tokio::join!(rename("One"), rename("Other"));
    let (won, lost) = if one.status == 200 {
        (one, other)
    } else {
        (other, one)
    };
    assert_eq!(won.status, 200);
    lost.expect_problem(412, "version_mismatch");
    let now = root.get(&path).await.json();
    assert_eq!(now["client_name"], won.json()["client_name"]);
    for (method, path) in [
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/disable")),
        (Method::POST, format!("{path}/enable")),
    ] {
        let late = with_version(&root, method, &path, version, &json!({})).await;
        late.expect_problem(412, "version_mismatch");
    }
    assert_eq!(root.get(&path).await.json(), now);
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_read_page_by_page() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for id in ["b", "a", "c"] {
        create(&root, &web(&format!("list-{id}"))).await;
    }
    let ids = |answer: &Answer| {
        let items = answer.json()["items"].as_array().unwrap().clone();
        let ids = items
            .iter()
            .map(|one| one["client_id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let first = root
        .get("/admin/clients?q=LIST-&sort=-client_id&limit=2")
        .await;
    assert_eq!(ids(&first), ["list-c", "list-b"]);
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let next = format!("/admin/clients?q=LIST-&sort=-client_id&limit=2&cursor={cursor}");
    let last = root.get(&next).await;
    assert_eq!(ids(&last), ["list-a"]);
    assert_eq!(last.json().get("next_cursor"), None);
    let other = format!("/admin/clients?q=LIST-&cursor={cursor}");
    root.get(&other).await.expect_problem(400, "invalid_cursor");
    let public = root
        .get("/admin/clients?client_type=public&is_active=true")
        .await;
    assert_eq!(ids(&public), ["console"]);
    for (query, place) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("sort=color", "sort"),
        ("client_type=secret", "client_type"),
        ("grant_type=password", "grant_type"),
        ("is_active=maybe", "is_active"),
        ("q=a%00b", "q"),
    ] {
        let refused = root.get(&format!("/admin/clients?{query}")).await;
        refused.expect_problem(400, "invalid_query");
        assert_eq!(refused.wrong_places(), [place], "{query}");
    }
    let refused = root.get("/admin/clients?cursor=none").await;
    refused.expect_problem(400, "invalid_cursor");
}

#[tokio::test]
async fn a_disabled_client_gets_nothing_and_its_tokens_count_no_more() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let client = app.client().id("web").create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, "openid offline_access").await;
    let id = client.record.key.as_uuid().to_string();
    let answer = root
        .post(&format!("/admin/clients/{id}/disable"), &json!({}))
        .await;
    assert_eq!(answer.json()["is_active"], false);
    let rp = app.rp(&client);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
    ];
    rp.token(&form).await.expect_error(401, "invalid_client");
    let answer = root
        .post(&format!("/admin/clients/{id}/enable"), &json!({}))
        .await;
    assert_eq!(answer.json()["is_active"], true);
    rp.token(&form).await.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_service_client_administers_what_a_person_has_entitled_it_to() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let service = app
        .client()
        .id("robot")
        .grants(&[GrantType::ClientCredentials]);
    let service = service.scope("notes:read").create().await;
    let path = format!("/admin/clients/{}", service.record.key.as_uuid());
    let to = json!({"entitled_admin_scopes": ["admin:clients:write", "admin:clients:read"]});
    let entitled = root
        .put(&format!("{path}/entitled_admin_scopes"), &to)
        .await;
    assert_eq!(entitled.status, 200, "{}", entitled.body);
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "admin:clients:write admin:clients:read"),
    ];
    let tokens = app.rp(&service).token(&form).await.expect_tokens();
    let machine = app.admin_with(&tokens.access_token);
    let created = create(&machine, &web("new")).await;
    let before = app.stored().registry().await;
    // Neither itself nor others, neither its own end nor the secret of somebody with more rights.
    let refused = machine
        .put(&format!("{path}/entitled_admin_scopes"), &to)
        .await;
    refused.expect_problem(403, "not_an_administrator");
    let other = format!("{}/entitled_admin_scopes", self::path(&created));
    let refused = machine.put(&other, &to).await;
    refused.expect_problem(403, "not_an_administrator");
    machine
        .delete(&path)
        .await
        .expect_problem(409, "own_rights");
    let refused = machine.post(&format!("{path}/disable"), &json!({})).await;
    refused.expect_problem(409, "own_rights");
    assert_eq!(app.stored().registry().await, before);
    let unknown = json!({"entitled_admin_scopes": ["admin:everything"]});
    let refused = root
        .put(&format!("{path}/entitled_admin_scopes"), &unknown)
        .await;
    refused.expect_problem(422, "invalid_body");
    assert_eq!(refused.wrong_places(), ["/entitled_admin_scopes/0"]);
}

#[tokio::test]
async fn nobody_hands_on_more_than_their_token_allows() {
    let app = TestApp::start().await;
    let user = app.user("root").administrator().create().await;
    let root = app.admin_caller(&user, &[AdminScope::ClientsWrite]).await;
    let service = app.client().id("robot").create().await;
    app.entitle(&service, &["admin:users:write"]).await;
    let before = app.stored().registry().await;
    let path = format!("/admin/clients/{}", service.record.key.as_uuid());
    let more = json!({"entitled_admin_scopes": ["admin:users:write", "admin:keys:write"]});
    let none = json!({"entitled_admin_scopes": []});
    for document in [more, none] {
        let refused = root
            .put(&format!("{path}/entitled_admin_scopes"), &document)
            .await;
        refused.expect_problem(403, "insufficient_scope");
    }
    let rotation = json!({"old_secret_valid_for": 0});
    let refused = root.post(&format!("{path}/secrets"), &rotation).await;
    refused.expect_problem(403, "insufficient_scope");
    assert_eq!(app.stored().registry().await, before);
}
