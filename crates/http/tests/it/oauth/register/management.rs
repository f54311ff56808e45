//! Clients that look after their registration (RFC 7592).

use authly_testing::administrators::AdminCaller;
use pretty_assertions::assert_eq;
use reqwest::Method;

use super::*;

/// A client that has registered itself.
struct Own {
    app: TestApp,
    client: Value,
}

impl Own {
    async fn start(said: &Value) -> Self {
        let (app, token) = app_and_token().await;
        let answer = register(&app, &token, said).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let client = answer.json();
        Self { app, client }
    }

    fn id(&self) -> &str {
        self.client["client_id"].as_str().unwrap()
    }

    fn token(&self) -> &str {
        self.client["registration_access_token"].as_str().unwrap()
    }

    async fn call(&self, method: Method, token: &str, body: Option<&Value>) -> Answer {
        let place = format!("{REGISTER}/{}", self.id());
        let request = http_client().request(method, self.app.url(&place));
        let request = request.bearer_auth(token);
        send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Where administrators find it.
    async fn admin_path(&self, root: &AdminCaller) -> String {
        let listed = format!("/admin/clients?client_id={}", self.id());
        let key = root.get(&listed).await.json()["items"][0]["id"].clone();
        format!("/admin/clients/{}", key.as_str().unwrap())
    }

    /// What was registered without what is said once or is the server's to say.
    fn said(&self) -> Value {
        let mut said = self.client.clone();
        for ours in [
            "registration_access_token",
            "registration_client_uri",
            "client_secret",
            "client_secret_expires_at",
            "client_id_issued_at",
        ] {
            said.as_object_mut().unwrap().remove(ours);
        }
        said
    }
}

#[tokio::test]
async fn a_client_reads_what_it_has_registered_without_its_secret() {
    let own = Own::start(&web()).await;
    let answer = own.call(Method::GET, own.token(), None).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut expected = own.client.clone();
    let members = expected.as_object_mut().unwrap();
    members.remove("client_secret");
    members.remove("client_secret_expires_at");
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn an_update_replaces_all_that_the_client_has_said() {
    let mut first = web();
    first["client_uri"] = json!("https://app.example/");
    first["default_max_age"] = json!(60);
    let own = Own::start(&first).await;
    let next = json!({
        "client_id": own.id(), "redirect_uris": ["https://app.example/new"], "scope": "openid",
        "client_secret": own.client["client_secret"],
    });
    let answer = own.call(Method::PUT, own.token(), Some(&next)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let changed = answer.json();
    assert_eq!(changed["redirect_uris"], next["redirect_uris"]);
    assert_eq!(changed["scope"], "openid");
    assert_eq!(changed.get("client_uri"), None);
    assert_eq!(changed.get("default_max_age"), None);
    assert_eq!(changed["client_name"], own.id());
    let read = own.call(Method::GET, own.token(), None).await;
    assert_eq!(read.json(), changed);
    // The secret counts as before, and the bounds are those of the token that let it register.
    let back = json!({
        "client_id": own.id(), "redirect_uris": ["https://app.example/new"],
        "scope": "openid email notes:read",
    });
    let answer = own.call(Method::PUT, own.token(), Some(&back)).await;
    assert_eq!(answer.json()["scope"], "email notes:read openid");
    let secret = own.client["client_secret"].as_str().unwrap();
    let header = basic(format!("{}:{secret}", own.id()));
    let form = "grant_type=authorization_code&code=x&code_verifier=y";
    let answer = post_form(&own.app, TOKEN, Some(&header), form).await;
    assert_eq!(answer.json()["error"], "invalid_grant", "{}", answer.body);
}

#[tokio::test]
async fn an_update_that_is_not_right_changes_nothing() {
    let own = Own::start(&web()).await;
    let before = own.app.stored().registry().await;
    for (name, value, code) in [
        ("client_id", json!("other"), "invalid_client_metadata"),
        ("client_id", json!(null), "invalid_client_metadata"),
        (
            "registration_access_token",
            json!("x"),
            "invalid_client_metadata",
        ),
        (
            "registration_client_uri",
            json!("x"),
            "invalid_client_metadata",
        ),
        (
            "client_secret_expires_at",
            json!(0),
            "invalid_client_metadata",
        ),
        ("client_id_issued_at", json!(0), "invalid_client_metadata"),
        ("client_secret", json!("chosen"), "invalid_client_metadata"),
        (
            "initiate_login_uri",
            json!("http://app.example/"),
            "invalid_client_metadata",
        ),
        ("scope", json!("openid phone"), "invalid_client_metadata"),
        ("redirect_uris", json!([]), "invalid_redirect_uri"),
        (
            "grant_types",
            json!(["client_credentials"]),
            "invalid_client_metadata",
        ),
        (
            "token_endpoint_auth_method",
            json!("none"),
            "invalid_client_metadata",
        ),
    ] {
        let mut said = own.said();
        said[name] = value;
        let answer = own.call(Method::PUT, own.token(), Some(&said)).await;
        assert_eq!(answer.status, 400, "{said}: {}", answer.body);
        assert_eq!(answer.json()["error"], code, "{said}: {}", answer.body);
    }
    assert_eq!(own.app.stored().registry().await, before);
}

#[tokio::test]
async fn what_an_administrator_has_said_stays() {
    let own = Own::start(&web()).await;
    let root = own.app.administrator("boss").await;
    let path = own.admin_path(&root).await;
    own.app.open_resource_server("https://api.example/").await;
    let said = json!({
        "require_consent": false, "access_token_lifetime": 60,
        "resources": ["https://api.example/"], "refresh_rotation": false,
        "require_pkce": false, "optional_scope": "email notes:read",
    });
    assert_eq!(root.patch(&path, &said).await.status, 200);
    let mut own_word = own.said();
    let answer = own.call(Method::PUT, own.token(), Some(&own_word)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let stored = root.get(&path).await.json();
    for (member, value) in said.as_object().unwrap() {
        assert_eq!(&stored[member], value, "{member}");
    }
    // What the client does without is nothing to exempt it from, or to decline.
    own_word["scope"] = json!("email");
    let answer = own.call(Method::PUT, own.token(), Some(&own_word)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let stored = root.get(&path).await.json();
    assert_eq!(stored["require_pkce"], true);
    assert_eq!(stored["optional_scope"], "email");
}

#[tokio::test]
async fn what_an_administrator_says_of_its_bounds_counts_from_then_on() {
    let own = Own::start(&web()).await;
    let root = own.app.administrator("boss").await;
    let path = own.admin_path(&root).await;
    let wider = json!({
        "scope": "openid phone", "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["https://app.example/callback", "http://127.0.0.1/callback"],
    });
    assert_eq!(root.patch(&path, &wider).await.status, 200);
    let read = own.call(Method::GET, own.token(), None).await.json();
    let mut said = own.said();
    for member in ["scope", "grant_types", "redirect_uris"] {
        said[member] = read[member].clone();
    }
    let answer = own.call(Method::PUT, own.token(), Some(&said)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["scope"], "openid phone");
    let before = own.app.stored().registry().await;
    for (member, value) in [
        ("scope", json!("openid email")),
        ("grant_types", json!(["client_credentials"])),
    ] {
        let mut back = said.clone();
        back[member] = value;
        let answer = own.call(Method::PUT, own.token(), Some(&back)).await;
        answer.expect_error(400, "invalid_client_metadata");
    }
    assert_eq!(own.app.stored().registry().await, before);
}

#[tokio::test]
async fn a_client_that_may_administer_keeps_what_it_needs_for_that() {
    let (app, _) = app_and_token().await;
    let grants = json!(["client_credentials"]);
    let root = app.administrator("boss").await;
    let new = json!({
        "name": "Service", "scope": "notes:read",
        "grant_types": ["client_credentials", "authorization_code"],
    });
    let made = root.post("/admin/initial-access-tokens", &new).await.json();
    let token = made["token"].as_str().unwrap();
    let mut service = json!({ "grant_types": grants, "response_types": ["code"] });
    refused(&app, token, &service, "invalid_client_metadata").await;
    service["response_types"] = json!([]);
    let client = register(&app, token, &service).await.json();
    assert_eq!(client["response_types"], json!([]));
    let own = Own { app, client };
    let path = own.admin_path(&root).await;
    let entitled = json!({ "entitled_admin_scopes": ["admin:clients:read"] });
    let place = format!("{path}/entitled_admin_scopes");
    let answer = root.put(&place, &entitled).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut said = json!({ "client_id": own.id(), "grant_types": grants });
    let answer = own.call(Method::PUT, own.token(), Some(&said)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.json()["scope"], "admin:clients:read notes:read");
    let before = own.app.stored().registry().await;
    said["grant_types"] = json!(["authorization_code"]);
    said["redirect_uris"] = json!(["https://app.example/callback"]);
    let answer = own.call(Method::PUT, own.token(), Some(&said)).await;
    answer.expect_error(400, "invalid_client_metadata");
    assert_eq!(own.app.stored().registry().await, before);
}

#[tokio::test]
async fn a_client_that_removes_itself_is_gone_with_its_token() {
    let own = Own::start(&web()).await;
    let answer = own.call(Method::DELETE, own.token(), None).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let counts = own.app.stored().row_counts().await;
    assert_eq!(counts["client_registrations"], 0);
    for method in [Method::GET, Method::DELETE] {
        let again = own.call(method, own.token(), None).await;
        assert_eq!(again.status, 401, "{}", again.body);
    }
    let header = basic(format!("{}:x", own.id()));
    let answer = post_form(
        &own.app,
        TOKEN,
        Some(&header),
        "grant_type=client_credentials",
    );
    assert_eq!(answer.await.json()["error"], "invalid_client");
}

#[tokio::test]
async fn nobody_else_sees_changes_or_removes_a_registration() {
    let own = Own::start(&web()).await;
    let initial = initial_again(&own.app).await;
    let other = register(&own.app, &initial, &web()).await.json();
    let others = other["registration_access_token"].as_str().unwrap();
    let before = own.app.stored().registry().await;
    let said = own.said();
    for token in [others, &initial, "nonsense"] {
        for (method, body) in [
            (Method::GET, None),
            (Method::PUT, Some(&said)),
            (Method::DELETE, None),
        ] {
            let answer = own.call(method, token, body).await;
            assert_eq!(answer.status, 401, "{}", answer.body);
            assert_eq!(answer.json()["error"], "invalid_token");
        }
    }
    assert_eq!(own.app.stored().registry().await, before);
}

async fn initial_again(app: &TestApp) -> String {
    let root = app.administrator("boss").await;
    let new = json!({ "name": "Other", "scope": "openid", "max_clients": 2 });
    let made = root.post("/admin/initial-access-tokens", &new).await.json();
    made["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_disabled_client_looks_after_nothing() {
    let own = Own::start(&web()).await;
    let root = own.app.administrator("boss").await;
    let path = own.admin_path(&root).await;
    let path = format!("{path}/disable");
    assert_eq!(root.post(&path, &json!({})).await.status, 200);
    let before = own.app.stored().registry().await;
    let said = own.said();
    for (method, body) in [
        (Method::GET, None),
        (Method::PUT, Some(&said)),
        (Method::DELETE, None),
    ] {
        let answer = own.call(method, own.token(), body).await;
        answer.expect_error(401, "invalid_token");
    }
    assert_eq!(own.app.stored().registry().await, before);
}

#[tokio::test]
async fn what_a_client_does_to_its_registration_is_in_the_audit_trail() {
    let own = Own::start(&web()).await;
    let said = own.said();
    own.app.advance(Duration::from_secs(1));
    own.call(Method::PUT, own.token(), Some(&said)).await;
    own.app.advance(Duration::from_secs(1));
    own.call(Method::DELETE, own.token(), None).await;
    let mut events = own.app.stored().events().await;
    events.retain(|event| event.action.starts_with("client."));
    let seen: Vec<_> = events
        .iter()
        .map(|event| (event.action.as_str(), event.actor_kind.as_str()))
        .collect();
    let expected = [
        ("client.registered", "anonymous"),
        ("client.registration_replaced", "client"),
        ("client.registration_deleted", "client"),
    ];
    assert_eq!(seen, expected);
    assert!(events.iter().all(|event| event.request.is_some()));
}
