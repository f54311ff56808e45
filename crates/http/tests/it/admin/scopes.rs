//! `/admin/scopes`, as callers see it.

use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::json;

#[tokio::test]
async fn a_scope_is_added_shown_changed_disabled_and_deleted() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let new = json!({"name": "https://api.example.com/notes", "description": "Read notes"});
    let created = root.post("/admin/scopes", &new).await;
    assert_eq!((created.status, created.header("etag")), (201, "\"1\""));
    root.post("/admin/scopes", &new)
        .await
        .expect_problem(409, "already_exists");
    let path = "/admin/scopes/https%3A%2F%2Fapi.example.com%2Fnotes";
    assert_eq!(root.get(path).await.json(), created.json());
    let changed = root.patch(path, &json!({"is_default": true})).await.json();
    assert_eq!(changed["description"], "Read notes");
    assert_eq!(
        (&changed["is_default"], &changed["version"]),
        (&json!(true), &json!(2))
    );
    let disabled = root.post(&format!("{path}/disable"), &json!({})).await;
    assert_eq!(disabled.json()["is_active"], false);
    let enabled = root.post(&format!("{path}/enable"), &json!({})).await;
    assert_eq!(enabled.json()["is_active"], true);
    assert_eq!(root.delete(path).await.status, 204);
    root.get(path).await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn what_no_scope_can_be_is_refused_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    app.client().id("web").create().await;
    let before = app.stored().registry().await;
    for (document, place) in [
        (json!({"name": ".", "description": "Dot"}), "/name"),
        (json!({"name": "..", "description": "Dots"}), "/name"),
        (json!({"name": "a b", "description": "Two"}), "/name"),
        (json!({"name": "a", "description": ""}), "/description"),
        (json!({"name": "a", "description": "a\0"}), "/description"),
        (json!({"name": "a"}), "/description"),
    ] {
        let refused = root.post("/admin/scopes", &document).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), [place], "{document}");
    }
    let null = root
        .patch("/admin/scopes/notes:read", &json!({"description": null}))
        .await;
    null.expect_problem(422, "invalid_body");
    let used = root.delete("/admin/scopes/notes:read").await;
    used.expect_problem(409, "in_use");
    assert_eq!(app.stored().registry().await, before);
    let forced = root.delete("/admin/scopes/notes:read?force=true").await;
    assert_eq!(forced.status, 204, "{}", forced.body);
}
