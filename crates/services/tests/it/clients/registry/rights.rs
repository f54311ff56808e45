//! What service clients may administer, and who decides that.

use authly_domain::clients::{ClientChange, GrantType};
use authly_domain::scopes::AdminScope::{self, ClientsRead, UsersRead, UsersWrite};
use authly_services::clients::ClientAdminError;
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use super::{aim, machine, person, wrong};

/// A node on which the scopes of administration are in the catalogue.
async fn start() -> TestServices {
    let services = TestServices::start().await;
    let names: Vec<&str> = AdminScope::ALL.iter().map(|one| one.as_str()).collect();
    let owner = services.client().id("owner").scope(&names.join(" "));
    owner.create().await;
    services
}

#[tokio::test]
async fn a_person_entitles_a_service_client_within_the_own_rights() {
    let services = start().await;
    let robot = services.client().id("robot").create().await;
    let by = person(&services);
    let registry = &services.deps.client_admin;
    let aim = aim(robot.record.key, &by);
    let rights = [UsersRead, ClientsRead];
    let entitled = registry.entitle(aim, &[UsersRead], &rights).await.unwrap();
    assert_eq!(entitled.entitled_to, [UsersRead]);
    assert!(entitled.client.scope.contains("admin:users:read"));
    assert!(entitled.client.version > robot.record.version);
    // What stays as it is needs no right, and what is taken away does.
    let before = services.stored().registry().await;
    for to in [vec![], vec![UsersRead, ClientsRead, UsersWrite]] {
        let refused = registry.entitle(aim, &to, &[ClientsRead]).await;
        assert!(matches!(refused, Err(ClientAdminError::BeyondOwnRights(_))));
    }
    assert_eq!(services.stored().registry().await, before);
    let both = registry.entitle(aim, &[UsersRead, ClientsRead], &[ClientsRead]);
    assert_eq!(both.await.unwrap().entitled_to.len(), 2);
    let none = registry.entitle(aim, &[], &rights).await.unwrap();
    assert_eq!(none.entitled_to, []);
}

#[tokio::test]
async fn a_service_client_entitles_neither_itself_nor_others() {
    let services = start().await;
    let (robot, web) = (
        services.client().id("robot").create().await,
        services.client().create().await,
    );
    let before = services.stored().registry().await;
    let by = machine(&robot);
    for client in [robot.record.key, web.record.key] {
        let registry = &services.deps.client_admin;
        let refused = registry.entitle(aim(client, &by), &[UsersRead], &[UsersRead]);
        assert!(matches!(refused.await, Err(ClientAdminError::NotAPerson)));
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn only_who_acts_for_itself_is_entitled() {
    let services = start().await;
    let public = services.client().id("public").public().create().await;
    let web = services.client().grants(&[GrantType::AuthorizationCode]);
    let web = web.create().await;
    let before = services.stored().registry().await;
    let by = person(&services);
    for client in [public.record.key, web.record.key] {
        let registry = &services.deps.client_admin;
        let refused = registry.entitle(aim(client, &by), &[UsersRead], &[UsersRead]);
        assert!(matches!(
            refused.await,
            Err(ClientAdminError::NoServiceClient)
        ));
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn who_is_entitled_goes_on_acting_for_itself() {
    let services = start().await;
    let robot = services.client().id("robot").create().await;
    let by = person(&services);
    let registry = &services.deps.client_admin;
    let aim = aim(robot.record.key, &by);
    registry
        .entitle(aim, &[UsersRead], &[UsersRead])
        .await
        .unwrap();
    let before = services.stored().registry().await;
    let change = ClientChange {
        grant_types: Some(vec![GrantType::AuthorizationCode]),
        ..ClientChange::default()
    };
    assert_eq!(wrong(registry.update(aim, change).await), ["grant_types"]);
    assert_eq!(services.stored().registry().await, before);
}
