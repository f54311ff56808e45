//! Clients as administrators see, list and change them.

use authly_domain::clients::{ClientFilter, ClientOrder, ClientSort, SecretRecord};
use authly_domain::id::ClientKey;
use authly_domain::page::Direction;
use authly_domain::scopes::AdminScope;
use authly_repositories::clients::Activity;
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::World;

in_both_modes!(
    a_client_is_inserted_once,
    a_registered_client_is_read_with_everything_that_is_known_of_it,
    a_list_goes_on_behind_a_position_in_each_order,
    an_old_secret_ends_when_it_is_to_and_goes_when_it_has,
    tokens_are_stored_for_a_client_that_is_being_changed,
    activity_and_rights_move_the_version,
    a_client_goes_with_everything_of_its,
    an_entitlement_that_we_never_write_is_corrupt,
);

async fn a_client_is_inserted_once(world: World) {
    let client = world.sample_client("web");
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    assert!(clients.insert(&client, world.now).await.unwrap());
    let other = world.sample_client("web");
    assert!(!clients.insert(&other, world.now).await.unwrap());
    let found = clients.find(&client.id).await.unwrap().unwrap();
    assert_eq!((found.key, found.version), (client.key, 1));
}

async fn a_registered_client_is_read_with_everything_that_is_known_of_it(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    let off = "UPDATE scopes SET is_active = false WHERE name = 'profile'";
    world.database.run(off).await;
    let found = clients.find_registered(client.key).await.unwrap().unwrap();
    // What is assigned, whether it may be asked for at present or not.
    assert_eq!(found.client.scope, client.scope);
    assert_eq!(
        (found.is_system, found.entitled_to, found.secrets),
        (false, vec![], vec![])
    );
    assert_eq!(found.created_at, world.now);
    let nobody = world.sample_client("nobody").key;
    assert_eq!(clients.find_registered(nobody).await.unwrap(), None);
    assert!(!clients.lock(nobody).await.unwrap());
    assert!(clients.lock(client.key).await.unwrap());
}

async fn a_list_goes_on_behind_a_position_in_each_order(world: World) {
    for id in ["one", "two", "three"] {
        world.client(id).await;
    }
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    let all = ClientFilter::default();
    for by in [
        ClientSort::ClientId,
        ClientSort::Name,
        ClientSort::CreatedAt,
    ] {
        let both = [Direction::Ascending, Direction::Descending];
        let orders = both.map(|direction| ClientOrder { by, direction });
        let mut keys = Vec::new();
        for order in orders {
            let mut read = Vec::new();
            let mut after = None;
            loop {
                let page = clients.list(&all, order, after.as_ref(), 1).await.unwrap();
                let Some((client, at)) = page.into_iter().next() else {
                    break;
                };
                read.push(client.client.key);
                after = Some(at);
            }
            assert_eq!(read.len(), 3, "{order:?}");
            keys.push(read);
        }
        keys[1].reverse();
        assert_eq!(keys[0], keys[1], "{by:?}");
    }
}

async fn an_old_secret_ends_when_it_is_to_and_goes_when_it_has(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    let digests = [world.digest(), world.digest(), world.digest()];
    let first = clients.replace_secrets(client.key, &digests[0], world.now);
    first.await.unwrap();
    let rotate = async |digest, at, old_end| {
        let (now, end) = (world.later(at), world.later(old_end));
        let version = clients.rotate_secret(client.key, digest, now, end);
        let version = version.await.unwrap().unwrap();
        let found = clients.find_registered(client.key).await.unwrap().unwrap();
        assert_eq!(version, found.client.version);
        (found.secrets, version - client.version)
    };
    let secret = |made: u64, end: Option<u64>| SecretRecord {
        made_at: world.later(made),
        ends_at: end.map(|end| world.later(end)),
    };
    let (secrets, moved) = rotate(&digests[1], 10, 60).await;
    assert_eq!(secrets, [secret(0, Some(60)), secret(10, None)]);
    assert_eq!(moved, 1);
    // What was to end earlier does, whatever is said of the last one; what has ended is gone.
    let (secrets, moved) = rotate(&digests[2], 60, 90).await;
    assert_eq!(secrets, [secret(10, Some(90)), secret(60, None)]);
    assert_eq!(moved, 2);
    // What ends now is gone with the same statement.
    let (secrets, moved) = rotate(&world.digest(), 70, 70).await;
    assert_eq!(secrets, [secret(70, None)]);
    assert_eq!(moved, 3);
    // No client, no secret of it.
    let nobody = ClientKey::from_uuid(uuid::Uuid::max());
    let (now, end) = (world.later(80), world.later(90));
    let nothing = clients.rotate_secret(nobody, &digests[0], now, end);
    assert_eq!(nothing.await.unwrap(), None);
}

async fn tokens_are_stored_for_a_client_that_is_being_changed(world: World) {
    let client = world.client("web").await;
    let token = world.own_access(&client).await;
    let (mut changing, conn) = (world.conn().await, world.conn().await);
    let work = changing.begin("test.change").await.unwrap();
    let clients = work.clients();
    assert!(clients.lock(client.key).await.unwrap());
    let off = clients.set_activity(client.key, Activity::Disabled);
    off.await.unwrap();
    // It would wait until its time limit is over.
    conn.reads().access_tokens().insert(&token).await.unwrap();
    work.commit().await.unwrap();
}

async fn activity_and_rights_move_the_version(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    clients
        .set_activity(client.key, Activity::Disabled)
        .await
        .unwrap();
    let rights = [AdminScope::UsersRead, AdminScope::ClientsWrite];
    clients.entitle(client.key, &rights).await.unwrap();
    let found = clients.find_registered(client.key).await.unwrap().unwrap();
    assert_eq!(found.entitled_to, rights);
    assert!(!found.client.is_active);
    assert_eq!(found.client.version, client.version + 2);
    clients
        .set_activity(client.key, Activity::Enabled)
        .await
        .unwrap();
    let found = clients.find_registered(client.key).await.unwrap().unwrap();
    assert!(found.client.is_active);
}

async fn a_client_goes_with_everything_of_its(world: World) {
    let family = world.family().await;
    let other = world.client("other").await;
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    let key = family.client.key;
    assert!(clients.remove_tokens(key).await.unwrap() > 0);
    assert_eq!(clients.remove_tokens(key).await.unwrap(), 0);
    assert!(clients.remove_grants(key).await.unwrap() > 0);
    assert_eq!(clients.remove_grants(key).await.unwrap(), 0);
    assert!(clients.delete(key).await.unwrap());
    assert!(!clients.delete(key).await.unwrap());
    assert_eq!(clients.find_registered(key).await.unwrap(), None);
    assert!(clients.find_registered(other.key).await.unwrap().is_some());
}

async fn an_entitlement_that_we_never_write_is_corrupt(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let look = async || conn.reads().clients().find_registered(client.key).await;
    let column = ("clients", "entitled_admin_scopes");
    let seen = world.spoiled(column, "'{admin:everything}'", look).await;
    assert_eq!(corrupt_column(seen), "entitled_admin_scopes");
}
