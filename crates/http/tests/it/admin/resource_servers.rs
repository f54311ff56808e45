//! `/admin/resource-servers`, as callers see it.

use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::claims;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

const PATH: &str = "/admin/resource-servers";
const API: &str = "https://api.example.com";
const OTHER: &str = "https://other.example.com";

async fn registered(root: &AdminCaller, document: &Value) -> String {
    let created = root.post(PATH, document).await;
    assert_eq!(created.status, 201, "{}", created.body);
    format!("{PATH}/{}", created.json()["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_resource_server_is_registered_shown_changed_disabled_and_deleted() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let new = json!({"resource": API, "name": "Notes"});
    let created = root.post(PATH, &new).await;
    assert_eq!((created.status, created.header("etag")), (201, "\"1\""));
    let shown = created.json();
    assert_eq!(
        (&shown["resource"], &shown["open_to"]),
        (&json!(API), &json!("listed_clients"))
    );
    assert_eq!(
        (&shown["is_active"], &shown["version"]),
        (&json!(true), &json!(1))
    );
    let other_spelling = json!({"resource": "HTTPS://API.example.com/", "name": "Notes"});
    root.post(PATH, &other_spelling)
        .await
        .expect_problem(409, "already_exists");

    let path = format!("{PATH}/{}", shown["id"].as_str().unwrap());
    assert_eq!(root.get(&path).await.json(), shown);
    let open = json!({"open_to": "every_client", "name": "My notes"});
    let changed = root.patch(&path, &open).await.json();
    assert_eq!(
        (&changed["name"], &changed["version"]),
        (&json!("My notes"), &json!(2))
    );
    assert_eq!(changed["open_to"], "every_client");
    let disabled = root.post(&format!("{path}/disable"), &json!({})).await;
    assert_eq!(disabled.json()["is_active"], false);
    let listed = root
        .get(&format!("{PATH}?is_active=false&q=https://api."))
        .await;
    assert_eq!(listed.json()["items"], json!([disabled.json()]));
    let spelled = format!("{PATH}?resource=HTTPS%3A%2F%2FAPI.example.com%2F");
    assert_eq!(root.get(&spelled).await.json(), listed.json());
    let wrong = root.get(&format!("{PATH}?resource=api")).await;
    wrong.expect_problem(400, "invalid_query");
    let none = root.get(&format!("{PATH}?is_active=true")).await.json();
    assert_eq!(none["items"], json!([]));
    let enabled = root.post(&format!("{path}/enable"), &json!({})).await;
    assert_eq!(enabled.json()["is_active"], true);
    assert_eq!(root.delete(&path).await.status, 204);
    root.get(&path).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn one_that_is_registered_as_disabled_never_gets_tokens_until_it_is_enabled() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let client = app.client().create().await;
    let new = json!({"resource": API, "name": "Notes", "open_to": "every_client",
        "is_active": false});
    let path = registered(&root, &new).await;
    assert_eq!(root.get(&path).await.json()["is_active"], false);
    let ask = [("grant_type", "client_credentials"), ("resource", API)];
    let refused = app.rp(&client).token(&ask).await;
    refused.expect_error(400, "invalid_target");
    assert_eq!(app.stored().tokens_of(&client.id).await, []);
    root.post(&format!("{path}/enable"), &json!({})).await;
    let tokens = app.rp(&client).token(&ask).await.expect_tokens();
    assert_eq!(claims(&tokens.access_token)["aud"], API);
}

#[tokio::test]
async fn what_no_resource_server_can_be_is_refused_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let path = registered(&root, &json!({"resource": API, "name": "Notes"})).await;
    let before = app.stored().registry().await;
    let uri = "https://other.example.com";
    for (document, place) in [
        (json!({"resource": "api", "name": "A"}), "/resource"),
        (json!({"resource": "/v1", "name": "A"}), "/resource"),
        (
            json!({"resource": "https://a.example/#f", "name": "A"}),
            "/resource",
        ),
        (
            json!({"resource": "https://a.example/ b", "name": "A"}),
            "/resource",
        ),
        (json!({"name": "A"}), "/resource"),
        (json!({"resource": uri}), "/name"),
        (json!({"resource": uri, "name": ""}), "/name"),
        (json!({"resource": uri, "name": "a\0"}), "/name"),
        (
            json!({"resource": uri, "name": "A", "open_to": "everyone"}),
            "/open_to",
        ),
        (
            json!({"resource": uri, "name": "A", "managed_by": "a b"}),
            "/managed_by",
        ),
        (
            json!({"resource": uri, "name": "A", "is_active": "no"}),
            "/is_active",
        ),
    ] {
        let refused = root.post(PATH, &document).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), [place], "{document}");
    }
    for (document, place) in [
        (json!({"name": null}), "/name"),
        (json!({"name": "a\nb"}), "/name"),
        (json!({"open_to": null}), "/open_to"),
        (json!({"open_to": ""}), "/open_to"),
        (json!({"resource": uri}), "/resource"),
    ] {
        let refused = root.patch(&path, &document).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), [place], "{document}");
    }
    root.get(&format!("{PATH}/api"))
        .await
        .expect_problem(404, "not_found");
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn clients_name_registered_ones_alone_in_the_registered_spelling() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    registered(&root, &json!({"resource": API, "name": "Notes"})).await;
    let new = |resources: Value, audience: Value| {
        json!({"client_id": "robot", "client_type": "confidential",
            "grant_types": ["client_credentials"], "scope": "openid",
            "resources": resources, "default_audience": audience})
    };
    let unknown = "https://nowhere.example.com";
    let before = app.stored().registry().await;
    for (resources, audience, places) in [
        (json!([unknown]), json!([]), &["/resources"][..]),
        (json!([API]), json!([unknown]), &["/default_audience"]),
        (
            json!([API, unknown]),
            json!([unknown]),
            &["/resources", "/default_audience"],
        ),
    ] {
        let refused = root.post("/admin/clients", &new(resources, audience)).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), places);
    }
    assert_eq!(app.stored().registry().await, before);

    let spelled = json!(["HTTPS://api.EXAMPLE.com/"]);
    let created = root
        .post("/admin/clients", &new(spelled.clone(), spelled.clone()))
        .await;
    assert_eq!(created.status, 201, "{}", created.body);
    let client = created.json();
    assert_eq!(
        (&client["resources"], &client["default_audience"]),
        (&json!([API]), &json!([API]))
    );
    let path = format!("/admin/clients/{}", client["id"].as_str().unwrap());
    let before = app.stored().registry().await;
    for member in ["resources", "default_audience"] {
        let refused = root.patch(&path, &json!({member: [unknown]})).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), [format!("/{member}")]);
    }
    assert_eq!(app.stored().registry().await, before);
    let changed = root
        .patch(&path, &json!({"resources": spelled}))
        .await
        .json();
    assert_eq!(changed["resources"], json!([API]));
}

