//! What ends when a client is disabled or deleted.

use std::collections::BTreeSet;

use authly_domain::grants::NotAlive;
use authly_services::clients::{ClientAdminError, ClientAuthError, RefusedClient};
use authly_services::tokens::TokenError;
use authly_testing::TestServices;
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;

use super::{aim, machine, person};
use crate::flow;

/// A client with everything that it can hold, and another that stays as it is.
struct Town {
    services: TestServices,
    client: TestClient,
    refresh: String,
    access: Vec<String>,
    code: flow::Code,
    /// Introspects: the resource server of the client's tokens.
    api: authly_services::clients::AuthenticatedClient,
    other: TestClient,
}

const API: &str = "https://api.example.com/";

impl Town {
    async fn found() -> Self {
        let services = TestServices::start().await;
        let audience = |client: &mut authly_domain::clients::Client| {
            client.default_audience = vec![API.parse().unwrap()];
        };
        let client = services.client().with(audience).create().await;
        let other = services.client().id("other").create().await;
        let api = services.client().id("api").resources(&[API]);
        let api = api.create().await;
        let alice = services.user("alice").create().await;
        let rp = flow::authenticated(&services, &client).await;
        let tokens = flow::tokens(&services, &client, &alice, "openid offline_access").await;
        let own = flow::own_token(&services, &rp).await.unwrap();
        let browser = flow::logged_in(&services, &alice).await;
        flow::tokens(&services, &other, &alice, "openid offline_access").await;
        Self {
            refresh: flow::refresh_token(&tokens).to_owned(),
            access: [&tokens, &own]
                .map(|one| one.access_token.expose().to_owned())
                .to_vec(),
            code: flow::code_from(&services, &client, &browser, "openid").await,
            api: flow::authenticated(&services, &api).await,
            services,
            client,
            other,
        }
    }

    async fn active_tokens(&self) -> usize {
        let mut active = 0;
        for token in &self.access {
            active += usize::from(flow::is_active(&self.services, &self.api, token).await);
        }
        active
    }
}

