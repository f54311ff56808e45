//! `client_assertions`.

use authly_repositories::clients::AssertionUse;
use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    an_assertion_is_used_once_by_each_client,
    of_parallel_uses_one_is_the_first,
    a_client_that_was_changed_or_disabled_meanwhile_uses_none,
);

async fn rows(world: &World) -> i64 {
    let session = world.database.session().await;
    let counted = session.query_one("SELECT count(*) FROM client_assertions", &[]);
    counted.await.unwrap().get(0)
}

async fn an_assertion_is_used_once_by_each_client(world: World) {
    let (one, two) = (world.client("one").await, world.client("two").await);
    let (jti, other) = (world.digest(), world.digest());
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    for (client, jti, expected) in [
        (&one, jti, AssertionUse::First),
        (&one, jti, AssertionUse::Again),
        (&one, other, AssertionUse::First),
        (&two, jti, AssertionUse::First),
    ] {
        let used = clients.use_assertion(client, &jti, world.later(60)).await;
        assert_eq!(used.unwrap(), expected);
    }
    assert_eq!(rows(&world).await, 3);
}

async fn of_parallel_uses_one_is_the_first(world: World) {
    let client = world.client("one").await;
    let jti = world.digest();
    let (left, right) = (world.conn().await, world.conn().await);
    let (left, right) = (left.reads().clients(), right.reads().clients());
    let over = world.later(60);
    let used = tokio::join!(
        left.use_assertion(&client, &jti, over),
        right.use_assertion(&client, &jti, over)
    );
    let used = [used.0.unwrap(), used.1.unwrap()];
    let firsts = used.iter().filter(|used| **used == AssertionUse::First);
    assert_eq!((firsts.count(), rows(&world).await), (1, 1));
}

async fn a_client_that_was_changed_or_disabled_meanwhile_uses_none(world: World) {
    let mut client = world.client("one").await;
    let conn = world.conn().await;
    let clients = conn.reads().clients();
    let known = client.clone();
    clients.upsert(&client, world.now).await.unwrap();
    let used = clients
        .use_assertion(&known, &world.digest(), world.later(60))
        .await;
    assert_eq!(used.unwrap(), AssertionUse::OfAnotherVersion);

    client.is_active = false;
    clients.upsert(&client, world.now).await.unwrap();
    let disabled = clients.find(&client.id).await.unwrap().unwrap();
    let used = clients
        .use_assertion(&disabled, &world.digest(), world.later(60))
        .await;
    assert_eq!(used.unwrap(), AssertionUse::OfAnotherVersion);
    assert_eq!(rows(&world).await, 0);
}