#[tokio::test]
async fn one_that_clients_name_is_deleted_by_force_alone_and_they_lose_it() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let path = registered(&root, &json!({"resource": API, "name": "Notes"})).await;
    app.open_resource_server(OTHER).await;
    let client = app.client().id("web").resources(&[API]).with(|client| {
        client.default_audience = vec![API.parse().unwrap()];
    });
    let client = client.create().await;
    let shown = format!("/admin/clients/{}", client.record.key.as_uuid());
    let before = app.stored().registry().await;
    root.delete(&path).await.expect_problem(409, "in_use");
    let forced = format!("{path}?force=true");
    // Tokens for this server itself would be all that is left.
    let refused = root.delete(&forced).await;
    refused.expect_problem(409, "in_use");
    let why = "It is the whole default_audience of web: without it, their tokens would be for this \
               server itself. Give them another default_audience first.";
    assert_eq!(refused.json()["detail"], why);
    assert_eq!(app.stored().registry().await, before);

    let both = json!({"default_audience": [API, OTHER]});
    assert_eq!(root.patch(&shown, &both).await.status, 200);
    let before = app.stored().registry().await;
    let dry = root.delete(&format!("{forced}&dry_run=true")).await;
    assert_eq!(dry.status, 204, "{}", dry.body);
    assert_eq!(app.stored().registry().await, before);
    let done = root.delete(&forced).await;
    assert_eq!(done.status, 204, "{}", done.body);
    let left = root.get(&shown).await.json();
    assert_eq!(left["resources"], json!([]));
    assert_eq!(left["default_audience"], json!([OTHER]));
    let said = app.stored().details_of("resource_servers.delete").await;
    assert_eq!(said, [r#"{"client_ids":"web","taken_from":"1"}"#]);
    let tokens = app.rp(&client).client_credentials().await.expect_tokens();
    assert_eq!(claims(&tokens.access_token)["aud"], OTHER);
}
