//! Users.

mod access;
mod consents;
mod hostile;
mod import;
mod list;
mod passwords;
mod rights;

use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::Answer;
use authly_testing::fixtures::TestUser;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

/// Where a user is.
pub(crate) fn at(user: &TestUser) -> String {
    format!("/admin/users/{}", user.id.as_uuid())
}

/// Does something that needs no document.
pub(crate) async fn does(caller: &AdminCaller, user: &TestUser, what: &str) -> Answer {
    let path = format!("{}/{what}", at(user));
    send(caller.request(Method::POST, &path)).await
}

/// What is shown of a user, less what time and chance decide.
fn shown(answer: &Answer) -> Value {
    let mut user = answer.json();
    for member in ["id", "sub"] {
        assert_eq!(user[member].take().as_str().unwrap().len(), 36, "{member}");
    }
    for member in ["created_at", "updated_at"] {
        assert!(
            user[member].take().as_str().unwrap().ends_with('Z'),
            "{member}"
        );
    }
    user
}

/// Everything that can be said of a user.
fn everything() -> Value {
    json!({
        "username": "alice",
        "email": "alice@example.com",
        "is_verified": true,
        "is_admin": false,
        "password": "a good long passphrase",
        "requires_password_change": true,
        "name": "Alice Adams",
        "given_name": "Alice",
        "family_name": "Adams",
        "middle_name": "A.",
        "nickname": "Al",
        "profile": "https://alice.example/",
        "picture": "https://alice.example/face.png",
        "website": "https://alice.example/blog",
        "gender": "female",
        "birthdate": "1990-02-28",
        "zoneinfo": "Europe/Berlin",
        "locale": "de-DE",
        "phone_number": "+49 30 1234567",
        "phone_number_verified": true,
        "address": {"formatted": "Hauptstr. 1\n10115 Berlin", "locality": "Berlin", "country": "DE"},
    })
}

/// How that user is shown, less what time and chance decide.
fn everything_as_shown() -> Value {
    let mut user = everything();
    let members = user.as_object_mut().unwrap();
    members.remove("password");
    for (member, value) in [
        ("is_active", json!(true)),
        ("version", json!(1)),
        ("id", Value::Null),
        ("sub", Value::Null),
        ("created_at", Value::Null),
        ("updated_at", Value::Null),
    ] {
        members.insert(member.to_owned(), value);
    }
    user
}

#[tokio::test]
async fn a_user_is_made_shown_changed_and_deleted() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let made = root.post("/admin/users", &everything()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.header("etag"), "\"1\"");
    let made = made.json();
    assert!(made.get("temporary_password").is_none());
    let id = made["user"]["id"].as_str().unwrap().to_owned();
    let path = format!("/admin/users/{id}");

    let got = root.get(&path).await;
    assert_eq!((got.status, got.header("etag")), (200, "\"1\""));
    assert_eq!(got.json(), made["user"]);
    let mut expected = everything_as_shown();
    assert_eq!(shown(&got), expected);

    let change = json!({
        "username": "Alicia",
        "email": "alicia@example.com",
        "nickname": null,
        "locale": "en",
        "phone_number": null,
        "address": {"locality": null, "region": "BE"},
    });
    let changed = root.patch(&path, &change).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""));
    let members = expected.as_object_mut().unwrap();
    members.remove("nickname");
    members.remove("phone_number");
    for (member, value) in [
        ("username", json!("Alicia")),
        ("email", json!("alicia@example.com")),
        ("is_verified", json!(false)),
        ("locale", json!("en")),
        ("phone_number_verified", json!(false)),
        (
            "address",
            json!({"formatted": "Hauptstr. 1\n10115 Berlin", "region": "BE", "country": "DE"}),
        ),
        ("version", json!(2)),
    ] {
        members.insert(member.to_owned(), value);
    }
    assert_eq!(shown(&changed), expected);

    let cleared = root
        .patch(&path, &json!({"email": null, "address": null}))
        .await
        .json();
    assert!(cleared.get("email").is_none() && cleared.get("address").is_none());
    let gone = root.delete(&path).await;
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    root.get(&path).await.expect_problem(404, "not_found");
    assert_eq!(app.stored().user("Alicia").await, None);
}

