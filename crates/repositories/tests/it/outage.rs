//! What counts as an outage, and that no connection outlives one.

use std::time::Duration;

use authly_repositories::{Db, DbAddress, DbError, StatementMode};
use authly_testing::TestDatabase;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::db::{look, pool_at};

/// Longer than any limit of ours.
const FOR_EVER: Duration = Duration::from_mins(5);

/// A transaction that writes.
async fn write(db: &Db) -> Result<(), DbError> {
    let mut conn = db.connect().await?;
    let work = conn.begin("test").await?;
    work.keys().lock_and_bump().await?;
    work.commit().await
}

#[tokio::test]
async fn a_transaction_whose_begin_is_not_answered_is_given_up() {
    let database = TestDatabase::create().await;
    let relay = database.relay().await;
    let db = pool_at(relay.address(), 1);
    let mut conn = db.connect().await.unwrap();

    relay.hold();
    tokio::time::pause();
    let begun = timeout(FOR_EVER, conn.begin("test")).await;
    assert!(
        begun
            .expect("it is given up")
            .err()
            .unwrap()
            .is_unavailable()
    );
    tokio::time::resume();
    drop(conn);

    relay.go_on();
    write(&db).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_is_not_answered_is_given_up() {
    let database = TestDatabase::create().await;
    let relay = database.relay().await;
    let db = pool_at(relay.address(), 1);
    let mut conn = db.connect().await.unwrap();
    let work = conn.begin("test").await.unwrap();
    work.keys().lock_and_bump().await.unwrap();

    relay.hold();
    tokio::time::pause();
    let committed = timeout(FOR_EVER, work.commit()).await;
    assert!(
        committed
            .expect("it is given up")
            .unwrap_err()
            .is_unavailable()
    );
    tokio::time::resume();
    drop(conn);

    relay.go_on();
    write(&db).await.unwrap();
}

#[tokio::test]
async fn an_attempt_to_connect_that_is_given_up_is_closed() {
    // A server that takes connections and says nothing, as a stopped one does.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let text = format!("host=127.0.0.1 port={port} user=somebody dbname=some");
    let db = pool_at(DbAddress::parse(&text).unwrap(), 1);
    let asked = tokio::spawn(async move { look(&db).await });
    let (mut attempt, _address) = silent.accept().await.unwrap();
    // Before time flies: it may take a while until it asks to log in.
    let mut said = Vec::new();
    attempt.read_buf(&mut said).await.unwrap();
    assert!(!said.is_empty(), "it asks to log in");

    tokio::time::pause();
    assert!(asked.await.unwrap().unwrap_err().is_unavailable());
    tokio::time::resume();
    let ended = timeout(FOR_EVER, attempt.read_to_end(&mut said)).await;
    ended.expect("the attempt is closed").unwrap();
}

#[tokio::test]
async fn a_connection_to_a_server_that_refuses_to_write_is_not_kept() {
    let database = TestDatabase::create().await;
    let db = database.pool_with(1, StatementMode::Prepared);
    let alter = ["ALTER DATABASE ", database.name()].concat();
    let read_only = [&alter, " SET default_transaction_read_only = on"].concat();
    database.run(&read_only).await;
    look(&db).await.unwrap();
    let refused = write(&db).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused:?}");

    // As when another server takes over: old connections stay as they are, new ones can write.
    let writable = [&alter, " RESET default_transaction_read_only"].concat();
    database.run(&writable).await;
    write(&db).await.unwrap();
}

#[tokio::test]
async fn a_database_without_room_or_in_a_deadlock_is_unavailable_and_a_broken_one_is_not() {
    let database = TestDatabase::create().await;
    let db = database.pool_with(1, StatementMode::Prepared);
    let function = "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN RAISE EXCEPTION 'no' USING ERRCODE = TG_ARGV[0]; END $$";
    database.run(function).await;
    for (state, is_outage) in [
        ("53100", true),  // disk_full
        ("53200", true),  // out_of_memory
        ("40P01", true),  // deadlock_detected
        ("40001", true),  // serialization_failure
        ("57P02", true),  // crash_shutdown
        ("25P04", true),  // transaction_timeout
        ("42501", false), // insufficient_privilege
        ("XX001", false), // data_corrupted
    ] {
        let fail = [
            "CREATE OR REPLACE TRIGGER fails BEFORE UPDATE ON revisions
                EXECUTE FUNCTION fail('",
            state,
            "')",
        ];
        database.run(&fail.concat()).await;
        let refused = write(&db).await.unwrap_err();
        assert_eq!(refused.is_unavailable(), is_outage, "{state}: {refused:?}");
    }
    database.run("DROP TRIGGER fails ON revisions").await;
    write(&db).await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_closed_is_an_outage_until_it_is_opened_again() {
    let database = TestDatabase::create().await;
    let beside = TestDatabase::create_empty().await;
    let name = database.name();
    let db = database.pool();
    database.close().await;

    let refused = db.connect().await.err().unwrap();
    assert!(refused.is_unavailable(), "{refused:?}");
    assert_eq!(db.connect_failures(), 1);

    let open = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    beside.run(&open).await;
    write(&db).await.unwrap();
}
