//! `authly client …` against a server.

use pretty_assertions::assert_eq;
use serde_json::json;

use crate::desk::Desk;

const URI: &str = "https://new.example.com/callback";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_created_shown_listed_updated_and_deleted() {
    let desk = Desk::new().await;
    let created = desk.json(&[
        "client",
        "create",
        "web",
        "--redirect-uri",
        URI,
        "--name",
        "Web",
    ]);
    let secret = created["client_secret"].as_str().unwrap();
    assert!(secret.starts_with("authly_cs_"));
    assert_eq!(created["client_id"], "web");

    let shown = desk.json(&["client", "show", "web"]);
    assert_eq!(shown.get("client_secret"), None);
    assert_eq!(shown["id"], created["id"]);
    let id = created["id"].as_str().unwrap();
    assert_eq!(desk.json(&["client", "show", id]), shown);
    let sheet = desk.result(&["client", "show", "web"]);
    assert!(sheet.starts_with("client_id         web\n"), "{sheet}");
    assert!(sheet.contains(URI) && !sheet.contains(secret), "{sheet}");
    let yaml = desk.result(&["client", "show", "web", "--output", "yaml"]);
    assert!(yaml.contains("client_id: web\n"), "{yaml}");

    let list = desk.result(&["client", "list", "--search", "WE"]);
    assert_eq!(
        list,
        "CLIENT_ID  NAME  TYPE          GRANTS              ACTIVE  MANAGED BY\n\
         web        Web   confidential  authorization_code  yes     -\n"
    );
    let public = desk.json(&[
        "client",
        "list",
        "--type",
        "public",
        "--sort",
        "-created_at",
    ]);
    assert_eq!(public[0]["client_id"], "console");

    let update = ["client", "update", "web", "--access-token-lifetime", "60"];
    assert_eq!(desk.json(&update)["access_token_lifetime"], 60);
    let clear = [
        "client",
        "update",
        "web",
        "--clear",
        "access_token_lifetime",
    ];
    assert_eq!(desk.json(&clear).get("access_token_lifetime"), None);

    let unsure = desk.run(&["client", "delete", "web"]);
    assert_eq!(unsure.status, 2);
    assert!(unsure.messages.contains("--yes"), "{}", unsure.messages);
    let dry = desk.run(&["client", "delete", "web", "--dry-run"]);
    assert_eq!((dry.status, dry.results.as_str()), (0, ""));
    desk.json(&["client", "show", "web"]);
    let deleted = desk.run(&["client", "delete", "web", "--yes"]);
    assert_eq!(deleted.status, 0);
    assert_eq!(deleted.messages, "authly: deleted the client web\n");
    let gone = desk.run(&["client", "show", "web"]);
    assert_eq!((gone.status, gone.results.as_str()), (1, ""));
    assert_eq!(gone.messages, "authly: there is no client web\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_openid_connect_registers_of_a_client_is_said_changed_and_cleared() {
    let desk = Desk::new().await;
    let create = ["client", "create", "web", "--redirect-uri", URI];
    let openid = [
        "--id-token-signed-response-alg",
        "ES256",
        "--userinfo-signed-response-alg",
        "RS256",
        "--subject-type",
        "pairwise",
        "--sector-identifier-uri",
        URI,
        "--default-max-age",
        "600",
        "--require-auth-time",
        "true",
    ];
    let created = desk.json(&[&create[..], &openid].concat());
    for (member, value) in [
        ("id_token_signed_response_alg", json!("ES256")),
        ("userinfo_signed_response_alg", json!("RS256")),
        ("subject_type", json!("pairwise")),
        ("sector_identifier_uri", json!(URI)),
        ("default_max_age", json!(600)),
        ("require_auth_time", json!(true)),
    ] {
        assert_eq!(created[member], value, "{member}");
    }

    let update = ["client", "update", "web", "--default-max-age", "60"];
    let rest = ["--id-token-signed-response-alg", "PS256"];
    let updated = desk.json(&[&update[..], &rest].concat());
    assert_eq!(updated["default_max_age"], 60);
    assert_eq!(updated["id_token_signed_response_alg"], "PS256");
    assert_eq!(updated["userinfo_signed_response_alg"], "RS256");

    for member in [
        "userinfo_signed_response_alg",
        "sector_identifier_uri",
        "default_max_age",
    ] {
        let cleared = desk.json(&["client", "update", "web", "--clear", member]);
        assert_eq!(cleared.get(member), None, "{member}");
    }
}

/// What registers a client with the keys in this file.
fn create_with_keys(file: &str) -> [&str; 7] {
    [
        "client",
        "create",
        "web",
        "--redirect-uri",
        URI,
        "--jwks-file",
        file,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_keys_that_is_not_there_or_no_json_is_wrong_usage() {
    let desk = Desk::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let file = file.to_str().unwrap();
    let create = create_with_keys(file);
    let missing = desk.run(&create);
    assert_eq!((missing.status, missing.results.as_str()), (2, ""));
    std::fs::write(file, "{").unwrap();
    let malformed = desk.run(&create);
    assert_eq!((malformed.status, malformed.results.as_str()), (2, ""));
    assert!(
        malformed.messages.contains("no JSON"),
        "{}",
        malformed.messages
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_in_a_file_are_registered_and_cleared() {
    let desk = Desk::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    let file = file.to_str().unwrap();
    let keys = json!({ "keys": [{
        "kty": "OKP", "crv": "X25519", "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
        "kid": "one",
    }] });
    std::fs::write(file, keys.to_string()).unwrap();
    let encrypted = [
        "--id-token-encrypted-response-alg",
        "ECDH-ES",
        "--userinfo-encrypted-response-alg",
        "ECDH-ES+A256KW",
        "--userinfo-encrypted-response-enc",
        "A256GCM",
    ];
    let created = desk.json(&[&create_with_keys(file)[..], &encrypted].concat());
    assert_eq!(created["jwks"], keys);
    assert_eq!(created["userinfo_encrypted_response_enc"], "A256GCM");
    let sheet = desk.result(&["client", "show", "web"]);
    for line in [
        "keys              one\n",
        "encrypted IDs     ECDH-ES, A128CBC-HS256\n",
        "encrypted info    ECDH-ES+A256KW, A256GCM\n",
    ] {
        assert!(sheet.contains(line), "{line}: {sheet}");
    }
    let clear = [
        "jwks",
        "id_token_encrypted_response_alg",
        "userinfo_encrypted_response_alg",
        "userinfo_encrypted_response_enc",
    ];
    let still_needed = desk.run(&["client", "update", "web", "--clear", "jwks"]);
    assert_eq!(
        (still_needed.status, still_needed.results.as_str()),
        (1, "")
    );
    let update = ["client", "update", "web"].into_iter();
    let update = update.chain(clear.into_iter().flat_map(|member| ["--clear", member]));
    let cleared = desk.json(&update.collect::<Vec<_>>());
    assert!(
        clear.iter().all(|member| cleared.get(member).is_none()),
        "{cleared}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_client_signs_is_registered_and_cleared() {
    let desk = Desk::new().await;
    let create = ["client", "create", "web", "--redirect-uri", URI];
    let signs = [
        "--auth-method",
        "private_key_jwt",
        "--auth-signing-alg",
        "ES256",
        "--client-profile",
        "oidc",
        "--jwks-uri",
        "https://app.example/jwks",
        "--request-object-signing-alg",
        "RS256",
        "--require-signed-request-object",
        "true",
        "--request-uri",
        "https://app.example/one",
        "--request-uri",
        "https://app.example/two",
    ];
    let created = desk.json(&[&create[..], &signs].concat());
    for (member, value) in [
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_signing_alg", json!("ES256")),
        ("profile", json!("oidc")),
        ("jwks_uri", json!("https://app.example/jwks")),
        ("request_object_signing_alg", json!("RS256")),
        ("require_signed_request_object", json!(true)),
        (
            "request_uris",
            json!(["https://app.example/one", "https://app.example/two"]),
        ),
    ] {
        assert_eq!(created[member], value, "{member}");
    }
    assert_eq!(created.get("client_secret"), None);
    let sheet = desk.result(&["client", "show", "web"]);
    for line in [
        "keys              https://app.example/jwks\n",
        "signs requests    yes\n",
    ] {
        assert!(sheet.contains(line), "{line}: {sheet}");
    }
    let cleared = desk.json(&[
        "client",
        "update",
        "web",
        "--clear",
        "request_object_signing_alg",
        "--clear",
        "request_uris",
        "--clear",
        "token_endpoint_auth_signing_alg",
    ]);
    assert_eq!(cleared.get("request_object_signing_alg"), None);
    assert_eq!(cleared.get("token_endpoint_auth_signing_alg"), None);
    assert_eq!(cleared["request_uris"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_member_has_a_line_and_nothing_is_stored() {
    let desk = Desk::new().await;
    let before = desk.app.stored().registry().await;
    let refused = desk.run(&[
        "client",
        "create",
        "web",
        "--redirect-uri",
        "javascript:alert(1)",
        "--grant-type",
        "password",
    ]);
    assert_eq!((refused.status, refused.results.as_str()), (1, ""));
    let lines: Vec<_> = refused.messages.lines().collect();
    assert_eq!(lines.len(), 3, "{}", refused.messages);
    assert!(lines[1].starts_with("  redirect_uris/0: "), "{}", lines[1]);
    assert!(lines[2].starts_with("  grant_types/0: "), "{}", lines[2]);
    assert_eq!(desk.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_what_would_be_and_no_secret() {
    let desk = Desk::new().await;
    let before = desk.app.stored().registry().await;
    let create = [
        "client",
        "create",
        "web",
        "--redirect-uri",
        URI,
        "--dry-run",
    ];
    let planned = desk.json(&create);
    assert_eq!(planned["client_id"], "web");
    assert_eq!(planned.get("client_secret"), None);
    assert_eq!(desk.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_rotated_and_shown_once() {
    let desk = Desk::new().await;
    let client = desk.app.client().id("web").create().await;
    let rotated = desk.json(&["client", "rotate-secret", "web", "--keep-old", "24h"]);
    let secret = rotated["client_secret"].as_str().unwrap().to_owned();
    assert!(rotated["old_secret_expires_at"].is_string());
    let third = desk.run(&["client", "rotate-secret", "web", "--keep-old", "24h"]);
    assert_eq!(third.status, 1);
    assert!(third.messages.contains("conflict"), "{}", third.messages);
    let unsure = desk.run(&["client", "rotate-secret", "web", "--keep-old", "0"]);
    assert_eq!(unsure.status, 2);
    let last = desk.json(&["client", "rotate-secret", "web", "--keep-old", "0", "--yes"]);
    assert_eq!(last.get("old_secret_expires_at"), None);
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "notes:read"),
    ];
    let with = |secret: &str| authly_testing::fixtures::TestClient {
        secret: Some(secret.to_owned()),
        ..client.clone()
    };
    let rp = desk.app.rp(&with(last["client_secret"].as_str().unwrap()));
    let _works = rp.token(&form).await.expect_tokens();
    let rp = desk.app.rp(&with(&secret));
    rp.token(&form).await.expect_error(401, "invalid_client");
    let wrong = desk.run(&["client", "rotate-secret", "web", "--keep-old", "soon"]);
    assert_eq!(wrong.status, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_disabled_enabled_and_gets_scopes_and_rights() {
    let desk = Desk::new().await;
    desk.app.client().id("robot").create().await;
    let off = desk.json(&["client", "disable", "robot", "--yes"]);
    assert_eq!(off["is_active"], false);
    assert_eq!(desk.json(&["client", "enable", "robot"])["is_active"], true);
    let scopes = [
        "client",
        "scopes",
        "robot",
        "openid notes:read",
        "--optional",
        "notes:read",
    ];
    let assigned = desk.json(&scopes);
    assert_eq!(assigned["scope"], "notes:read openid");
    assert_eq!(assigned["optional_scope"], "notes:read");
    let entitled = desk.json(&["client", "entitle", "robot", "admin:users:read"]);
    assert_eq!(
        entitled["entitled_admin_scopes"],
        json!(["admin:users:read"])
    );
    let none = desk.json(&["client", "entitle", "robot"]);
    assert_eq!(none["entitled_admin_scopes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_weakens_a_client_is_said() {
    let desk = Desk::new().await;
    let create = ["client", "create", "web", "--redirect-uri", URI];
    let weak = desk.run(&[&create[..], &["--require-consent", "false"]].concat());
    assert_eq!(weak.status, 0);
    assert!(
        weak.messages
            .starts_with("authly: warning: require_consent"),
        "{}",
        weak.messages
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_whose_answer_was_lost_is_shown_all_the_same() {
    let desk = Desk::losing("/secrets HTTP/1.1").await;
    let client = desk.app.client().id("web").create().await;
    let rotate = [
        "client",
        "rotate-secret",
        "web",
        "--keep-old",
        "1h",
        "--output",
        "json",
    ];
    let ended = desk.run(&rotate);
    assert_eq!(ended.status, 0, "{}", ended.messages);
    let rotated: serde_json::Value = serde_json::from_str(&ended.results).unwrap();
    assert_eq!(desk.app.stored().client_secrets_of("web").await, 2);
    let renewed = authly_testing::fixtures::TestClient {
        secret: rotated["client_secret"].as_str().map(str::to_owned),
        ..client
    };
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "notes:read"),
    ];
    let _works = desk.app.rp(&renewed).token(&form).await.expect_tokens();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_answer_was_lost_is_created_once_and_shown_with_its_secret() {
    let desk = Desk::losing("POST /admin/clients").await;
    let create = ["client", "create", "web", "--redirect-uri", URI];
    let created = desk.json(&create);
    assert!(created["client_secret"].is_string());
    assert_eq!(desk.app.stored().client_secrets_of("web").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_holds_is_listed_and_revoked() {
    let desk = Desk::new().await;
    let client = desk.app.client().id("web").create().await;
    let alice = desk.app.user("alice").create().await;
    desk.app
        .tokens(&client, &alice, "openid offline_access")
        .await;
    let grants = desk.json(&["client", "grants", "web", "--alive"]);
    assert_eq!(grants.as_array().unwrap().len(), 1);
    assert_eq!(grants[0]["user"]["username"], "alice");
    let revoke = ["client", "revoke", "web", "--yes"];
    let dry = desk.run(&[&revoke[..], &["--dry-run"]].concat());
    assert_eq!(dry.status, 0);
    assert!(dry.messages.contains("dry run"), "{}", dry.messages);
    let living = desk.json(&["client", "grants", "web", "--alive"]);
    assert_eq!(living.as_array().unwrap().len(), 1);
    let revoked = desk.run(&revoke);
    let said = "authly: revoked 1 grants of web, and 0 tokens of its own\n";
    assert_eq!((revoked.status, revoked.messages.as_str()), (0, said));
    let living = desk.json(&["client", "grants", "web", "--alive"]);
    assert_eq!(living.as_array().unwrap().len(), 0);
}
