//! The pool: what it does when there is nothing to be had.

use std::error::Error as _;

use authly_domain::grants::Revocation;
use authly_domain::id::GrantId;
use authly_domain::scopes::ScopeRecord;
use authly_repositories::{Db, DbAddress, DbError, PoolSettings, StatementMode, TlsMode};
use authly_testing::{TestDatabase, runtime};

use crate::world::World;

/// A pool with prepared statements.
pub(crate) fn pool_at(address: DbAddress, size: usize) -> Db {
    let settings = PoolSettings {
        address,
        size,
        statements: StatementMode::Prepared,
        tls: TlsMode::Off,
    };
    Db::new(settings, runtime::lasting().clone()).unwrap()
}

/// One round trip.
pub(crate) async fn look(db: &Db) -> Result<i64, DbError> {
    db.connect().await?.reads().keys().revision().await
}

#[tokio::test]
async fn a_database_that_is_away_is_unavailable_until_it_is_back() {
    let database = TestDatabase::create().await;
    let relay = database.relay().await;
    let db = pool_at(relay.address(), 2);
    look(&db).await.unwrap();

    relay.cut().await;
    for _ in 0..3 {
        let refused = look(&db).await.unwrap_err();
        assert!(refused.is_unavailable(), "{refused:?}");
    }
    relay.restore().await;
    look(&db).await.unwrap();
}

#[tokio::test]
async fn a_connection_that_is_cut_under_a_transaction_is_unavailable() {
    let database = TestDatabase::create().await;
    let relay = database.relay().await;
    let db = pool_at(relay.address(), 1);
    let mut conn = db.connect().await.unwrap();
    let work = conn.begin("test").await.unwrap();
    work.keys().lock_and_bump().await.unwrap();

    relay.cut().await;
    assert!(work.keys().revision().await.unwrap_err().is_unavailable());
    assert!(work.commit().await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn a_server_that_shuts_down_is_unavailable() {
    let database = TestDatabase::create().await;
    let db = database.pool_with(1, StatementMode::Prepared);
    let conn = db.connect().await.unwrap();
    // Waits until they are gone.
    let sql = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.run(sql).await;
    let refused = conn.reads().keys().revision().await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused:?}");
}

#[tokio::test]
async fn what_is_said_of_a_refused_row_quotes_nothing_of_it() {
    let world = World::new(StatementMode::Prepared).await;
    let broken = "ALTER TABLE scopes ADD CONSTRAINT broken CHECK (false) NOT VALID";
    world.database.run(broken).await;
    let conn = world.db.connect().await.unwrap();
    let record = ScopeRecord {
        name: "notes:read".parse().unwrap(),
        description: "what stands in the row".to_owned(),
        is_default: false,
        is_active: true,
        is_system: false,
    };
    let reads = conn.reads();
    let stored = reads.scopes().insert_missing(&record, world.now).await;
    let refused = stored.unwrap_err();
    assert!(refused.violates("broken"), "{refused:?}");
    let said = refused.source().unwrap().to_string();
    assert!(said.contains("SQLSTATE 23514"), "{said}");
    let shown = format!("{refused} {said} {refused:?}");
    assert!(!shown.contains("what stands in the row"), "{shown}");
}

#[tokio::test]
async fn without_a_connection_to_spare_it_is_unavailable_after_a_while() {
    let database = TestDatabase::create().await;
    let db = database.pool_with(1, StatementMode::Prepared);
    let held = db.connect().await.unwrap();
    tokio::time::pause();
    assert!(look(&db).await.unwrap_err().is_unavailable());
    tokio::time::resume();

    drop(held);
    look(&db).await.unwrap();
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up_and_holds_up_nobody() {
    let world = World::new(StatementMode::Prepared).await;
    let grant: GrantId = world.family().await.grant.id;
    let db = world.pool(1);
    let mut blocker = world.conn().await;
    let blocking = blocker.begin("test.block").await.unwrap();
    let why = Revocation::ByClient;
    blocking
        .grants()
        .revoke(grant, why, world.now)
        .await
        .unwrap();

    let conn = db.connect().await.unwrap();
    // Another one, so that the statement is prepared.
    let other = world.id(GrantId::generate);
    conn.reads()
        .grants()
        .revoke(other, why, world.now)
        .await
        .unwrap();
    tokio::time::pause();
    let refused = conn.reads().grants().revoke(grant, why, world.now).await;
    tokio::time::resume();
    assert!(refused.unwrap_err().is_unavailable());
    drop(conn);

    // The row is still locked; whoever asks for something else does not wait for it.
    look(&db).await.unwrap();
    drop(blocking);
}

#[tokio::test]
async fn a_closed_pool_is_unavailable() {
    let db = TestDatabase::create().await.pool();
    db.close();
    assert!(look(&db).await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn a_password_that_is_wrong_is_no_outage() {
    let database = TestDatabase::create().await;
    let relay = database.relay().await;
    let (host, port) = (relay.place().ip(), relay.place().port());
    let text = format!("host={host} port={port} user=nobody password=wrong dbname=postgres");
    let refused = look(&pool_at(DbAddress::parse(&text).unwrap(), 1))
        .await
        .unwrap_err();
    assert!(!refused.is_unavailable(), "{refused:?}");
}

#[test]
fn an_address_is_a_url_or_a_list_of_settings() {
    for text in [
        "postgres://authly:secret@db.example:5433/authly?sslmode=require",
        "postgresql://%2Frun%2Fpostgresql/authly",
        "host=/run/postgresql user=authly dbname=authly",
    ] {
        assert!(DbAddress::parse(text).is_ok(), "{text}");
    }
    for text in [
        "mysql://db.example/authly",
        "host",
        "postgres://db.example:many/",
    ] {
        let refused = DbAddress::parse(text).err().unwrap();
        assert!(matches!(refused, DbError::Settings { .. }), "{text}");
    }
}

#[test]
fn an_address_is_local_where_every_host_is() {
    for (text, expected) in [
        ("host=/run/postgresql user=authly", true),
        ("postgres://localhost/authly", true),
        ("postgres://127.0.0.2,[::1]/authly", true),
        ("postgres://db.example/authly", false),
        ("postgres://localhost,db.example/authly", false),
    ] {
        assert_eq!(
            DbAddress::parse(text).unwrap().is_local(),
            expected,
            "{text}"
        );
    }
}
