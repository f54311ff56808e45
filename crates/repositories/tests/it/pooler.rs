//! Behind a PgBouncer in transaction mode. What works through it is held by the second run of the
//! tests, where every pool goes that way; here is what it takes, and what goes wrong otherwise.

use std::collections::BTreeSet;

use authly_repositories::migrate;
use authly_repositories::{Db, DbError, StatementMode, pooler};
use authly_testing::TestDatabase;
use authly_testing::database::POOL_SIZE;
use pretty_assertions::assert_eq;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::migrate::number_of_migrations;

async fn pooled() -> TestDatabase {
    TestDatabase::create().await.behind_pooler().await
}

/// The first value that a statement gives, in a transaction of its own.
async fn ask(client: &Client, sql: &str) -> Option<String> {
    let said = client.simple_query(sql).await.unwrap();
    said.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

/// The process of the server that a transaction runs in.
async fn process(client: &Client) -> String {
    ask(client, "SELECT pg_backend_pid()").await.unwrap()
}

#[tokio::test]
async fn the_transactions_of_one_client_run_on_different_connections_of_the_server() {
    let database = pooled().await;
    let client = database.connect_as_pools_do().await;
    let other = database.connect_as_pools_do().await;
    // While it lasts, the pooler needs a second connection.
    other.simple_query("BEGIN").await.unwrap();
    let first = process(&client).await;
    assert_ne!(process(&other).await, first);
    other.simple_query("ROLLBACK").await.unwrap();

    let mut processes = BTreeSet::new();
    for _ in 0..4 {
        processes.insert(process(&client).await);
    }
    assert_eq!(processes.len(), 2, "{processes:?}");
    assert!(database.is_behind_pooler().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_nodes_than_the_pooler_has_connections_migrate_at_once() {
    let database = TestDatabase::create_empty().await.behind_pooler().await;
    let nodes = [(); 6].map(|()| {
        let db = database.pool();
        tokio::spawn(async move { migrate::migrate(&db).await })
    });
    let mut applied = Vec::new();
    for node in nodes {
        applied.push(node.await.unwrap().unwrap().applied.len());
    }
    applied.sort_unstable();
    let all = number_of_migrations();
    assert_eq!(applied, [0, 0, 0, 0, 0, all]);
}

/// What becomes of one statement after another, sent by two connections in turn.
async fn ask_in_turn(db: &Db) -> Result<(), DbError> {
    let (one, mut two) = (db.connect().await?, db.connect().await?);
    for _ in 0..4 {
        one.reads().keys().revision().await?;
        let work = two.begin("test").await?;
        work.keys().revision().await?;
        one.reads().keys().revision().await?;
        work.commit().await?;
    }
    Ok(())
}

#[tokio::test]
async fn prepared_statements_are_lost_and_the_error_says_what_to_set() {
    let database = pooled().await;
    let db = database.pool_with(POOL_SIZE, StatementMode::Prepared);
    let lost = ask_in_turn(&db).await.unwrap_err();
    assert!(matches!(lost, DbError::StatementLost { .. }), "{lost:?}");
    let said = lost.to_string();
    assert!(
        said.contains("set database.statements to \"unnamed\""),
        "{said}"
    );

    ask_in_turn(&database.pool()).await.unwrap();
}

#[tokio::test]
async fn the_look_before_the_start_finds_the_pooler() {
    let database = pooled().await;
    let prepared = database.pool_with(1, StatementMode::Prepared);
    let found = pooler::check(&prepared).await.unwrap_err();
    assert!(matches!(found, DbError::StatementLost { .. }), "{found:?}");
    pooler::check(&database.pool()).await.unwrap();
}

#[tokio::test]
async fn the_look_before_the_start_finds_nothing_where_nothing_is_between() {
    let database = TestDatabase::create().await;
    pooler::check(&database.pool()).await.unwrap();
}
