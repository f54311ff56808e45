//! Who may do what to whom.

use authly_domain::scopes::AdminScope;
use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{at, does};

#[tokio::test]
async fn administrators_cannot_take_their_own_rights() {
    let app = TestApp::start().await;
    let user = app.user("root").administrator().create().await;
    app.user("other").administrator().create().await;
    let root = app.admin_caller(&user, AdminScope::ALL).await;
    let before = app.stored().registry().await;
    does(&root, &user, "disable")
        .await
        .expect_problem(409, "own_rights");
    does(&root, &user, "unset-admin")
        .await
        .expect_problem(409, "own_rights");
    root.delete(&at(&user))
        .await
        .expect_problem(409, "own_rights");
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn who_loses_the_rights_or_is_disabled_is_refused_by_the_admin_api_at_once() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for (what, status, code) in [
        ("unset-admin", 403, "not_an_administrator"),
        ("disable", 401, "invalid_token"),
    ] {
        let other = app
            .user(&format!("other-{what}"))
            .administrator()
            .create()
            .await;
        let caller = app.admin_caller(&other, AdminScope::ALL).await;
        assert_eq!(caller.get("/admin/users").await.status, 200);
        assert_eq!(does(&root, &other, what).await.status, 200);
        caller
            .get("/admin/users")
            .await
            .expect_problem(status, code);
    }
    let other = app.user("other").administrator().create().await;
    let caller = app.admin_caller(&other, AdminScope::ALL).await;
    assert_eq!(root.delete(&at(&other)).await.status, 204);
    caller
        .get("/admin/users")
        .await
        .expect_problem(401, "invalid_token");
}

#[tokio::test]
async fn a_service_client_administers_users_and_neither_makes_nor_changes_administrators() {
    let app = TestApp::start().await;
    let scopes = [AdminScope::UsersRead, AdminScope::UsersWrite];
    let service = app.service_client("robot", &scopes).await;
    let root = app.user("root").administrator().create().await;
    let alice = app.user("alice").create().await;
    let before = app.stored().registry().await;
    let code = "not_an_administrator";
    let another = json!({"username": "eve", "temporary_password": true, "is_admin": true});
    service
        .post("/admin/users", &another)
        .await
        .expect_problem(403, code);
    does(&service, &alice, "set-admin")
        .await
        .expect_problem(403, code);
    for what in [
        "disable",
        "enable",
        "verify",
        "unset-admin",
        "unlock",
        "require-password-change",
    ] {
        does(&service, &root, what).await.expect_problem(403, code);
    }
    let reset = format!("{}/reset-password", at(&root));
    let password = json!({"temporary_password": true});
    service
        .post(&reset, &password)
        .await
        .expect_problem(403, code);
    service
        .patch(&at(&root), &json!({"email": null}))
        .await
        .expect_problem(403, code);
    service.delete(&at(&root)).await.expect_problem(403, code);
    assert_eq!(app.stored().registry().await, before);

    assert_eq!(service.get(&at(&root)).await.status, 200);
    let made = json!({"username": "bob", "temporary_password": true});
    assert_eq!(service.post("/admin/users", &made).await.status, 201);
    assert_eq!(does(&service, &alice, "disable").await.status, 200);
    assert_eq!(service.delete(&at(&alice)).await.status, 204);
}

#[tokio::test]
async fn a_service_client_that_disables_cannot_leave_the_server_without_an_administrator() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let users = root.get("/admin/users?is_admin=true").await.json();
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
    let id = users["items"][0]["id"].as_str().unwrap();
    let before = app.stored().registry().await;
    let path = format!("/admin/users/{id}/unset-admin");
    root.post(&path, &json!({}))
        .await
        .expect_problem(409, "own_rights");
    assert_eq!(app.stored().registry().await, before);
}
