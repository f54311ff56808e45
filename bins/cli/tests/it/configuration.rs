//! `authly apply`, `authly export` and `authly schema` against a server.

mod exported;
mod refused;
mod servers;

use std::fs;
use std::path::Path;

use authly_testing::rp::http_client;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::desk::Desk;
use crate::program::end_of;
use crate::terminal::Terminal;

const WHOLE: &str = r"
configuration: shop
scopes:
  - name: orders:read
    description: See your orders
  - name: orders:write
    description: Place orders
    is_default: true
clients:
  - client_id: shop
    client_name: The shop
    redirect_uris: [https://shop.example.com/callback]
    grant_types: [authorization_code, refresh_token]
    scope: openid profile orders:read orders:write
    optional_scope: orders:write
    access_token_lifetime: 300
  - client_id: robot
    grant_types: [client_credentials]
    scope: orders:read
    entitled_admin_scopes: [admin:users:read]
settings:
  tokens.code_lifetime: 30s
";

/// A folder with files of a configuration.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
}

/// What a plan says, as `action kind name`.
pub(crate) fn actions(outcome: &Value) -> Vec<String> {
    let changes = outcome["changes"].as_array().unwrap().iter();
    let word = |thing: &Value, name| thing[name].as_str().unwrap().to_owned();
    changes
        .map(|thing| {
            let words = ["action", "kind", "name"].map(|name| word(thing, name));
            words.join(" ")
        })
        .collect()
}

/// The old and the new value of a member of the first thing that changes.
fn change(outcome: &Value, field: &str) -> (Value, Value) {
    let changes = outcome["changes"][0]["changes"].as_array().unwrap();
    let found = changes.iter().find(|change| change["field"] == field);
    let found = found.unwrap_or_else(|| panic!("{field} does not change: {outcome}"));
    (found["old"].clone(), found["new"].clone())
}

/// Applies a file, which succeeds.
#[track_caller]
fn apply(desk: &Desk, file: &str) {
    let ended = desk.run(&["apply", "-f", file, "--yes"]);
    assert_eq!(ended.status, 0, "{}", ended.messages);
}

