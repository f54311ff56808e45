//! `POST /admin/user-imports`.

use authly_domain::scopes::AdminScope;
use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

const IMPORTS: &str = "/admin/user-imports";
const PASSWORD: &str = "correct horse battery staple";
const SUB: &str = "5f3c1c7e-0b1a-4c55-9a35-1f2e3d4c5b6a";

/// Hashes of [`PASSWORD`], made by Python's `hashlib`, argon2-cffi and bcrypt, the second one as Keycloak
/// has them since its version 24.
const HASHES: [(&str, &str); 4] = [
    (
        "old-keycloak",
        "$pbkdf2-sha256$i=27500$AAECAwQFBgcICQoLDA0ODw==$Ca/W1uHPdOF53bPWSQyrHQQPdk6KOe20VTbaw0U+WWswH2gciKNBqwk+H7RPgAmCshFAhVRLSSar72bo1/g8dA==",
    ),
    (
        "new-keycloak",
        "$argon2id$v=19$m=7168,t=5,p=1$AAECAwQFBgcICQoLDA0ODw==$8cZyfmGLYgTYc8avb2ZXWqFShr92bklhQdS/tplOl9k=",
    ),
    (
        "sha512",
        "$pbkdf2-sha512$i=2100$AAECAwQFBgcICQoLDA0ODw$apyvjUkRTpnnbMcCllat2jfAsR85TuGH00YvbyKpaEJNZtPIMtWfFPPU8rSW6oYLApJiqEsJGKwBbFalk3p4dA",
    ),
    (
        "other",
        "$2a$04$d9SoSHRAVFZfnYkTGAfpnOG/cSTTehcUvjyN80VNu/2fw5jH7ChoG",
    ),
];

fn users(users: &[Value]) -> Value {
    json!({ "users": users })
}

async fn hash_of(app: &TestApp, username: &str) -> Option<String> {
    app.stored().user(username).await.unwrap().password_hash
}

#[tokio::test]
async fn imported_users_log_in_with_their_passwords_which_become_hashes_of_ours() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let all = HASHES.map(|(name, hash)| json!({"user": {"username": name}, "password_hash": hash}));
    let imported = root.post(IMPORTS, &users(&all)).await;
    assert_eq!(imported.status, 200, "{}", imported.body);
    assert_eq!(imported.json(), json!({"added": 4, "skipped": []}));

    for (name, hash) in HASHES {
        let mut browser = app.browser();
        let login = browser.get("/login").await;
        let refused = browser.fill_in_login(&login, name, "wrong horse").await;
        assert_eq!(refused.status(), 422, "{name}");
        assert_eq!(hash_of(&app, name).await.as_deref(), Some(hash));

        let login = browser.get("/login").await;
        let page = browser.fill_in_login(&login, name, PASSWORD).await;
        assert_eq!(page.status(), 303, "{name}");
        // bcrypt of our own cost is what we would make.
        let kept = hash_of(&app, name).await.unwrap();
        let is_ours = kept.starts_with("$2b$") || name == "other" && kept == hash;
        assert!(is_ours, "{name}: {kept}");

        let mut again = app.browser();
        let login = again.get("/login").await;
        let page = again.fill_in_login(&login, name, PASSWORD).await;
        assert_eq!(page.status(), 303, "{name}");
    }
}

#[tokio::test]
async fn an_imported_user_keeps_subject_claims_and_state() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let document = users(&[json!({
        "user": {
            "username": "Ada", "email": "ada@example.com", "is_verified": true,
            "given_name": "Ada", "locale": "en-GB", "requires_password_change": true,
        },
        "sub": SUB, "is_active": false,
    })]);
    let tried = root
        .post(&format!("{IMPORTS}?dry_run=true"), &document)
        .await;
    assert_eq!(tried.json(), json!({"added": 1, "skipped": []}));
    assert!(app.stored().user("Ada").await.is_none());

    assert_eq!(root.post(IMPORTS, &document).await.json()["added"], 1);
    let found = root.get("/admin/users?q=ada").await.json();
    let ada = &found["items"][0];
    assert_eq!(ada["sub"], SUB);
    assert_eq!(ada["is_verified"], true);
    assert_eq!(ada["is_active"], false);
    assert_eq!(ada["is_admin"], false);
    assert_eq!(ada["requires_password_change"], true);
    assert_eq!(
        (&ada["given_name"], &ada["locale"]),
        (&json!("Ada"), &json!("en-GB"))
    );
    assert_eq!(hash_of(&app, "Ada").await, None);
}

