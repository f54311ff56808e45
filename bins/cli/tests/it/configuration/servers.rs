//! Resource servers as code.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{Folder, actions, apply, client};
use crate::desk::Desk;

const API: &str = "https://orders.example.com";

const SERVERS: &str = r"
configuration: shop
resource_servers:
  - resource: https://orders.example.com
    name: Orders
  - resource: https://tools.example.com/mcp
    name: Tools
    open_to: every_client
    is_active: false
clients:
  - client_id: robot
    grant_types: [client_credentials]
    scope: openid
    resources: [https://orders.example.com]
    default_audience: [https://orders.example.com]
";

const NONE: &str = "configuration: shop\n";

#[tokio::test(flavor = "multi_thread")]
async fn they_come_before_the_clients_that_name_them() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("shop.yaml", SERVERS)]);
    let file = folder.path("shop.yaml");
    let tried = desk.run(&["apply", "-f", &file, "--dry-run"]);
    assert_eq!(tried.status, 5, "{}", tried.messages);
    let line =
        "+ resource server https://orders.example.com\n    managed_by: shop\n    name: Orders\n";
    assert!(tried.results.contains(line), "{}", tried.results);
    let line = "    resources: [https://orders.example.com]\n";
    assert!(tried.results.contains(line), "{}", tried.results);
    apply(&desk, &file);
    let robot = client(&desk, "robot");
    assert_eq!(
        (&robot["resources"], &robot["default_audience"]),
        (&json!([API]), &json!([API]))
    );
    let tools = desk.json(&["resource-server", "show", "https://tools.example.com/mcp"]);
    assert_eq!(
        (&tools["is_active"], &tools["managed_by"]),
        (&json!(false), &json!("shop"))
    );
    assert_eq!(tools["open_to"], "every_client");
    assert_eq!(desk.run(&["apply", "-f", &file, "--dry-run"]).status, 0);

    let by_hand = desk.run(&[
        "resource-server",
        "update",
        API,
        "--open-to",
        "every-client",
    ]);
    let warning = "warning: the resource server https://orders.example.com is managed by the \
                   configuration shop";
    assert!(by_hand.messages.contains(warning), "{}", by_hand.messages);
    // The file does not say it, so that it stays.
    assert_eq!(desk.run(&["apply", "-f", &file, "--dry-run"]).status, 0);
    let said = SERVERS.replace("name: Orders", "name: Orders\n    open_to: listed_clients");
    folder.write("shop.yaml", &said);
    let outcome = desk.json(&["apply", "-f", &file, "--yes"]);
    assert_eq!(actions(&outcome), [format!("change resource server {API}")]);
    let orders = desk.json(&["resource-server", "show", API]);
    assert_eq!(orders["open_to"], "listed_clients");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_a_client_still_names_is_not_pruned_and_goes_with_the_client() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("shop.yaml", SERVERS)]);
    let file = folder.path("shop.yaml");
    apply(&desk, &file);
    let (_, clients) = SERVERS.split_at(SERVERS.find("clients:\n").unwrap());
    folder.write("shop.yaml", &format!("{NONE}{clients}"));
    let before = desk.app.stored().registry().await;
    let refused = desk.run(&["apply", "-f", &file, "--prune", "--yes"]);
    assert_eq!(refused.status, 1);
    let why = "it cannot be removed: the client robot names it";
    assert!(refused.messages.contains(why), "{}", refused.messages);
    let spelled = clients.replace("https://orders.example.com", "HTTPS://Orders.example.com/");
    folder.write("shop.yaml", &format!("{NONE}{spelled}"));
    let refused = desk.run(&["apply", "-f", &file, "--prune", "--yes"]);
    assert_eq!(refused.status, 1);
    assert!(refused.messages.contains(why), "{}", refused.messages);
    assert_eq!(desk.app.stored().registry().await, before);
    folder.write("shop.yaml", NONE);
    let outcome = desk.json(&["apply", "-f", &file, "--prune", "--yes"]);
    assert_eq!(
        actions(&outcome),
        [
            "remove client robot".to_owned(),
            format!("remove resource server {API}"),
            "remove resource server https://tools.example.com/mcp".to_owned(),
        ]
    );
    let left = desk.json(&["resource-server", "list"]);
    assert_eq!(left, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_applies_elsewhere() {
    let desk = Desk::new().await;
    let folder = Folder::of(&[("shop.yaml", SERVERS)]);
    apply(&desk, &folder.path("shop.yaml"));
    for (name, notation) in [("out.yaml", "yaml"), ("out.toml", "toml")] {
        let exported = desk.run(&["export", "--format", notation]);
        assert_eq!(exported.status, 0, "{}", exported.messages);
        folder.write(name, &exported.results);
        let elsewhere = Desk::new().await;
        apply(&elsewhere, &folder.path(name));
        let (here, there) = (
            desk.json(&["resource-server", "list"]),
            elsewhere.json(&["resource-server", "list"]),
        );
        for member in ["resource", "name", "open_to", "is_active"] {
            assert_eq!(here[0][member], there[0][member], "{member}");
            assert_eq!(here[1][member], there[1][member], "{member}");
        }
        assert_eq!(client(&elsewhere, "robot")["resources"], json!([API]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_none_can_be_is_named_with_its_place_and_nothing_changes() {
    let desk = Desk::new().await;
    let wrong = r"
resource_servers:
  - resource: orders
    name: Orders
  - resource: https://a.example.com
  - resource: https://b.example.com
    name: B
    open_to: everybody
clients:
  - client_id: robot
    grant_types: [client_credentials]
    scope: openid
    resources: [https://nowhere.example.com]
";
    let folder = Folder::of(&[("shop.yaml", wrong)]);
    let before = desk.app.stored().registry().await;
    let refused = desk.run(&["apply", "-f", &folder.path("shop.yaml"), "--yes"]);
    assert_eq!(refused.status, 1);
    for line in [
        "resource_servers[0].resource: a resource is an absolute URI without a fragment",
        "resource_servers[1].name: it is missing, and the resource server is not there yet",
        "resource_servers[2].open_to: ",
        "clients[0].resources: there is no resource server https://nowhere.example.com",
    ] {
        assert!(
            refused.messages.contains(line),
            "{line}: {}",
            refused.messages
        );
    }
    assert_eq!(desk.app.stored().registry().await, before);
}
