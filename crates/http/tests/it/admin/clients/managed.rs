//! What is kept as code: marks, and secrets that were made elsewhere.

use authly_domain::scopes::AdminScope;
use authly_testing::TestApp;
use authly_testing::rp::http_client;
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

use super::{create, path, web, with_version};

const SECRET: &str = "a-secret-from-elsewhere-0123456789-01";

/// Whether the token endpoint takes this secret of the client.
async fn is_accepted(app: &TestApp, client_id: &str, secret: &str) -> bool {
    let call = http_client()
        .post(app.url("/api/v1/oauth/token"))
        .basic_auth(client_id, Some(secret))
        .form(&[("grant_type", "client_credentials")]);
    let status = call.send().await.unwrap().status().as_u16();
    assert!([200, 401].contains(&status), "{status}");
    status == 200
}

fn service(client_id: &str) -> Value {
    json!({"client_id": client_id, "grant_types": ["client_credentials"]})
}

#[tokio::test]
async fn a_secret_from_elsewhere_is_the_clients_until_another_one_is_given() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let client = create(&root, &service("robot")).await;
    let made = client["client_secret"].as_str().unwrap();
    let secrets = format!("{}/secrets", path(&client));
    let given = json!({"client_secret": SECRET});

    let before = app.stored().registry().await;
    let tried = root.put(&format!("{secrets}?dry_run=true"), &given).await;
    assert_eq!(tried.json()["was_known"], false);
    assert_eq!(app.stored().registry().await, before);

    let kept = root.put(&secrets, &given).await;
    assert_eq!((kept.status, kept.header("etag")), (200, "\"2\""));
    let expected = json!({"client_id": "robot", "was_known": false, "version": 2});
    assert_eq!(kept.json(), expected);
    assert!(is_accepted(&app, "robot", SECRET).await);
    assert!(!is_accepted(&app, "robot", made).await);

    let before = app.stored().registry().await;
    let again = root.put(&secrets, &given).await.json();
    let expected = json!({"client_id": "robot", "was_known": true, "version": 2});
    assert_eq!(again, expected);
    assert_eq!(app.stored().registry().await, before);

    // The old one stays for a while; given anew it is the present one again.
    let other = "another-secret-from-elsewhere-0123456789";
    let slowly = json!({"client_secret": other, "old_secret_valid_for": 3600});
    assert_eq!(root.put(&secrets, &slowly).await.status, 200);
    assert!(is_accepted(&app, "robot", SECRET).await);
    assert!(is_accepted(&app, "robot", other).await);
    let third = json!({"client_secret": "x".repeat(40), "old_secret_valid_for": 1});
    root.put(&secrets, &third)
        .await
        .expect_problem(409, "conflict");
    assert_eq!(root.put(&secrets, &given).await.json()["was_known"], false);
    assert!(is_accepted(&app, "robot", SECRET).await);
    assert!(!is_accepted(&app, "robot", other).await);
}

#[tokio::test]
async fn what_is_no_secret_and_whoever_may_not_give_one_is_refused_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let client = create(&root, &service("robot")).await;
    let public = json!({
        "client_id": "spa", "client_type": "public",
        "redirect_uris": ["https://spa.example.com/callback"],
    });
    let public = create(&root, &public).await;
    let secrets = format!("{}/secrets", path(&client));
    let entitled = app.client().id("strong").create().await;
    app.entitle(&entitled, &["admin:users:write"]).await;
    let user = app.user("clerk").administrator().create().await;
    let clerk = app.admin_caller(&user, &[AdminScope::ClientsWrite]).await;
    let before = app.stored().registry().await;
    for (text, place) in [
        ("short", "/client_secret"),
        (&"x".repeat(31), "/client_secret"),
        (&"x".repeat(513), "/client_secret"),
        (&"ä".repeat(40), "/client_secret"),
        (&format!("{SECRET}\n"), "/client_secret"),
    ] {
        let refused = root.put(&secrets, &json!({"client_secret": text})).await;
        refused.expect_problem(422, "invalid_body");
        assert_eq!(refused.wrong_places(), [place]);
        assert!(!refused.body.contains(text), "{}", refused.body);
    }
    let given = json!({"client_secret": SECRET});
    let refused = root
        .put(&format!("{}/secrets", path(&public)), &given)
        .await;
    refused.expect_problem(409, "conflict");
    let late = with_version(&root, Method::PUT, &secrets, &json!(7), &given).await;
    late.expect_problem(412, "version_mismatch");
    let strong = format!("/admin/clients/{}/secrets", entitled.record.key.as_uuid());
    let refused = clerk.put(&strong, &given).await;
    refused.expect_problem(403, "insufficient_scope");
    assert_eq!(app.stored().registry().await, before);
}

