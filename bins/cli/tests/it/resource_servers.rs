//! `authly resource-server …` against a server.

use authly_testing::answer::claims;
use pretty_assertions::assert_eq;

use crate::desk::Desk;

const NOUN: &str = "resource-server";
const API: &str = "https://notes.example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_server_is_created_shown_listed_updated_and_deleted() {
    let desk = Desk::new().await;
    let created = desk.json(&[NOUN, "create", API, "--name", "Notes"]);
    assert_eq!(
        (&created["version"], &created["open_to"]),
        (&1.into(), &"listed_clients".into())
    );
    assert_eq!(desk.json(&[NOUN, "show", API]), created);
    let id = created["id"].as_str().unwrap();
    for named in [id, "HTTPS://Notes.example.com/"] {
        assert_eq!(desk.json(&[NOUN, "show", named]), created);
    }
    let list = desk.result(&[NOUN, "list", "--search", "https:"]);
    assert_eq!(
        list,
        "RESOURCE                   NAME   OPEN TO         ACTIVE  MANAGED BY\n\
         https://notes.example.com  Notes  listed_clients  yes     -\n"
    );
    let updated = desk.json(&[NOUN, "update", API, "--open-to", "every-client"]);
    assert_eq!(updated["open_to"], "every_client");
    let nothing = desk.run(&[NOUN, "update", API]);
    assert_eq!(nothing.status, 2, "{}", nothing.messages);
    let dry = desk.json(&[NOUN, "disable", API, "--yes", "--dry-run"]);
    assert_eq!(dry["is_active"], false);
    assert_eq!(desk.json(&[NOUN, "show", API]), updated);
    let off = desk.json(&[NOUN, "disable", API, "--yes"]);
    assert_eq!(off["is_active"], false);
    assert_eq!(desk.json(&[NOUN, "enable", id])["is_active"], true);
    let again = desk.run(&[
        NOUN,
        "create",
        "HTTPS://Notes.example.com/",
        "--name",
        "Notes",
    ]);
    assert_eq!(again.status, 1);
    let said = again.messages;
    assert!(said.contains("already_exists"), "{said}");
    let deleted = desk.run(&[NOUN, "delete", API, "--yes"]);
    assert_eq!(
        deleted.messages,
        "authly: deleted the resource server https://notes.example.com\n"
    );
    let gone = desk.run(&[NOUN, "show", API]);
    assert_eq!((gone.status, gone.results.as_str()), (1, ""));
    let said = gone.messages;
    assert!(
        said.contains("there is no resource server https://notes.example.com"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_names_a_registered_one_gets_tokens_for_it() {
    let desk = Desk::new().await;
    let client = desk.app.client().id("web").create().await;
    let unknown = desk.run(&["client", "update", "web", "--resource", API]);
    assert_eq!(unknown.status, 1);
    let said = unknown.messages;
    assert!(said.contains("there is no resource server"), "{said}");
    desk.json(&[NOUN, "create", API, "--name", "Notes"]);
    desk.json(&["client", "update", "web", "--resource", API]);
    let form = [
        ("grant_type", "client_credentials"),
        ("resource", "https://NOTES.example.com/"),
    ];
    let tokens = desk.app.rp(&client).token(&form).await.expect_tokens();
    assert_eq!(claims(&tokens.access_token)["aud"], API);

    let refused = desk.run(&[NOUN, "delete", API, "--yes"]);
    assert_eq!(refused.status, 1);
    assert!(refused.messages.contains("in_use"), "{}", refused.messages);
    assert_eq!(
        desk.run(&[NOUN, "delete", API, "--yes", "--force"]).status,
        0
    );
    let left = desk.json(&["client", "show", "web"]);
    assert_eq!(left["resources"], serde_json::json!([]));
}
