//! `authly scope …` against a server.

use pretty_assertions::assert_eq;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_is_created_shown_listed_updated_and_deleted() {
    let desk = Desk::new().await;
    let name = "https://api.example.com/notes";
    let created = desk.json(&["scope", "create", name, "--description", "Read notes"]);
    assert_eq!(created["version"], 1);
    assert_eq!(desk.json(&["scope", "show", name]), created);
    let list = desk.result(&["scope", "list", "--search", "https:"]);
    assert_eq!(
        list,
        "NAME                           DESCRIPTION  DEFAULT  ACTIVE  MANAGED BY\n\
         https://api.example.com/notes  Read notes   no       yes     -\n"
    );
    let updated = desk.json(&["scope", "update", name, "--default", "true"]);
    assert_eq!(updated["is_default"], true);
    let off = desk.json(&["scope", "disable", name, "--yes"]);
    assert_eq!(off["is_active"], false);
    assert_eq!(desk.json(&["scope", "enable", name])["is_active"], true);
    let sheet = desk.result(&["scope", "show", name]);
    assert!(sheet.contains("in use       no\n"), "{sheet}");
    let again = desk.run(&["scope", "create", name, "--description", "Read notes"]);
    assert_eq!(again.status, 1);
    assert!(
        again.messages.contains("already_exists"),
        "{}",
        again.messages
    );
    assert_eq!(desk.run(&["scope", "delete", name, "--yes"]).status, 0);
    let gone = desk.run(&["scope", "show", name, "--output", "yaml"]);
    assert_eq!((gone.status, gone.results.as_str()), (1, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_in_use_is_deleted_by_force_alone() {
    let desk = Desk::new().await;
    desk.app.client().id("web").create().await;
    let refused = desk.run(&["scope", "delete", "notes:read", "--yes"]);
    assert_eq!(refused.status, 1);
    assert!(refused.messages.contains("in_use"), "{}", refused.messages);
    let forced = desk.run(&["scope", "delete", "notes:read", "--yes", "--force"]);
    assert_eq!(forced.messages, "authly: deleted the scope notes:read\n");
}