fn client(desk: &Desk, client_id: &str) -> Value {
    desk.json(&["client", "show", client_id])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_shown_applied_once_and_then_nothing_changes() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("shop.yaml", WHOLE)]);
    let file = folder.path("shop.yaml");
    let before = desk.app.stored().registry().await;

    let tried = desk.run(&["apply", "-f", &file, "--dry-run"]);
    assert_eq!(tried.status, 5, "{}", tried.messages);
    for line in [
        "+ scope orders:read\n    description: See your orders\n",
        "+ client shop\n",
        "    client_name: The shop\n",
        "+ client robot\n",
        "    entitled_admin_scopes: [admin:users:read]\n",
        "~ setting tokens.code_lifetime\n    value: 1m -> 30s\n",
        "4 to create, 1 to change, 0 to remove, 0 unchanged\n",
    ] {
        assert!(tried.results.contains(line), "{line}: {}", tried.results);
    }
    assert_eq!(desk.app.stored().registry().await, before);

    let applied = desk.run(&["apply", "-f", &file, "--yes"]);
    assert_eq!(applied.status, 0, "{}", applied.messages);
    assert!(applied.messages.contains("applied the configuration shop"));
    for name in ["shop", "robot"] {
        let line = format!("secret of {name}: authly_cs_");
        assert_eq!(applied.results.matches(&line).count(), 1, "{name}");
    }
    let shop = client(&desk, "shop");
    assert_eq!(shop["managed_by"], "shop");
    assert_eq!(shop["scope"], "openid orders:read orders:write profile");
    assert_eq!(shop["access_token_lifetime"], 300);
    let robot = client(&desk, "robot");
    assert_eq!(robot["entitled_admin_scopes"], json!(["admin:users:read"]));
    assert_eq!(robot["scope"], "admin:users:read orders:read");
    let setting = desk.json(&["settings", "show", "tokens.code_lifetime"]);
    assert_eq!(
        (&setting["value"], &setting["managed_by"]),
        (&json!("30s"), &json!("shop"))
    );

    let before = desk.app.stored().registry().await;
    let again = desk.json(&["apply", "-f", &file, "--yes"]);
    assert_eq!(actions(&again), Vec::<String>::new());
    assert_eq!(again["unchanged"], 5);
    assert_eq!(desk.run(&["apply", "-f", &file, "--dry-run"]).status, 0);
    assert_eq!(desk.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_is_warned_of_found_and_undone() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("shop.yaml", WHOLE)]);
    let file = folder.path("shop.yaml");
    apply(&desk, &file);

    for (arguments, thing) in [
        (
            &["client", "update", "shop", "--name", "Mine"][..],
            "client shop",
        ),
        (&["client", "disable", "robot", "--yes"], "client robot"),
        (
            &["scope", "update", "orders:read", "--description", "All"],
            "scope orders:read",
        ),
        (
            &["settings", "set", "tokens.code_lifetime=40s"],
            "setting tokens.code_lifetime",
        ),
    ] {
        let ended = desk.run(arguments);
        assert_eq!(ended.status, 0, "{}", ended.messages);
        let warning = format!("warning: the {thing} is managed by the configuration shop");
        assert!(ended.messages.contains(&warning), "{}", ended.messages);
    }
    let shown = desk.run(&["client", "show", "shop"]);
    assert_eq!(shown.messages, "");
    assert!(
        shown.results.contains("managed by        shop\n"),
        "{}",
        shown.results
    );

    let drift = desk.run(&["apply", "-f", &file, "--dry-run", "--output", "json"]);
    assert_eq!(drift.status, 5);
    let drift: Value = serde_json::from_str(&drift.results).unwrap();
    let expected = [
        "change scope orders:read",
        "change client shop",
        "change setting tokens.code_lifetime",
    ];
    // Whether a client is enabled is said by no file here, so that it stays as it is.
    assert_eq!(actions(&drift), expected);
    assert_eq!(
        change(&drift, "description"),
        (json!("All"), json!("See your orders"))
    );
    apply(&desk, &file);
    assert_eq!(client(&desk, "shop")["client_name"], "The shop");
    assert_eq!(desk.run(&["apply", "-f", &file, "--dry-run"]).status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn prune_removes_what_the_configuration_made_and_nothing_else() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("shop.yaml", WHOLE)]);
    let file = folder.path("shop.yaml");
    apply(&desk, &file);
    desk.result(&[
        "client",
        "create",
        "by-hand",
        "--redirect-uri",
        "https://a.example/cb",
    ]);
    folder.write(
        "other.yaml",
        "configuration: other\nscopes:\n  - {name: theirs, description: x}\n",
    );
    assert_eq!(
        desk.run(&["apply", "-f", &folder.path("other.yaml"), "--yes"])
            .status,
        0
    );

    // The client that stays may still ask for the scope: that is found before anything happens.
    folder.write(
        "shop.yaml",
        "configuration: shop\nclients:\n  - {client_id: shop}\n",
    );
    let before = desk.app.stored().registry().await;
    let refused = desk.run(&["apply", "-f", &file, "--prune", "--yes"]);
    refused.expect_failure(1, "it cannot be removed: the client shop may ask for it");
    assert_eq!(desk.app.stored().registry().await, before);

    folder.write(
        "shop.yaml",
        "configuration: shop\nclients:\n  - {client_id: shop, scope: openid, optional_scope: ''}\n",
    );
    let kept = desk.json(&["apply", "-f", &file, "--yes"]);
    assert_eq!(actions(&kept), ["change client shop"]);
    let pruned = desk.json(&["apply", "-f", &file, "--prune", "--yes"]);
    let expected = [
        "remove setting tokens.code_lifetime",
        "remove client robot",
        "remove scope orders:read",
        "remove scope orders:write",
    ];
    assert_eq!(actions(&pruned), expected);
    let names: Vec<_> = desk
        .json(&["client", "list"])
        .as_array()
        .unwrap()
        .iter()
        .map(|client| client["client_id"].as_str().unwrap().to_owned())
        .filter(|name| name != "console")
        .collect();
    assert_eq!(names, ["by-hand", "shop"]);
    assert_eq!(
        desk.json(&["scope", "show", "theirs"])["managed_by"],
        "other"
    );
    let setting = desk.json(&["settings", "show", "tokens.code_lifetime"]);
    assert_eq!(setting["source"], "default");
    let again = desk.json(&["apply", "-f", &file, "--prune", "--yes"]);
    assert_eq!(actions(&again), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_comes_from_where_the_file_says_and_is_nowhere_to_be_seen() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[
        (
            "a.yaml",
            "clients:\n  - client_id: one\n    grant_types: [client_credentials]\n    \
             client_secret: {env: SECRET_OF_ONE}\n",
        ),
        (
            "b.toml",
            "[[clients]]\nclient_id = \"two\"\ngrant_types = [\"client_credentials\"]\n\
             client_secret = { file = \"secret\", old_secret_valid_for = 3600 }\n",
        ),
        ("secret", "second-secret-0123456789-0123456789\n"),
    ]);
    let first = "first-secret-0123456789-0123456789-x";
    let run = |secret: &str| {
        let mut command = desk.command(&["apply", "-f", &folder.path("."), "--yes"]);
        command.env("SECRET_OF_ONE", secret);
        tokio::task::block_in_place(|| end_of(&mut command))
    };
    let applied = run(first);
    assert_eq!(applied.status, 0, "{}", applied.messages);
    let said = format!("{}{}", applied.results, applied.messages);
    assert!(
        said.contains("client_secret: the one in the variable SECRET_OF_ONE"),
        "{said}"
    );
    for text in ["first-secret", "second-secret", "authly_cs_"] {
        assert!(!said.contains(text), "{said}");
    }
    for (id, secret) in [
        ("one", first),
        ("two", "second-secret-0123456789-0123456789"),
    ] {
        assert!(is_accepted(&desk, id, secret).await, "{id}");
    }
    assert!(
        run(first)
            .results
            .ends_with("0 to change, 0 to remove, 2 unchanged\n")
    );

    // Another secret replaces the first at once; the second stays for as long as is said.
    folder.write("secret", "other-secret-of-two-0123456789-012345\n");
    let other = "other-secret-of-one-0123456789-012345";
    let rotated = run(other);
    assert!(
        rotated.results.contains("2 to change"),
        "{}",
        rotated.messages
    );
    assert!(!is_accepted(&desk, "one", first).await);
    assert!(is_accepted(&desk, "one", other).await);
    assert!(is_accepted(&desk, "two", "second-secret-0123456789-0123456789").await);
    assert!(is_accepted(&desk, "two", "other-secret-of-two-0123456789-012345").await);
    assert!(run(other).results.ends_with("2 unchanged\n"));
}