#[tokio::test]
async fn a_disabled_client_ends_everything_at_once_and_for_good() {
    let town = Town::found().await;
    let (services, by) = (&town.services, person(&town.services));
    let rp = flow::authenticated(services, &town.client).await;
    assert_eq!(town.active_tokens().await, 2);
    let registry = &services.deps.client_admin;
    let aim = aim(town.client.record.key, &by);

    let disabled = registry.disable(aim).await.unwrap();
    assert!(!disabled.client.is_active);
    assert_eq!(town.active_tokens().await, 0);
    let refused = flow::own_token(services, &rp).await.unwrap_err();
    let inactive = TokenError::Client(ClientAuthError::from(RefusedClient::Inactive));
    assert_eq!(format!("{refused:?}"), format!("{inactive:?}"));
    flow::refresh(services, &rp, &town.refresh)
        .await
        .unwrap_err();
    flow::redeem(services, &rp, &town.code).await.unwrap_err();

    // Nothing comes back with the client.
    let enabled = registry.enable(aim).await.unwrap();
    assert!(enabled.client.is_active);
    assert_eq!(town.active_tokens().await, 0);
    let rp = flow::authenticated(services, &town.client).await;
    flow::refresh(services, &rp, &town.refresh)
        .await
        .unwrap_err();
    flow::redeem(services, &rp, &town.code).await.unwrap_err();
    flow::own_token(services, &rp).await.unwrap();
    // The other client has kept everything.
    let left = services
        .stored()
        .unspent_refresh_tokens_of(&town.other.id)
        .await;
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn to_disable_or_enable_again_changes_nothing() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let (registry, by) = (&services.deps.client_admin, person(&services));
    let aim = aim(client.record.key, &by);
    let enabled = registry.enable(aim).await.unwrap();
    assert_eq!(enabled.client.version, client.record.version);
    let once = registry.disable(aim).await.unwrap();
    assert_eq!(registry.disable(aim).await.unwrap(), once);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_that_was_asked_for_meanwhile_outlives_the_client() {
    let town = Town::found().await;
    let (services, by) = (&town.services, person(&town.services));
    let rp = flow::authenticated(services, &town.client).await;
    let aim = aim(town.client.record.key, &by);
    let registry = &services.deps.client_admin;
    let ask = async || {
        let mut got = Vec::new();
        for _ in 0..200 {
            match flow::own_token(services, &rp).await {
                Ok(tokens) => got.push(tokens.access_token.expose().to_owned()),
                Err(_refused) => break,
            }
        }
        got
    };
    let disable = async {
        while services
            .stored()
            .access_tokens_of(&town.client.id)
            .await
            .len()
            < 20
        {
            tokio::task::yield_now().await;
        }
        registry.disable(aim).await.unwrap();
    };
    let (one, other, ()) = tokio::join!(ask(), ask(), disable);
    flow::own_token(services, &rp).await.unwrap_err();
    assert!(
        one.len() + other.len() >= 18,
        "{} {}",
        one.len(),
        other.len()
    );
    for token in one.iter().chain(&other) {
        assert!(!flow::is_active(services, &town.api, token).await);
    }
    registry.enable(aim).await.unwrap();
    for token in one.iter().chain(&other) {
        assert!(!flow::is_active(services, &town.api, token).await);
    }
}

#[tokio::test]
async fn what_a_node_that_died_has_left_is_revoked_before_the_client_works_again() {
    let town = Town::found().await;
    let (services, by) = (&town.services, person(&town.services));
    // As it is between the two steps of disabling.
    town.client.disable(&services.context).await;
    let aim = aim(town.client.record.key, &by);
    services.deps.client_admin.enable(aim).await.unwrap();
    assert_eq!(town.active_tokens().await, 0);
    let rp = flow::authenticated(services, &town.client).await;
    let refused = flow::refresh(services, &rp, &town.refresh)
        .await
        .unwrap_err();
    let revoked = format!("{:?}", NotAlive::GrantRevoked);
    assert!(format!("{refused:?}").contains(&revoked), "{refused:?}");
    flow::redeem(services, &rp, &town.code).await.unwrap_err();
}

#[tokio::test]
async fn a_deleted_client_leaves_nothing_and_takes_nothing_of_others() {
    let town = Town::found().await;
    let (services, by) = (&town.services, person(&town.services));
    let rp = flow::authenticated(services, &town.client).await;
    let registry = &services.deps.client_admin;
    let aim = aim(town.client.record.key, &by);
    registry.delete(aim).await.unwrap();
    assert_eq!(town.active_tokens().await, 0);
    flow::own_token(services, &rp).await.unwrap_err();
    flow::refresh(services, &rp, &town.refresh)
        .await
        .unwrap_err();
    assert!(
        services
            .stored()
            .tokens_of(&town.client.id)
            .await
            .is_empty()
    );
    let left = services
        .stored()
        .unspent_refresh_tokens_of(&town.other.id)
        .await;
    assert_eq!(left.len(), 1);
    let gone = registry.get(town.client.record.key).await;
    assert!(matches!(gone, Err(ClientAdminError::NotFound)));
    let again = registry.delete(aim).await;
    assert!(matches!(again, Err(ClientAdminError::NotFound)));
}

#[tokio::test]
async fn a_deletion_that_broke_off_is_written_down_as_far_as_it_came() {
    let town = Town::found().await;
    let (services, by) = (&town.services, person(&town.services));
    let registry = &services.deps.client_admin;
    let aim = aim(town.client.record.key, &by);
    // The last step fails: something hangs on the client that nobody knows of.
    services.hang_on(&town.client).await;
    registry.delete(aim).await.unwrap_err();
    let done = async || {
        let events = services.stored().events().await;
        let names = events.into_iter().map(|event| event.action);
        let of_clients = names.filter(|name| name.starts_with("clients."));
        of_clients.collect::<BTreeSet<_>>()
    };
    let disabled = "clients.disable".to_owned();
    assert_eq!(done().await, BTreeSet::from([disabled.clone()]));
    services.let_go().await;
    registry.delete(aim).await.unwrap();
    let both = BTreeSet::from([disabled, "clients.delete".to_owned()]);
    assert_eq!(done().await, both);
}

#[tokio::test]
async fn a_service_client_ends_others_but_not_itself() {
    let services = TestServices::start().await;
    let (robot, web) = (
        services.client().id("robot").create().await,
        services.client().create().await,
    );
    let by = machine(&robot);
    let registry = &services.deps.client_admin;
    let before = services.stored().registry().await;
    let itself = aim(robot.record.key, &by);
    let refusals = [
        registry.disable(itself).await.map(|_client| ()),
        registry.delete(itself).await,
    ];
    for refused in refusals {
        assert!(matches!(refused, Err(ClientAdminError::OwnRights)));
    }
    assert_eq!(services.stored().registry().await, before);
    registry.disable(aim(web.record.key, &by)).await.unwrap();
}
