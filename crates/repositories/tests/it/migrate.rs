//! Migrations.

use authly_repositories::migrate::{
    self, Migrated, SchemaState, ensure_database, fingerprint, schema_state,
};
use authly_repositories::{DbError, StatementMode};
use authly_testing::TestDatabase;
use authly_testing::database::POOL_SIZE;
use pretty_assertions::assert_eq;

const MODES: [StatementMode; 2] = [StatementMode::Prepared, StatementMode::Unnamed];

/// As many as lie in the folder: their numbers may have gaps.
pub(crate) fn number_of_migrations() -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    std::fs::read_dir(folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension() == Some("sql".as_ref()))
        .count()
}

#[tokio::test]
async fn an_empty_database_gets_the_whole_schema_once() {
    for mode in MODES {
        let database = TestDatabase::create_empty().await;
        let db = database.pool_with(POOL_SIZE, mode);
        assert_eq!(schema_state(&db).await.unwrap(), SchemaState::Behind);

        let first = migrate::migrate(&db).await.unwrap();
        assert_eq!(first.applied.len(), number_of_migrations());
        assert_eq!(schema_state(&db).await.unwrap(), SchemaState::Current);

        let second = migrate::migrate(&db).await.unwrap();
        assert_eq!(
            second,
            Migrated {
                applied: Vec::new()
            }
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_migrate_at_once_wait_for_one_another() {
    let database = TestDatabase::create_empty().await;
    let nodes = [(); 4].map(|()| {
        let db = database.pool();
        tokio::spawn(async move { migrate::migrate(&db).await })
    });
    let mut applied = Vec::new();
    for node in nodes {
        applied.push(node.await.unwrap().unwrap().applied.len());
    }
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, 0, number_of_migrations()]);
}

#[tokio::test]
async fn a_schema_that_a_newer_version_has_migrated_is_ahead() {
    let database = TestDatabase::create().await;
    let sql = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
               VALUES (9999, 'add_something', '2030-01-01T00:00:00Z', '1')";
    database.run(sql).await;
    assert_eq!(
        schema_state(&database.pool()).await.unwrap(),
        SchemaState::Ahead
    );
}

#[tokio::test]
async fn a_schema_that_lacks_the_last_migration_is_behind() {
    let database = TestDatabase::create().await;
    let sql = "DELETE FROM refinery_schema_history
                WHERE version = (SELECT max(version) FROM refinery_schema_history)";
    database.run(sql).await;
    assert_eq!(
        schema_state(&database.pool()).await.unwrap(),
        SchemaState::Behind
    );
}

#[tokio::test]
async fn migrations_that_fail_say_so() {
    let database = TestDatabase::create_empty().await;
    database.run("CREATE TABLE clients (id integer)").await;
    let refused = migrate::migrate(&database.pool()).await.unwrap_err();
    assert!(matches!(refused, DbError::Migration { .. }), "{refused}");
    assert_eq!(
        schema_state(&database.pool()).await.unwrap(),
        SchemaState::Behind
    );
}

#[tokio::test]
async fn a_database_that_is_away_is_unavailable_to_migrations() {
    let database = TestDatabase::create_empty().await;
    let relay = database.relay().await;
    let db = crate::db::pool_at(relay.address(), 1);
    relay.cut().await;
    assert!(migrate::migrate(&db).await.unwrap_err().is_unavailable());
    assert!(schema_state(&db).await.unwrap_err().is_unavailable());
    assert!(
        ensure_database(&db, "authly")
            .await
            .unwrap_err()
            .is_unavailable()
    );
}

#[tokio::test]
async fn a_database_is_made_where_there_is_none() {
    let database = TestDatabase::create_empty().await;
    let mut conn = database.pool().connect().await.unwrap();
    let name = format!("{}_more", database.name());
    for _ in 0..2 {
        ensure_database(&database.pool(), &name).await.unwrap();
    }
    let other = crate::db::pool_at(database.address().with_database(&name), 1);
    other
        .connect()
        .await
        .unwrap()
        .begin("test")
        .await
        .unwrap()
        .commit()
        .await
        .unwrap();
    other.close();
    conn.begin("test").await.unwrap().commit().await.unwrap();
    database
        .run(&["DROP DATABASE ", &name, " WITH (FORCE)"].concat())
        .await;
}

#[tokio::test]
async fn a_database_with_a_name_that_would_need_quotes_is_refused() {
    let database = TestDatabase::create_empty().await;
    for name in ["", "Authly", "a-b", "a b", "a\"; DROP TABLE users; --"] {
        let refused = ensure_database(&database.pool(), name).await.unwrap_err();
        assert!(
            matches!(refused, DbError::Settings { .. }),
            "{name}: {refused}"
        );
    }
}

#[test]
fn the_fingerprint_is_a_plain_part_of_a_name() {
    assert_eq!(fingerprint().len(), 16);
    assert!(fingerprint().bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(fingerprint(), fingerprint());
}
