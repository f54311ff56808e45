//! A client and a scope of its are changed at the same time: one waits for the other, and neither is
//! given up, since everybody locks scopes before clients.

use authly_domain::audit::AuditAction;
use authly_domain::clients::ClientChange;
use authly_domain::scopes::{Scope, ScopeChange};
use authly_services::scopes::{InUse, ScopeAim};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use super::{aim, person};

fn scopes(names: &str) -> ClientChange {
    ClientChange {
        scope: Some(names.parse().unwrap()),
        optional_scope: Some(Scope::empty()),
        ..ClientChange::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_is_changed_while_it_is_being_assigned() {
    let services = TestServices::start().await;
    let (client, by) = (services.client().create().await, person(&services));
    let (registry, catalogue) = (&services.deps.client_admin, &services.deps.scope_admin);
    let database = services.database();
    // Whoever assigns scopes waits before the first one.
    let session = database.session().await;
    let hold = "BEGIN; LOCK TABLE client_scopes IN SHARE MODE";
    session.batch_execute(hold).await.unwrap();

    let assign = registry.update(aim(client.record.key, &by), scopes("address email openid"));
    let change = async {
        database.until_somebody_waits_for("client_scopes").await;
        let email = "email".parse().unwrap();
        let change = ScopeChange {
            description: Some("Where to write to you".to_owned()),
            ..ScopeChange::default()
        };
        let aim = ScopeAim {
            scope: &email,
            version: None,
            by: &by,
            run: aim(client.record.key, &by).run,
        };
        let change = catalogue.change(aim, AuditAction::ScopeUpdated, change);
        let release = async {
            database.until_somebody_waits_for_a_row().await;
            session.batch_execute("COMMIT").await.unwrap();
        };
        tokio::join!(change, release).0
    };
    let (assigned, changed) = tokio::join!(assign, change);

    let (assigned, changed) = (assigned.unwrap(), changed.unwrap());
    assert_eq!(changed.record.description, "Where to write to you");
    let now = registry.get(client.record.key).await.unwrap();
    assert_eq!(now.client.scope, "address email openid".parse().unwrap());
    // The change came second, and the client's copies know.
    assert_eq!(now.client.version, assigned.client.version + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_is_deleted_while_it_is_being_taken_from_a_client() {
    let services = TestServices::start().await;
    let (client, by) = (services.client().create().await, person(&services));
    let (registry, catalogue) = (&services.deps.client_admin, &services.deps.scope_admin);
    let database = services.database();
    let notes = "notes".parse().unwrap();
    let scope = authly_domain::scopes::ScopeRecord {
        name: "notes".parse().unwrap(),
        description: "Read your notes".to_owned(),
        is_default: false,
        is_active: true,
        is_system: false,
    };
    let aim = || aim(client.record.key, &by);
    catalogue
        .create(&scope, None, &by, aim().run)
        .await
        .unwrap();
    let before = scopes("email notes openid");
    registry.update(aim(), before).await.unwrap();
    // Whoever takes both scopes away has the client, and waits at the first of them.
    let session = database.session().await;
    let hold = "BEGIN; SELECT FROM client_scopes WHERE scope = 'email' FOR UPDATE";
    session.batch_execute(hold).await.unwrap();

    let take = registry.update(aim(), scopes("openid"));
    let delete = async {
        database.until_waiting_for_rows(1).await;
        let aim = ScopeAim {
            scope: &notes,
            version: None,
            by: &by,
            run: aim().run,
        };
        let delete = catalogue.delete(aim, InUse::Take);
        let release = async {
            database.until_waiting_for_rows(2).await;
            session.batch_execute("COMMIT").await.unwrap();
        };
        tokio::join!(delete, release).0
    };
    let (taken, deleted) = tokio::join!(take, delete);

    taken.unwrap();
    deleted.unwrap();
    let now = registry.get(client.record.key).await.unwrap();
    assert_eq!(now.client.scope, "openid".parse().unwrap());
    catalogue.get(&notes).await.unwrap_err();
}
