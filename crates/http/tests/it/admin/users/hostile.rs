//! Whatever is sent is answered, refused for what it is, and leaves nothing behind.

use authly_testing::TestApp;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

use super::at;

/// A user with this in place of something.
fn with(member: &str, value: Value) -> Value {
    let mut user = json!({"username": "bob", "password": "a good long passphrase"});
    let members = user.as_object_mut().unwrap();
    members.insert(member.to_owned(), value);
    user
}

#[tokio::test]
async fn what_no_user_can_be_is_refused_by_name() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let before = app.stored().registry().await;
    let long = "x".repeat(3_000);
    for (member, value, place) in [
        ("username", json!(""), "/username"),
        ("username", json!("a b"), "/username"),
        ("username", json!("a\0b"), "/username"),
        ("username", json!("alice@example.com"), "/username"),
        ("username", json!(long), "/username"),
        ("username", json!(7), "/username"),
        ("username", json!(null), "/username"),
        ("email", json!("nobody"), "/email"),
        ("email", json!("a\0@example.com"), "/email"),
        ("email", json!(long), "/email"),
        ("is_verified", json!("yes"), "/is_verified"),
        ("is_verified", json!(null), "/is_verified"),
        ("name", json!(""), "/name"),
        ("name", json!("a\0b"), "/name"),
        ("name", json!("\u{7f}"), "/name"),
        ("name", json!(long), "/name"),
        ("name", json!({"a": 1}), "/name"),
        ("picture", json!("javascript:alert(1)"), "/picture"),
        ("birthdate", json!("1990-02-30"), "/birthdate"),
        ("zoneinfo", json!("../etc"), "/zoneinfo"),
        ("locale", json!("x y"), "/locale"),
        ("phone_number", json!("call me"), "/phone_number"),
        ("address", json!({"planet": "Earth"}), "/address"),
        ("address", json!({"locality": "a\0"}), "/address/locality"),
        ("address", json!([]), "/address"),
        ("address", json!(["1 Main Street"]), "/address"),
        ("address", json!("1 Main Street"), "/address"),
        ("is_active", json!(false), "/is_active"),
        ("password_hash", json!("$2b$04$"), "/password_hash"),
        ("version", json!(9), "/version"),
        ("id", json!("x"), "/id"),
    ] {
        let made = root
            .post("/admin/users", &with(member, value.clone()))
            .await;
        made.expect_problem(422, "invalid_body");
        assert_eq!(made.wrong_places(), [place], "{member}: {value}");
        let mut change = json!({});
        change
            .as_object_mut()
            .unwrap()
            .insert(member.to_owned(), value.clone());
        let changed = root.patch(&at(&alice), &change).await;
        changed.expect_problem(422, "invalid_body");
        assert_eq!(changed.wrong_places(), [place], "{member}: {value}");
    }
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn every_wrong_member_is_named_at_once() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let wrong = json!({
        "username": "a b",
        "email": "nobody",
        "temporary_password": true,
        "password": "a good long passphrase",
        "locale": "x y",
        "address": {"country": "\0"},
    });
    let refused = root.post("/admin/users", &wrong).await;
    refused.expect_problem(422, "invalid_body");
    let mut places = refused.wrong_places();
    places.sort_unstable();
    let expected = [
        "/address/country",
        "/email",
        "/locale",
        "/temporary_password",
        "/username",
    ];
    assert_eq!(places, expected);
}

#[tokio::test]
async fn passwords_that_cannot_be_are_refused_and_appear_nowhere() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let reset = format!("{}/reset-password", at(&alice));
    let before = app.stored().registry().await;
    for (body, place) in [
        (json!({}), "/password"),
        (json!({"password": null}), "/password"),
        (json!({"temporary_password": false}), "/password"),
        (json!({"password": ""}), "/password"),
        (json!({"password": "short"}), "/password"),
        (json!({"password": "my alice password"}), "/password"),
        (json!({"password": "a password\0 with NUL"}), "/password"),
        (json!({"password": "ä".repeat(600)}), "/password"),
        (json!({"password": ["a good long passphrase"]}), "/password"),
        (
            json!({"password": "a good long passphrase", "temporary_password": true}),
            "/temporary_password",
        ),
    ] {
        let refused = root.post(&reset, &body).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), [place], "{body}");
        let password = body["password"].as_str().unwrap_or_default();
        assert!(
            password.len() < 6 || !refused.body.contains(password),
            "{}",
            refused.body
        );
    }
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn names_of_others_and_addresses_that_are_not_there_are_conflicts() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let bob = app.user("bob").without_email().create().await;
    let before = app.stored().registry().await;
    let taken =
        json!({"username": "ALICE", "email": "alice@EXAMPLE.com", "temporary_password": true});
    let refused = root.post("/admin/users", &taken).await;
    refused.expect_problem(409, "already_exists");
    assert_eq!(refused.wrong_places(), ["/username", "/email"]);
    let refused = root
        .patch(&at(&bob), &json!({"email": "Alice@example.com"}))
        .await;
    refused.expect_problem(409, "already_exists");
    assert_eq!(refused.wrong_places(), ["/email"]);
    let refused = root.patch(&at(&alice), &json!({"username": "BOB"})).await;
    refused.expect_problem(409, "already_exists");
    assert_eq!(refused.wrong_places(), ["/username"]);
    for change in [
        json!({"is_verified": true}),
        json!({"phone_number_verified": true}),
    ] {
        let refused = root.patch(&at(&bob), &change).await;
        refused.expect_problem(409, "conflict");
    }
    super::does(&root, &bob, "verify")
        .await
        .expect_problem(409, "conflict");
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn a_path_that_names_nobody_is_not_found() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let nobody = "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e";
    let before = app.stored().registry().await;
    for id in [
        nobody,
        "alice",
        "0198f2c47e1a7c3b9d2e1f0a2b3c4d5e",
        "%00",
        "..%2Froot",
    ] {
        for (method, rest, body) in [
            (Method::GET, "", json!({})),
            (Method::PATCH, "", json!({"name": "X"})),
            (Method::DELETE, "", json!({})),
            (Method::POST, "/disable", json!({})),
            (Method::POST, "/enable", json!({})),
            (Method::POST, "/unlock", json!({})),
            (Method::POST, "/verify", json!({})),
            (Method::POST, "/set-admin", json!({})),
            (Method::POST, "/unset-admin", json!({})),
            (Method::POST, "/require-password-change", json!({})),
            (
                Method::POST,
                "/reset-password",
                json!({"temporary_password": true}),
            ),
            (Method::GET, "/consents", json!({})),
            (Method::DELETE, &format!("/consents/{nobody}"), json!({})),
        ] {
            let path = format!("/admin/users/{id}{rest}");
            let request = root.request(method.clone(), &path);
            let answer = match method {
                Method::GET => send(request).await,
                _ => send(request.json(&body)).await,
            };
            answer.expect_problem(404, "not_found");
        }
    }
    assert_eq!(app.stored().registry().await, before);
}
