//! Passwords that administrators give.

use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::fixtures::TestUser;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

use super::{at, does};

/// A key of 128 random bits, as a caller makes one.
const KEY: &str = "0198f2c47e1a4c3b9d2e1f0a2b3c4d5e";

fn temporary(answer: &Answer) -> String {
    let password = answer.json()["temporary_password"].take();
    password.as_str().expect("a temporary password").to_owned()
}

#[tokio::test]
async fn a_temporary_password_is_shown_once_and_changed_at_the_first_login() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let wanted = json!({"username": "alice", "temporary_password": true});
    let made = root.post("/admin/users", &wanted).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let password = temporary(&made);
    let id = made.json()["user"]["id"].as_str().unwrap().to_owned();
    let shown = root.get(&format!("/admin/users/{id}")).await;
    assert!(!shown.body.contains(&password));
    assert_eq!(shown.json()["requires_password_change"], true);

    let mut browser = app.browser();
    let page = browser.get("/login").await;
    let page = browser.fill_in_login(&page, "alice", &password).await;
    assert_eq!(page.expect_location().path(), "/login/password");
}

#[tokio::test]
async fn a_lost_answer_is_given_again_with_the_same_password() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let reset = format!("{}/reset-password", at(&alice));
    let ask = |path: &str, key: &'static str, body: Value| {
        let request = root
            .request(Method::POST, path)
            .header("idempotency-key", key);
        send(request.json(&body))
    };
    let wanted = json!({"username": "bob", "temporary_password": true});
    let first = ask("/admin/users", KEY, wanted.clone()).await;
    let again = ask("/admin/users", KEY, wanted).await;
    assert_eq!((first.status, again.status), (201, 201), "{}", again.body);
    assert_eq!(temporary(&again), temporary(&first));
    assert_eq!(again.json(), first.json());

    let before = app.stored().registry().await;
    let refused = ask(&reset, KEY, json!({"temporary_password": true})).await;
    refused.expect_problem(422, "idempotency_key_reused");
    assert_eq!(app.stored().registry().await, before);

    let other = "0198f2c47e1a4c3b9d2e1f0a2b3c4d5f";
    let first = ask(&reset, other, json!({"temporary_password": true})).await;
    let again = ask(&reset, other, json!({"temporary_password": true})).await;
    assert_eq!(first.json(), again.json());
    let with_password = TestUser {
        password: temporary(&first),
        ..alice
    };
    let mut browser = app.browser();
    let page = browser.get("/login").await;
    let page = browser
        .fill_in_login(&page, "alice", &with_password.password)
        .await;
    assert_eq!(page.expect_location().path(), "/login/password");
}

#[tokio::test]
async fn a_given_password_works_at_once_and_is_in_no_answer() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let password = "quite another passphrase";
    let reset = format!("{}/reset-password", at(&alice));
    let done = root.post(&reset, &json!({"password": password})).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(!done.body.contains(password));
    assert!(done.json().get("temporary_password").is_none());
    let changed = TestUser {
        password: password.to_owned(),
        ..alice.clone()
    };
    app.logged_in(&changed).await;
    assert_eq!(
        does(&root, &alice, "require-password-change").await.status,
        200
    );
    let mut browser = app.browser();
    let page = browser.get("/login").await;
    let page = browser.fill_in_login(&page, "alice", password).await;
    assert_eq!(page.expect_location().path(), "/login/password");
}

#[tokio::test]
async fn a_locked_out_user_logs_in_again_after_unlocking() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let attempt = async |password: &str| {
        let mut browser = app.browser();
        let page = browser.get("/login").await;
        browser
            .fill_in_login(&page, "alice", password)
            .await
            .status()
    };
    for _ in 0..5 {
        attempt("a wrong password").await;
    }
    assert_eq!(attempt(&alice.password).await, 429);
    assert_eq!(does(&root, &alice, "unlock").await.status, 204);
    assert_eq!(attempt(&alice.password).await, 303);
}
