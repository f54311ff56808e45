//! What users have agreed to.

use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::at;

#[tokio::test]
async fn consents_are_listed_in_pages_and_revoked_with_what_came_of_them() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let mut tokens = Vec::new();
    for id in ["one", "two", "three"] {
        let client = app.client().id(id).name(id).create().await;
        let scope = "openid profile";
        let got = app.tokens_in(&mut browser, &client, &alice, scope).await;
        tokens.push((client, got));
    }
    let path = format!("{}/consents", at(&alice));
    let first = root.get(&format!("{path}?limit=2")).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let first = first.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = root
        .get(&format!("{path}?limit=2&cursor={cursor}"))
        .await
        .json();
    assert!(rest.get("next_cursor").is_none());
    let items = |page: &Value| page["items"].as_array().unwrap().clone();
    let all = [items(&first), items(&rest)].concat();
    assert_eq!(all.len(), 3);
    let one = all.iter().find(|one| one["client_id"] == "one").unwrap();
    let client = tokens[0].0.record.key.as_uuid().to_string();
    let expected = json!({
        "client": client,
        "client_id": "one",
        "client_name": "one",
        "granted": "openid profile",
        "declined": "",
        "resources": [],
        "created_at": one["created_at"],
        "updated_at": one["updated_at"],
    });
    assert_eq!(*one, expected);

    let revoked = root.delete(&format!("{path}/{client}")).await;
    assert_eq!((revoked.status, revoked.body.as_str()), (204, ""));
    let (one, two) = (&tokens[0], &tokens[1]);
    assert!(!app.rp(&one.0).is_active(&one.1.access_token).await);
    app.rp(&one.0)
        .refresh(one.1.refresh())
        .await
        .expect_error(400, "invalid_grant");
    assert!(app.rp(&two.0).is_active(&two.1.access_token).await);
    let before = app.stored().protocol_state().await;
    let again = root.delete(&format!("{path}/{client}")).await;
    again.expect_problem(404, "not_found");
    assert_eq!(app.stored().protocol_state().await, before);

    let bob = app.user("bob").create().await;
    let elsewhere = format!("{}/consents?cursor={cursor}", at(&bob));
    root.get(&elsewhere)
        .await
        .expect_problem(400, "invalid_cursor");
    assert_eq!(
        root.get(&format!("{}/consents", at(&bob))).await.json(),
        json!({"items": []})
    );
}
