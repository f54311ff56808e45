//! What `authly export` writes, as a configuration.

use pretty_assertions::assert_eq;

use super::{Folder, WHOLE, apply, client};
use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_applies_as_it_is_and_elsewhere_too() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("shop.yaml", WHOLE)]);
    assert_eq!(
        desk.run(&["apply", "-f", &folder.path("shop.yaml"), "--yes"])
            .status,
        0
    );
    desk.result(&["scope", "create", "by-hand", "--description", "By hand"]);
    desk.result(&["scope", "disable", "by-hand", "--yes"]);

    for format in ["yaml", "toml"] {
        let exported = desk.run(&["export", "--format", format, "--name", "shop"]);
        assert_eq!(exported.status, 0, "{}", exported.messages);
        for text in ["authly_cs_", "client_secret:", "client_secret ="] {
            assert!(!exported.results.contains(text), "{}", exported.results);
        }
        let name = format!("exported.{format}");
        folder.write(&name, &exported.results);
        let here = desk.run(&["apply", "-f", &folder.path(&name), "--dry-run"]);
        assert_eq!(here.status, 5, "{}", here.messages);
        let only = "~ scope by-hand\n    managed_by: - -> shop\n\
                    ~ client console\n    managed_by: - -> shop\n0 to create, 2 to change";
        assert!(here.results.starts_with(only), "{}", here.results);

        let elsewhere = Desk::new().await;
        let applied = elsewhere.run(&["apply", "-f", &folder.path(&name), "--yes"]);
        assert_eq!(applied.status, 0, "{}", applied.messages);
        let shown = |desk: &Desk| {
            let mut shop = client(desk, "shop");
            for member in ["id", "created_at", "updated_at", "secrets", "version"] {
                shop.as_object_mut().unwrap().remove(member);
            }
            shop
        };
        assert_eq!(shown(&elsewhere), shown(&desk));
        assert_eq!(
            elsewhere.json(&["scope", "show", "by-hand"])["is_active"],
            false
        );
        let again = elsewhere.run(&["apply", "-f", &folder.path(&name), "--dry-run"]);
        assert_eq!(again.status, 0, "{}", again.results);
    }
}

/// A change by hand of something that was empty or as usual, and the line that a plan has for it.
const BY_HAND: [(&[&str], &str); 7] = [
    (
        &["client", "entitle", "robot", "admin:users:read"],
        "entitled_admin_scopes: [admin:users:read] -> []",
    ),
    (
        &["client", "disable", "shop", "--yes"],
        "is_active: false -> true",
    ),
    (
        &["scope", "disable", "orders:read", "--yes"],
        "is_active: false -> true",
    ),
    (
        &["client", "update", "shop", "--access-token-lifetime", "60"],
        "access_token_lifetime: 60 -> -",
    ),
    (
        &[
            "client",
            "update",
            "robot",
            "--jwks-uri",
            "https://robot.example/keys",
        ],
        "jwks_uri: https://robot.example/keys -> -",
    ),
    (
        &["client", "update", "robot", "--scope", "orders:read"],
        "scope: orders:read -> \"\"",
    ),
    (
        &[
            "client",
            "update",
            "shop",
            "--logout-uri",
            "https://shop.example.com/bye",
        ],
        "post_logout_redirect_uris: [https://shop.example.com/bye] -> []",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_finds_what_was_empty_and_is_changed_by_hand() {
    let folder = Folder::of(&[(
        "shop.yaml",
        "scopes:
  - {name: orders:read, description: See your orders}
clients:
  - client_id: shop
    redirect_uris: [https://shop.example.com/callback]
    scope: openid
  - {client_id: robot, grant_types: [client_credentials]}
",
    )]);
    for (arguments, line) in BY_HAND {
        let desk = Desk::new().await;
        apply(&desk, &folder.path("shop.yaml"));
        let exported = desk.run(&["export"]);
        folder.write("exported.yaml", &exported.results);
        let file = folder.path("exported.yaml");
        apply(&desk, &file);
        let ended = desk.run(arguments);
        assert_eq!(ended.status, 0, "{}", ended.messages);

        let drift = desk.run(&["apply", "-f", &file, "--dry-run"]);
        assert_eq!(drift.status, 5, "{arguments:?}: {}", drift.results);
        assert!(drift.results.contains(line), "{line}: {}", drift.results);
        apply(&desk, &file);
        let again = desk.run(&["apply", "-f", &file, "--dry-run"]);
        assert_eq!(again.status, 0, "{arguments:?}: {}", again.results);
    }
}