#[tokio::test]
async fn who_is_here_already_is_passed_over_and_keeps_everything() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let first = users(&[json!({
        "user": {"username": "ada", "email": "ada@example.com"}, "sub": SUB,
    })]);
    assert_eq!(root.post(IMPORTS, &first).await.json()["added"], 1);
    let before = app.stored().users().await;
    let again = users(&[
        json!({"user": {"username": "ADA", "name": "Other"}}),
        json!({"user": {"username": "b", "email": "Ada@example.com"}}),
        json!({"user": {"username": "c"}, "sub": SUB}),
    ]);
    let skipped = root.post(IMPORTS, &again).await.json();
    let expected = json!({"added": 0, "skipped": [
        {"username": "ADA", "taken": "username"},
        {"username": "b", "taken": "email"},
        {"username": "c", "taken": "sub"},
    ]});
    assert_eq!(skipped, expected);
    assert_eq!(app.stored().users().await, before);
    // Twice in one import is once.
    let twice = users(&[
        json!({"user": {"username": "d"}}),
        json!({"user": {"username": "D"}}),
    ]);
    let added = root.post(IMPORTS, &twice).await.json();
    assert_eq!(
        (&added["added"], added["skipped"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
}

#[tokio::test]
async fn all_that_is_wrong_is_named_and_nobody_is_added() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let before = app.stored().users().await;
    let document = users(&[
        json!({"user": {"username": "fine"}}),
        json!({
            "user": {"username": "a\u{0}", "email": "none", "is_admin": true, "password": "secret"},
            "sub": "5F3C1C7E-0B1A-4C55-9A35-1F2E3D4C5B6A",
        }),
    ]);
    let refused = root.post(IMPORTS, &document).await;
    refused.expect_problem(422, "invalid_body");
    let places = [
        "/users/1/sub",
        "/users/1/user/is_admin",
        "/users/1/user/password",
        "/users/1/user/username",
        "/users/1/user/email",
    ];
    assert_eq!(refused.wrong_places(), places);

    let costly =
        "$argon2id$v=19$m=4194304,t=10,p=1$AAECAwQFBgcICQoLDA0ODw$eYnK556rcuTk9BJKas3geWs8";
    let document = users(&[
        json!({"user": {"username": "fine"}}),
        json!({"user": {"username": "costly"}, "password_hash": costly}),
        json!({"user": {"username": "unknown", "is_verified": true}, "password_hash": "{SSHA}secret"}),
    ]);
    let refused = root.post(IMPORTS, &document).await;
    refused.expect_problem(422, "invalid_body");
    let places = [
        "/users/1/password_hash",
        "/users/2/password_hash",
        "/users/2/user/is_verified",
    ];
    assert_eq!(refused.wrong_places(), places);
    assert!(!refused.body.contains("{SSHA}"), "{}", refused.body);

    let many: Vec<_> = (0..5_001)
        .map(|_| json!({"user": {"username": "x"}}))
        .collect();
    let refused = root.post(IMPORTS, &users(&many)).await;
    refused.expect_problem(422, "invalid_body");
    assert_eq!(refused.wrong_places(), ["/users"]);
    let user = app.user("clerk").administrator().create().await;
    let clerk = app.admin_caller(&user, &[AdminScope::UsersRead]).await;
    let refused = clerk.post(IMPORTS, &users(&[])).await;
    refused.expect_problem(403, "insufficient_scope");
    let after = app.stored().users().await;
    assert_eq!(after.len(), before.len() + 1);
}

#[tokio::test]
async fn an_import_may_be_longer_than_other_bodies() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let long = |letters: usize| {
        users(&[json!({"user": {"username": "long", "name": "x".repeat(letters)}})])
    };
    // Longer than the setting allows of others: it is read, and its name is too long.
    let read = root.post(IMPORTS, &long(100_000)).await;
    read.expect_problem(422, "invalid_body");
    let refused = root.post("/admin/users", &long(100_000)).await;
    assert_eq!(refused.status, 413);
    assert!(app.stored().user("long").await.is_none());
}