#[tokio::test]
async fn a_mark_is_set_kept_by_other_changes_and_cleared() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let mut new = web("managed");
    new["managed_by"] = json!("shop");
    let client = create(&root, &new).await;
    assert_eq!(client["managed_by"], "shop");
    let client = path(&client);
    let renamed = root
        .patch(&client, &json!({"client_name": "Mine"}))
        .await
        .json();
    assert_eq!(renamed["managed_by"], "shop");
    let cleared = root
        .patch(&client, &json!({"managed_by": null}))
        .await
        .json();
    assert_eq!(cleared.get("managed_by"), None);

    let scope = json!({"name": "notes", "description": "Notes", "managed_by": "shop"});
    assert_eq!(
        root.post("/admin/scopes", &scope).await.json()["managed_by"],
        "shop"
    );
    let changed = root
        .patch("/admin/scopes/notes", &json!({"is_default": true}))
        .await
        .json();
    assert_eq!(
        (&changed["managed_by"], &changed["version"]),
        (&json!("shop"), &json!(3))
    );
    let other = root
        .patch("/admin/scopes/notes", &json!({"managed_by": "other"}))
        .await
        .json();
    assert_eq!(
        (&other["managed_by"], &other["version"]),
        (&json!("other"), &json!(4))
    );

    let values = json!({"tokens.code_lifetime": "30s"});
    let stored = json!({"values": values, "managed_by": "shop"});
    assert_eq!(root.patch("/admin/settings", &stored).await.status, 200);
    let by_hand = json!({"values": {"tokens.code_lifetime": "40s"}});
    assert_eq!(root.patch("/admin/settings", &by_hand).await.status, 200);
    let shown = root
        .get("/admin/settings/tokens.code_lifetime")
        .await
        .json();
    assert_eq!(
        (&shown["managed_by"], &shown["value"]),
        (&json!("shop"), &json!("40s"))
    );

    // Each event says how it was marked, if it was.
    let said = async |action| app.stored().details_of(action).await;
    let (shop, nobody) = (r#"{"managed_by":"shop"}"#, r#"{"managed_by":""}"#);
    assert_eq!(said("clients.create").await, [shop]);
    assert_eq!(said("clients.update").await, ["", nobody]);
    assert_eq!(said("scopes.create").await, [shop]);
    let other = r#"{"managed_by":"other"}"#;
    assert_eq!(said("scopes.update").await, ["", other]);
    assert_eq!(said("settings.change").await, ["", shop]);
}

#[tokio::test]
async fn the_servers_own_is_managed_by_nobody_and_a_mark_is_a_plain_name() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let ensured = app.bootstrap().ensure_command_line().await;
    ensured.unwrap();
    let found = root.get("/admin/clients?client_id=authly-cli").await.json();
    let own = path(&found["items"][0]);
    let before = app.stored().registry().await;
    let mark = json!({"managed_by": "shop"});
    for place in [own.as_str(), "/admin/scopes/openid"] {
        root.patch(place, &mark)
            .await
            .expect_problem(409, "protected");
    }
    for name in ["", "a b", "ä", &"x".repeat(65)] {
        let scope = json!({"name": "n", "description": "N", "managed_by": name});
        let mut client = web("w");
        client["managed_by"] = json!(name);
        let values = json!({"values": {}, "managed_by": name});
        for refused in [
            root.post("/admin/scopes", &scope).await,
            root.post("/admin/clients", &client).await,
            root.patch("/admin/settings", &values).await,
        ] {
            refused.expect_problem(422, "invalid_body");
            assert_eq!(refused.wrong_places(), ["/managed_by"]);
        }
    }
    assert_eq!(app.stored().registry().await, before);
}
