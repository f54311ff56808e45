//! The network rule, changed while the server runs, and what keeps people from shutting themselves
//! out.

use std::collections::BTreeMap;

use authly_services::settings::SettingsChange;
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::Answer;
use authly_testing::rp::send;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use reqwest::Method;
use serde_json::{Value, json};

use super::{SETTINGS, change, of};

/// Two nodes behind a proxy on this machine.
async fn two_nodes() -> (TestApp, TestApp) {
    let setup = Setup::default().trusted_proxies(&["127.0.0.1"]);
    let app = setup.app().await;
    let other = app.another_node().await;
    (app, other)
}

/// Reads from an address, as the proxy says.
async fn from(caller: &AdminCaller, address: &str) -> Answer {
    let request = caller.request(Method::GET, "/admin/whoami");
    send(request.header("x-forwarded-for", address.to_owned())).await
}

async fn force(caller: &AdminCaller, values: Value) {
    let path = format!("{SETTINGS}?force=true");
    let answer = caller.patch(&path, &json!({"values": values})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn networks_are_opened_and_closed_on_every_node() {
    let (app, other) = two_nodes().await;
    let root = app.administrator("root").await;
    let elsewhere = other.admin_with(&root.token);
    let addresses = ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8::7"];
    for address in addresses {
        from(&root, address)
            .await
            .expect_problem(403, "address_not_allowed");
    }
    let networks = json!(["127.0.0.0/8", "203.0.113.0/24", "2001:db8::/32"]);
    change(&root, json!({"admin.allowed_networks": networks})).await;
    other.deps.live_settings.refresh().await.unwrap();
    for caller in [&root, &elsewhere] {
        for address in addresses {
            assert_eq!(from(caller, address).await.status, 200, "{address}");
        }
        let outside = from(caller, "203.0.114.7").await;
        outside.expect_problem(403, "address_not_allowed");
    }
    let list = change(&root, json!({"admin.allowed_networks": null})).await;
    let networks = &of(&list, "admin.allowed_networks")["value"];
    assert_eq!(networks, &json!(["127.0.0.0/8", "::1/128"]));
    other.deps.live_settings.refresh().await.unwrap();
    for caller in [&root, &elsewhere] {
        let outside = from(caller, "203.0.113.7").await;
        outside.expect_problem(403, "address_not_allowed");
    }
}

#[tokio::test]
async fn nobody_shuts_themselves_out_by_accident() {
    let (app, _other) = two_nodes().await;
    let root = app.administrator("root").await;
    for values in [
        json!({"admin.allowed_networks": ["203.0.113.0/24"]}),
        json!({"admin.allowed_networks": []}),
        json!({"admin.enabled": false}),
    ] {
        let body = json!({"values": values});
        let refused = root.patch(SETTINGS, &body).await;
        refused.expect_problem(409, "conflict");
        let tried = root.patch("/admin/settings?dry_run=true", &body).await;
        tried.expect_problem(409, "conflict");
    }
    assert_eq!(root.get(SETTINGS).await.json()["version"], 0);
}

#[tokio::test]
async fn a_rule_that_shuts_everybody_out_is_mended_on_the_servers_machine() {
    let (app, other) = two_nodes().await;
    let root = app.administrator("root").await;
    let elsewhere = other.admin_with(&root.token);
    force(&root, json!({"admin.allowed_networks": ["203.0.113.0/24"]})).await;
    other.deps.live_settings.refresh().await.unwrap();
    for caller in [&root, &elsewhere] {
        let refused = caller.get(SETTINGS).await;
        refused.expect_problem(403, "address_not_allowed");
    }
    let change = SettingsChange {
        values: BTreeMap::from([("admin.allowed_networks".to_owned(), None)]),
        ..SettingsChange::default()
    };
    let mended = other.deps.live_settings.change_from_own_machine(&change);
    mended.await.unwrap();
    app.deps.live_settings.refresh().await.unwrap();
    for caller in [&root, &elsewhere] {
        assert_eq!(caller.get(SETTINGS).await.status, 200);
    }
}

#[tokio::test]
async fn the_api_is_switched_off_on_every_node_and_on_again_from_the_servers_machine() {
    let (app, other) = two_nodes().await;
    let root = app.administrator("root").await;
    let elsewhere = other.admin_with(&root.token);
    force(&root, json!({"admin.enabled": false})).await;
    other.deps.live_settings.refresh().await.unwrap();
    for caller in [&root, &elsewhere] {
        let refused = caller.get(SETTINGS).await;
        refused.expect_problem(503, "admin_api_disabled");
    }
    let on = SettingsChange {
        values: BTreeMap::from([("admin.enabled".to_owned(), Some(json!(true)))]),
        ..SettingsChange::default()
    };
    let mended = app.deps.live_settings.change_from_own_machine(&on);
    let list = mended.await.unwrap();
    other.deps.live_settings.refresh().await.unwrap();
    for caller in [&root, &elsewhere] {
        assert_eq!(caller.get(SETTINGS).await.status, 200);
    }
    assert_eq!(list.version, 2);
    // Nobody is named who changed it there.
    let list = root.get(SETTINGS).await.json();
    assert_eq!(of(&list, "admin.enabled")["changed_by"], json!({}));
}
