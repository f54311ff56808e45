//! The settings about clients that register themselves, each seen on two nodes.

use std::time::Duration;

use authly_domain::registration::RegistrationMode;
use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::policies::Policies;
use authly_testing::rp::{http_client, send};
use serde_json::json;

use super::effects::World;

/// Registers a client without a token.
async fn register(node: &TestApp) -> Answer {
    let said = json!({ "redirect_uris": ["https://app.example/callback"] });
    let place = node.url("/api/v1/oauth/register");
    send(http_client().post(place).json(&said)).await
}

const fn open(policies: &mut Policies) {
    policies.registration.mode = RegistrationMode::Open;
}

#[tokio::test]
async fn those_register_clients_whom_the_setting_lets() {
    let see = async |node: &TestApp, _world: &World| register(node).await.status;
    let value = json!({"registration.mode": "token"});
    let usual = World::new(|_policies| {}).await;
    usual.holds((403, 401), value, see).await;
    let value = json!({"registration.mode": "closed"});
    World::new(open).await.holds((201, 403), value, see).await;
}

#[tokio::test]
async fn who_has_no_token_gets_the_scope_of_the_setting() {
    let see = async |node: &TestApp, _world: &World| register(node).await.json()["scope"].clone();
    let scopes = (json!("email openid profile"), json!("openid"));
    let value = json!({"registration.open_scope": ["openid"]});
    World::new(open).await.holds(scopes, value, see).await;
}

#[tokio::test]
async fn one_address_registers_as_many_clients_as_the_setting_says() {
    let see = async |node: &TestApp, _world: &World| register(node).await.status;
    let value = json!({"registration.open_per_address": 2});
    World::new(open).await.holds((201, 429), value, see).await;
}

#[tokio::test]
async fn as_many_clients_register_without_a_token_as_the_setting_says() {
    let see = async |node: &TestApp, _world: &World| register(node).await.status;
    let value = json!({"registration.open_clients": 2});
    World::new(open).await.holds((201, 503), value, see).await;
}

#[tokio::test]
async fn an_unused_client_stays_as_long_as_the_setting_says() {
    let see = async |node: &TestApp, world: &World| {
        let client = register(node).await.json();
        node.advance(Duration::from_hours(49));
        world.app.database().make_jobs_due().await;
        for report in node.jobs.run_due().await.unwrap() {
            report.result.unwrap();
        }
        let own = client["registration_client_uri"].as_str().unwrap();
        let token = client["registration_access_token"].as_str().unwrap();
        send(http_client().get(own).bearer_auth(token)).await.status
    };
    let value = json!({"registration.unused_lifetime": "2d"});
    World::new(open).await.holds((200, 401), value, see).await;
}
