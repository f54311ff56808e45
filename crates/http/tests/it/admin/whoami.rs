//! `GET /admin/whoami`

use authly_domain::clients::GrantType;
use authly_domain::scopes::AdminScope;
use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::json;

#[tokio::test]
async fn an_administrator_learns_who_they_are_and_what_their_token_allows() {
    let app = TestApp::start().await;
    let user = app.user("root").administrator().create().await;
    let caller = app.admin_caller(&user, &[AdminScope::UsersRead]).await;
    let answer = caller.get("/admin/whoami").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut said = answer.json();
    let expires_at = said["expires_at"].take();
    assert!(expires_at.as_str().unwrap().ends_with('Z'));
    let client = said["client"]["id"].take();
    assert_eq!(client.as_str().unwrap().len(), 36);
    let expected = json!({
        "issuer": app.issuer(),
        "user": {"id": user.id.as_uuid().to_string(), "username": "root"},
        "client": {"id": null, "client_id": "console"},
        "scope": "openid admin:users:read",
        "expires_at": null,
        "is_admin": true,
    });
    assert_eq!(said, expected);
}

#[tokio::test]
async fn whoever_may_not_administer_learns_that_too() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let caller = app.admin_caller(&alice, AdminScope::ALL).await;
    let said = caller.get("/admin/whoami").await.json();
    assert_eq!(said["is_admin"], false);

    let robot = app
        .client()
        .id("robot")
        .grants(&[GrantType::ClientCredentials]);
    let robot = robot.create().await;
    let form = [("grant_type", "client_credentials")];
    let tokens = app.rp(&robot).token(&form).await.expect_tokens();
    let said = app
        .admin_with(&tokens.access_token)
        .get("/admin/whoami")
        .await
        .json();
    assert_eq!(said["is_admin"], false);
    assert_eq!(said["client"]["client_id"], "robot");
    assert!(said.get("user").is_none());
}
