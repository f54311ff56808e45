//! Transactions as guards.

use std::error::Error as _;

use authly_domain::scopes::ScopeRecord;
use authly_repositories::{Db, DbError};
use pretty_assertions::assert_eq;

use crate::world::{World, scope};

in_both_modes!(
    what_is_committed_lasts,
    what_is_dropped_is_rolled_back_and_leaks_to_nobody,
    what_panics_is_rolled_back,
    after_an_error_nothing_more_can_be_done_or_committed,
    work_that_is_not_committed_is_seen_by_nobody_else,
    each_statement_begin_and_commit_is_one_round_trip,
    an_error_names_the_statement_and_hides_its_values,
);

fn notes() -> ScopeRecord {
    ScopeRecord {
        name: "notes:read".parse().unwrap(),
        description: "Read your notes".to_owned(),
        is_default: false,
        is_active: true,
        is_system: false,
    }
}

async fn has_notes(db: &Db) -> bool {
    let conn = db.connect().await.unwrap();
    let found = conn
        .reads()
        .scopes()
        .of_names(&scope("notes:read"))
        .await
        .unwrap();
    !found.is_empty()
}

async fn what_is_committed_lasts(world: World) {
    let mut conn = world.conn().await;
    let work = conn.begin("test").await.unwrap();
    work.scopes().upsert(&notes(), world.now).await.unwrap();
    work.commit().await.unwrap();
    assert!(has_notes(&world.db).await);
}

async fn what_is_dropped_is_rolled_back_and_leaks_to_nobody(world: World) {
    // The next borrower gets the very same connection.
    let db = world.pool(1);
    for _ in 0..2 {
        let mut conn = db.connect().await.unwrap();
        let work = conn.begin("test").await.unwrap();
        work.scopes().upsert(&notes(), world.now).await.unwrap();
        drop(work);
        drop(conn);
        assert!(!has_notes(&db).await);
    }
    // And it is in no transaction: what it does now lasts.
    let conn = db.connect().await.unwrap();
    conn.reads()
        .scopes()
        .upsert(&notes(), world.now)
        .await
        .unwrap();
    drop(conn);
    assert!(has_notes(&world.db).await);
}

async fn what_panics_is_rolled_back(world: World) {
    let db = world.pool(1);
    let (inner, now) = (db.clone(), world.now);
    let task = tokio::spawn(async move {
        let mut conn = inner.connect().await.unwrap();
        let work = conn.begin("test").await.unwrap();
        work.scopes().upsert(&notes(), now).await.unwrap();
        panic!("of the test");
    });
    assert!(task.await.unwrap_err().is_panic());
    assert!(!has_notes(&db).await);
}

async fn after_an_error_nothing_more_can_be_done_or_committed(world: World) {
    let client = world.client("web").await;
    let db = world.pool(1);
    let mut conn = db.connect().await.unwrap();
    let work = conn.begin("test").await.unwrap();
    work.scopes().upsert(&notes(), world.now).await.unwrap();
    let unknown = scope("no-such-scope");
    let refused = work
        .clients()
        .replace_scopes(client.key, &unknown, &unknown)
        .await;
    assert!(refused.is_err());
    assert!(work.keys().revision().await.is_err());
    drop(work);
    drop(conn);
    assert!(!has_notes(&db).await);
}

async fn work_that_is_not_committed_is_seen_by_nobody_else(world: World) {
    let mut conn = world.conn().await;
    let work = conn.begin("test").await.unwrap();
    work.scopes().upsert(&notes(), world.now).await.unwrap();
    assert!(!has_notes(&world.db).await);
    work.commit().await.unwrap();
    assert!(has_notes(&world.db).await);
}

async fn each_statement_begin_and_commit_is_one_round_trip(world: World) {
    let mut conn = world.conn().await;
    let before = world.db.round_trips();
    let work = conn.begin("test").await.unwrap();
    work.keys().revision().await.unwrap();
    work.scopes().active().await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(world.db.round_trips() - before, 4);

    conn.reads().keys().revision().await.unwrap();
    assert_eq!(world.db.round_trips() - before, 5);
}

async fn an_error_names_the_statement_and_hides_its_values(world: World) {
    let client = world.client("web").await;
    let conn = world.conn().await;
    let unknown = scope("no-such-scope");
    let refused = conn
        .reads()
        .clients()
        .replace_scopes(client.key, &unknown, &unknown)
        .await;
    let error = refused.unwrap_err();
    assert!(matches!(error, DbError::Constraint { .. }));
    let text = error.to_string();
    assert!(text.contains("clients.replace_scopes"), "{text}");
    assert!(!text.contains("no-such-scope"), "{text}");
    assert!(error.source().is_some());
}
