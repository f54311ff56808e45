//! The coalescing writer.

use authly_domain::clients::Client;
use authly_domain::tokens::NewAccessToken;
use authly_repositories::tokens::{AccessTokenWriter, Written};
use authly_repositories::{Db, DbError};
use authly_testing::runtime;
use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    a_token_is_stored_in_one_round_trip,
    tokens_that_come_at_once_share_round_trips,
    a_client_that_has_changed_gets_none,
    one_bad_token_fails_alone,
);

pub(crate) fn start(world: &World) -> AccessTokenWriter {
    AccessTokenWriter::start(world.db.clone(), runtime::lasting())
}

/// Stores tokens that all come at once.
async fn store_all(
    writer: &AccessTokenWriter,
    orders: Vec<(NewAccessToken, i64)>,
) -> Vec<Result<Written, DbError>> {
    let orders = orders.into_iter().map(|(token, version)| {
        let writer = writer.clone();
        tokio::spawn(async move { writer.store(token, version).await })
    });
    let mut answers = Vec::new();
    for order in orders.collect::<Vec<_>>() {
        answers.push(order.await.unwrap());
    }
    answers
}

async fn tokens_of(world: &World, client: &Client, count: usize) -> Vec<(NewAccessToken, i64)> {
    let sample = world.own_access(client).await;
    let mut tokens = Vec::new();
    for _ in 0..count {
        let id = world.id(authly_domain::id::TokenId::generate);
        let token = NewAccessToken {
            id,
            digest: world.digest(),
            ..sample.clone()
        };
        tokens.push((token, client.version));
    }
    tokens
}

async fn a_token_is_stored_in_one_round_trip(world: World) {
    let client = world.client("nightly").await;
    let writer = start(&world);
    let token = world.own_access(&client).await;
    let before = world.db.round_trips();
    assert_eq!(
        writer.store(token, client.version).await.unwrap(),
        Written::Stored
    );
    assert_eq!(world.db.round_trips() - before, 1);
    assert_eq!(
        world
            .database
            .stored()
            .access_tokens_of("nightly")
            .await
            .len(),
        1
    );
}

async fn tokens_that_come_at_once_share_round_trips(world: World) {
    let client = world.client("nightly").await;
    let writer = start(&world);
    let tokens = tokens_of(&world, &client, 300).await;
    let before = world.db.round_trips();

    for answer in store_all(&writer, tokens).await {
        assert_eq!(answer.unwrap(), Written::Stored);
    }

    let round_trips = world.db.round_trips() - before;
    assert!(
        round_trips <= 100,
        "{round_trips} round trips for 300 tokens"
    );
    assert_eq!(
        world
            .database
            .stored()
            .access_tokens_of("nightly")
            .await
            .len(),
        300
    );
}

async fn a_client_that_has_changed_gets_none(world: World) {
    let (nightly, web) = (world.client("nightly").await, world.client("web").await);
    let writer = start(&world);
    world
        .database
        .run("UPDATE clients SET is_active = false WHERE client_id = 'web'")
        .await;

    let mut orders = tokens_of(&world, &nightly, 2).await;
    orders[1].1 += 1;
    orders.extend(tokens_of(&world, &web, 1).await);
    let answers = store_all(&writer, orders).await;

    let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(
        answers,
        [
            Written::Stored,
            Written::ClientChanged,
            Written::ClientChanged
        ]
    );
    assert_eq!(
        world
            .database
            .stored()
            .access_tokens_of("nightly")
            .await
            .len(),
        1
    );
    assert_eq!(
        world.database.stored().access_tokens_of("web").await.len(),
        0
    );
}

async fn one_bad_token_fails_alone(world: World) {
    let client = world.client("nightly").await;
    let writer = start(&world);
    let mut orders = tokens_of(&world, &client, 50).await;
    orders[25].0.digest = orders[24].0.digest;

    let answers = store_all(&writer, orders).await;

    let (stored, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(stored.len(), 49);
    for answer in refused {
        assert!(answer.unwrap_err().violates("tokens_digest_key"));
    }
    assert_eq!(
        world
            .database
            .stored()
            .access_tokens_of("nightly")
            .await
            .len(),
        49
    );
}

#[tokio::test]
async fn while_the_database_is_away_nothing_is_stored_and_afterwards_it_goes_on() {
    let world = World::new(authly_repositories::StatementMode::Prepared).await;
    let client = world.client("nightly").await;
    let relay = world.database.relay().await;
    let db: Db = crate::db::pool_at(relay.address(), 2);
    let writer = AccessTokenWriter::start(db, runtime::lasting());
    let token = world.own_access(&client).await;

    relay.cut().await;
    let refused = writer
        .store(token.clone(), client.version)
        .await
        .unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");

    relay.restore().await;
    assert_eq!(
        writer.store(token, client.version).await.unwrap(),
        Written::Stored
    );
}