async fn is_accepted(desk: &Desk, client_id: &str, secret: &str) -> bool {
    let call = http_client()
        .post(desk.app.url("/api/v1/oauth/token"))
        .basic_auth(client_id, Some(secret))
        .form(&[("grant_type", "client_credentials")]);
    let status = call.send().await.unwrap().status().as_u16();
    assert!([200, 401].contains(&status), "{status}");
    status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_at_a_terminal_is_asked() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("a.yaml", "scopes:\n  - {name: s, description: S}\n")]);
    let file = folder.path("a.yaml");
    let apply = || desk.command(&["apply", "-f", &file]);
    let nobody = desk.run(&["apply", "-f", &file]);
    assert_eq!(nobody.status, 2);
    assert!(
        nobody.messages.contains("Nobody can be asked here"),
        "{}",
        nobody.messages
    );

    let answered = |answer: &str| {
        tokio::task::block_in_place(|| {
            let mut terminal = Terminal::start(apply());
            let shown = terminal.read("Make these changes for the configuration default? [y/N]");
            assert!(shown.contains("+ scope s"), "{shown}");
            terminal.write(answer);
            terminal.end()
        })
    };
    assert_eq!(answered("n").0, 1);
    assert_eq!(desk.run(&["scope", "show", "s"]).status, 1);
    assert_eq!(answered("y").0, 0);
    assert_eq!(desk.json(&["scope", "show", "s"])["managed_by"], "default");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_somebody_else_is_not_lost_and_applying_again_does_the_rest() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("shop.yaml", WHOLE)]);
    let file = folder.path("shop.yaml");
    apply(&desk, &file);
    folder.write(
        "shop.yaml",
        &WHOLE
            .replace(
                "\nscopes:",
                "\nscopes:\n  - {name: extra, description: More}",
            )
            .replace("See your", "Look at your")
            .replace("The shop", "A shop")
            .replace("30s", "50s"),
    );
    // Between the plan and the answer, somebody changes the client.
    let ended = tokio::task::block_in_place(|| {
        let mut terminal = Terminal::start(desk.command(&["apply", "-f", &file]));
        terminal.read("[y/N]");
        let other = ["client", "update", "shop", "--access-token-lifetime", "60"];
        assert_eq!(desk.run(&other).status, 0);
        terminal.write("y");
        terminal.end()
    });
    assert_eq!(ended.0, 1, "{}", ended.1);
    assert!(ended.1.contains("version_mismatch"), "{}", ended.1);
    assert!(
        ended.1.contains("at the client shop, after 1 of 4 steps"),
        "{}",
        ended.1
    );
    let shop = client(&desk, "shop");
    assert_eq!(
        (&shop["client_name"], &shop["access_token_lifetime"]),
        (&json!("The shop"), &json!(60))
    );
    assert_eq!(
        desk.json(&["scope", "show", "orders:read"])["description"],
        "See your orders"
    );

    assert_eq!(desk.json(&["scope", "show", "extra"])["managed_by"], "shop");

    let rest = desk.json(&["apply", "-f", &file, "--yes"]);
    assert_eq!(
        actions(&rest),
        [
            "change scope orders:read",
            "change client shop",
            "change setting tokens.code_lifetime"
        ]
    );
    assert_eq!(rest["steps_done"], 3);
    assert_eq!(client(&desk, "shop")["client_name"], "A shop");
}

#[test]
fn the_schema_in_the_docs_is_the_one_of_the_program() {
    let mut command = crate::program::authly(&["schema"]);
    let printed = end_of(&mut command);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/config-as-code.schema.json");
    let kept = fs::read_to_string(path).unwrap();
    assert_eq!(
        printed.results, kept,
        "make it anew: authly schema > docs/config-as-code.schema.json"
    );
    let schema: Value = serde_json::from_str(&kept).unwrap();
    let client = &schema["properties"]["clients"]["items"];
    assert_eq!(client["additionalProperties"], false);
    assert_eq!(client["required"], json!(["client_id"]));
    for member in [
        "client_secret",
        "redirect_uris",
        "entitled_admin_scopes",
        "is_active",
    ] {
        assert!(client["properties"][member].is_object(), "{member}");
    }
    assert_eq!(client["properties"].get("managed_by"), None);
}
