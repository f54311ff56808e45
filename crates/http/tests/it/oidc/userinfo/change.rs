//! `PUT /oidc/userinfo` (decisions 22).

use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::machine_support::USERINFO;

const SCOPE: &str = "openid profile address profile:write";

struct World {
    app: TestApp,
    client: TestClient,
    alice: TestUser,
    token: String,
}

impl World {
    async fn with(scope: &str) -> Self {
        let app = TestApp::start().await;
        let client = app.client().scope(SCOPE).create().await;
        let alice = app.user("alice").create().await;
        let token = app.tokens(&client, &alice, scope).await.access_token;
        Self {
            app,
            client,
            alice,
            token,
        }
    }

    async fn put(&self, kind: &str, body: &str) -> Answer {
        let request = http_client().put(self.app.url(USERINFO));
        let request = request
            .bearer_auth(&self.token)
            .header("content-type", kind);
        send(request.body(body.to_owned())).await
    }

    async fn change(&self, body: &Value) -> Answer {
        self.put("application/json", &body.to_string()).await
    }

    async fn told(&self) -> Value {
        let rp = self.app.rp(&self.client);
        let mut told = rp.userinfo(&self.token).await.json();
        told.as_object_mut().unwrap().remove("updated_at");
        told
    }
}

#[tokio::test]
async fn what_stands_there_changes_and_the_rest_stays() {
    let world = World::with(SCOPE).await;
    let first = json!({
        "name": "Alice Adams", "nickname": "Al", "birthdate": "1990-02-28",
        "address": { "locality": "Paris", "country": "FR" },
    });
    let answer = world.change(&first).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let second = json!({
        "nickname": null, "given_name": "Alice", "address": { "country": null, "region": "IDF" },
    });
    assert_eq!(world.change(&second).await.status, 204);
    assert_eq!(
        world.told().await,
        json!({
            "sub": world.alice.subject, "preferred_username": "alice", "name": "Alice Adams",
            "given_name": "Alice", "birthdate": "1990-02-28",
            "address": { "locality": "Paris", "region": "IDF" },
        })
    );
    assert_eq!(world.change(&json!({ "address": null })).await.status, 204);
    assert_eq!(world.told().await.get("address"), None);
}

#[tokio::test]
async fn what_may_not_change_or_has_no_such_value_is_refused_as_a_whole() {
    let world = World::with(SCOPE).await;
    let before = world.told().await;
    for wrong in [
        json!({ "email": "eve@example.com" }),
        json!({ "email_verified": true }),
        json!({ "phone_number": "+1" }),
        json!({ "phone_number_verified": true }),
        json!({ "preferred_username": "eve" }),
        json!({ "sub": "eve" }),
        json!({ "shoe_size": "43" }),
        json!({ "address": "Paris" }),
        json!({ "address": { "planet": "Earth" } }),
        json!({ "website": "javascript:alert(1)" }),
        json!({ "name": 1 }),
        json!({ "name": ["Alice"] }),
        json!([]),
    ] {
        let mut body = wrong.clone();
        if let Some(members) = body.as_object_mut() {
            members.insert("nickname".to_owned(), json!("Al"));
        }
        world
            .change(&body)
            .await
            .expect_error(400, "invalid_request");
    }
    let deep = format!("{}1{}", r#"{"address":"#.repeat(40), "}".repeat(40));
    let huge = json!({ "address": { "formatted": "x".repeat(20_000) } }).to_string();
    for wrong in [
        "",
        "nonsense",
        "{\"name\":\"a\",\"name\":\"b\"}",
        &deep,
        &huge,
    ] {
        let answer = world.put("application/json", wrong).await;
        answer.expect_error(400, "invalid_request");
    }
    let answer = world.put("text/plain", "{}").await;
    answer.expect_error(415, "invalid_request");
    assert_eq!(world.told().await, before);
}

#[tokio::test]
async fn a_token_without_the_scope_or_without_life_changes_nothing() {
    let world = World::with("openid profile address").await;
    let body = json!({ "name": "Eve" });
    let answer = world.change(&body).await;
    answer.expect_error(403, "insufficient_scope");
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.ends_with(r#"scope="profile:write""#),
        "{challenge}"
    );

    let world = World::with(SCOPE).await;
    let before = world.told().await;
    let other = World {
        token: "nothing".to_owned(),
        ..World::with(SCOPE).await
    };
    other.change(&body).await.expect_error(401, "invalid_token");
    assert_eq!(world.told().await, before);
    world.app.rp(&world.client).revoke(&world.token).await;
    world.change(&body).await.expect_error(401, "invalid_token");
    assert_eq!(world.app.stored().name_of("alice").await, None);
}
