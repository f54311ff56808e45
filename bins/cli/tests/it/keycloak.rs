//! `authly import keycloak` against a server. The export has the shape of Keycloak 26; its hashes were
//! made by Python's `hashlib` and argon2-cffi.

use std::fs;
use std::path::Path;

use authly_testing::rp::http_client;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::configuration::{Folder, actions};
use crate::desk::Desk;

const PASSWORD: &str = "correct horse battery staple";

/// How the lines on what is not taken begin.
const NOT_TAKEN: [&str; 15] = [
    "1 realm roles: Authly has nothing like them",
    "client api: it only takes tokens",
    "client legacy: it does not speak OpenID Connect",
    "client patterns: the redirect URI https://*.example.com/* is not taken: it is a pattern",
    "client patterns: no redirect URI of its can be taken",
    "client reports: the export has no secret, and it gets another one",
    "client shop-web: the grant by password is not taken",
    "client shop-web: the redirect URI https://shop.example.com/* is not taken: it is a pattern",
    "client shop-web: the post-logout redirect URI /bye/* is not taken: it is a pattern",
    "user bob: the required action CONFIGURE_TOTP is not taken",
    "user carol: credentials of the type otp are not taken",
    "user dave: the password is not taken: the algorithm scrypt is not known",
    "user dave: there is no password: it cannot log in until it is given one",
    "user dave: accounts at other providers are not taken",
    "user service-account-reports: it is the service account of the client reports",
];

fn export() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/keycloak-realm.json");
    path.to_str().unwrap().to_owned()
}

/// What is not taken, as lines.
fn notes(outcome: &Value) -> Vec<String> {
    let text = |note: &Value, name| note[name].as_str().unwrap().to_owned();
    let notes = outcome["notes"].as_array().unwrap().iter();
    notes
        .map(|note| format!("{}: {}", text(note, "what"), text(note, "why")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_is_tried_taken_and_then_there_is_nothing_to_take() {
    let desk = Desk::new().await;
    desk.result(&[
        "client",
        "create",
        "here",
        "--redirect-uri",
        "https://mine.example/cb",
    ]);
    let before = (
        desk.app.stored().registry().await,
        desk.app.stored().users().await,
    );
    let tried = desk.run(&["import", "keycloak", &export(), "--dry-run"]);
    assert_eq!(tried.status, 0, "{}", tried.messages);
    for line in [
        "+ scope orders\n    description: See your orders\n",
        "+ client shop-web\n",
        "    client_secret: the one that it had\n",
        "4 users to add\nnot taken:\n",
        "  client account: it is one of Keycloak's own\n",
        "  client here: it is here already, and stays as it is\n",
    ] {
        assert!(tried.results.contains(line), "{line}: {}", tried.results);
    }
    assert!(!tried.results.contains("x7Yt2mZ0"), "{}", tried.results);
    let after = (
        desk.app.stored().registry().await,
        desk.app.stored().users().await,
    );
    assert_eq!(after, before);

    let taken = desk.json(&["import", "keycloak", &export(), "--yes"]);
    let expected = [
        "create scope orders",
        "create client shop-web",
        "create client shop-app",
        "create client reports",
    ];
    assert_eq!(actions(&taken), expected);
    assert_eq!(taken["users_added"], 4);
    // Only where the export has no secret is one made.
    let secrets = taken["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 1);
    assert_eq!(secrets[0]["client_id"], "reports");
    let said = notes(&taken);
    for note in NOT_TAKEN {
        assert!(
            said.iter().any(|one| one.starts_with(note)),
            "{note}: {said:#?}"
        );
    }

    let again = desk.json(&["import", "keycloak", &export(), "--yes"]);
    assert_eq!(
        (actions(&again), &again["users_added"]),
        (Vec::new(), &json!(0))
    );
    assert_eq!(again["users_skipped"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_works_as_before() {
    let desk = Desk::new().await;
    let ended = desk.run(&["import", "keycloak", &export(), "--yes"]);
    assert_eq!(ended.status, 0, "{}", ended.messages);

    let shop = desk.json(&["client", "show", "shop-web"]);
    assert_eq!(shop["client_name"], "The shop");
    assert_eq!(
        shop["redirect_uris"],
        json!(["https://shop.example.com/callback"])
    );
    assert_eq!(
        shop["post_logout_redirect_uris"],
        json!([
            "https://shop.example.com/goodbye",
            "https://shop.example.com/callback"
        ])
    );
    assert_eq!(
        shop["grant_types"],
        json!(["authorization_code", "refresh_token"])
    );
    assert_eq!(
        shop["scope"],
        "address email offline_access openid orders phone profile"
    );
    assert_eq!(shop["access_token_lifetime"], 300);
    assert_eq!(shop.get("managed_by"), None);
    let call = http_client()
        .post(desk.app.url("/api/v1/oauth/introspect"))
        .basic_auth("shop-web", Some("x7Yt2mZ0bQvKc8Rj4nLp6sWd1fGh3aEu"))
        .form(&[("token", "none")]);
    assert_eq!(call.send().await.unwrap().status(), 200);
    let app = desk.json(&["client", "show", "shop-app"]);
    assert_eq!(
        (&app["client_type"], &app["application_type"]),
        (&json!("public"), &json!("native"))
    );

    let ada = desk.json(&["user", "show", "ada"]);
    assert_eq!(ada["sub"], "5f3c1c7e-0b1a-4c55-9a35-1f2e3d4c5b00");
    assert_eq!(
        (&ada["name"], &ada["is_verified"]),
        (&json!("Ada Lovelace"), &json!(true))
    );
    assert_eq!(
        (&ada["locale"], &ada["phone_number"]),
        (&json!("en-GB"), &json!("+441234567"))
    );
    for (name, status) in [("ada", 303), ("bob", 303), ("carol", 422), ("dave", 422)] {
        let mut browser = desk.app.browser();
        let login = browser.get("/login").await;
        let page = browser.fill_in_login(&login, name, PASSWORD).await;
        assert_eq!(page.status(), status, "{name}");
    }
    let stored = desk.app.stored();
    let ours = stored.user("ada").await.unwrap().password_hash.unwrap();
    assert!(ours.starts_with("$2b$"), "{ours}");
    assert_eq!(
        desk.json(&["user", "show", "bob"])["requires_password_change"],
        true
    );
    assert_eq!(desk.json(&["user", "show", "carol"])["is_active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_about_one_user_keeps_everybody_out() {
    let desk = Desk::new().await;
    let text = fs::read_to_string(export()).unwrap();
    let folder = Folder::of(&[
        (
            "costly.json",
            &text.replace("[\\\"7168\\\"]", "[\\\"9999999\\\"]"),
        ),
        ("realms.json", "[]"),
        ("broken.json", "{\"realm\": "),
    ]);
    let before = (
        desk.app.stored().registry().await,
        desk.app.stored().users().await,
    );
    let refused = desk.run(&["import", "keycloak", &folder.path("costly.json"), "--yes"]);
    refused.expect_failure(
        1,
        "users/0/password_hash: the hash costs more than is taken",
    );
    for name in ["realms.json", "broken.json", "gone.json"] {
        let refused = desk.run(&["import", "keycloak", &folder.path(name), "--yes"]);
        refused.expect_failure(2, name);
    }
    let after = (
        desk.app.stored().registry().await,
        desk.app.stored().users().await,
    );
    assert_eq!(after, before);
}