#[tokio::test]
async fn each_switch_does_what_it_says_and_is_shown() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    root.patch(&at(&alice), &json!({"is_verified": false}))
        .await;
    for (what, member, value) in [
        ("verify", "is_verified", true),
        ("require-password-change", "requires_password_change", true),
        ("set-admin", "is_admin", true),
        ("unset-admin", "is_admin", false),
        ("disable", "is_active", false),
        ("enable", "is_active", true),
    ] {
        for _twice in 0..2 {
            let answer = does(&root, &alice, what).await;
            assert_eq!(answer.status, 200, "{what}: {}", answer.body);
            assert_eq!(answer.json()[member], json!(value), "{what}");
            assert_eq!(root.get(&at(&alice)).await.json(), answer.json(), "{what}");
        }
    }
    let unlocked = does(&root, &alice, "unlock").await;
    assert_eq!((unlocked.status, unlocked.body.as_str()), (204, ""));
}

#[tokio::test]
async fn a_change_happens_to_the_version_that_the_caller_has_seen_or_not_at_all() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let renamed = root.patch(&at(&alice), &json!({"name": "Alice"})).await;
    assert_eq!(renamed.header("etag"), "\"2\"");
    let before = app.stored().registry().await;
    let seen = |method: Method, path: &str, version: &str| {
        let request = root
            .request(method, path)
            .header("if-match", version.to_owned());
        send(request.json(&json!({})))
    };
    let disable = format!("{}/disable", at(&alice));
    for (method, path) in [
        (Method::PATCH, at(&alice)),
        (Method::DELETE, at(&alice)),
        (Method::POST, disable.clone()),
    ] {
        let refused = seen(method, &path, "\"1\"").await;
        refused.expect_problem(412, "version_mismatch");
    }
    let twice = root.request(Method::DELETE, &at(&alice));
    let twice = twice
        .header("if-match", "\"2\"")
        .header("if-match", "\"1\"");
    send(twice).await.expect_problem(400, "malformed_request");
    assert_eq!(app.stored().registry().await, before);
    assert_eq!(seen(Method::POST, &disable, "\"2\"").await.status, 200);
    assert_eq!(seen(Method::DELETE, &at(&alice), "\"3\"").await.status, 204);
}

#[tokio::test]
async fn what_would_happen_is_answered_and_does_not() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let before = (
        app.stored().registry().await,
        app.stored().protocol_state().await,
    );
    let dry = |method: Method, path: &str, body: Value| {
        let request = root.request(method, &format!("{path}?dry_run=true"));
        send(request.json(&body))
    };
    let made = dry(
        Method::POST,
        "/admin/users",
        json!({"username": "bob", "temporary_password": true}),
    );
    assert_eq!(made.await.status, 201);
    for what in [
        "disable",
        "set-admin",
        "require-password-change",
        "reset-password",
    ] {
        let path = format!("{}/{what}", at(&alice));
        let body = match what {
            "reset-password" => json!({"temporary_password": true}),
            _ => json!({}),
        };
        assert_eq!(dry(Method::POST, &path, body).await.status, 200, "{what}");
    }
    let changed = dry(Method::PATCH, &at(&alice), json!({"name": "Alice"})).await;
    assert_eq!(
        (changed.status, changed.json()["name"].as_str()),
        (200, Some("Alice"))
    );
    assert_eq!(
        dry(Method::DELETE, &at(&alice), json!({})).await.status,
        204
    );
    // What would be refused is.
    let taken = json!({"username": "alice", "temporary_password": true});
    let refused = dry(Method::POST, "/admin/users", taken).await;
    refused.expect_problem(409, "already_exists");
    let after = (
        app.stored().registry().await,
        app.stored().protocol_state().await,
    );
    assert_eq!(after, before);
}
