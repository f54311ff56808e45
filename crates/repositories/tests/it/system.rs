//! How much there is, asked of tables that are too large to be counted at each request.

use authly_repositories::StatementMode;
use authly_repositories::system::{ADMINISTRATORS, MOST_COUNTED, RowCount};

use crate::world::World;

/// A number near to this one, which nobody has counted.
fn is_estimated(count: RowCount, near: u64) -> bool {
    matches!(count, RowCount::Estimated(count) if count.abs_diff(near) < near / 10)
}

#[tokio::test]
async fn large_tables_are_not_counted_and_small_ones_are() {
    let world = World::new(StatementMode::Prepared).await;
    let many = 25_000;
    assert!(u64::from(many) > MOST_COUNTED);
    world.database.store_access(many).await;
    world.database.analyze().await;
    let conn = world.conn().await;
    let (system, near) = (conn.reads().system(), u64::from(many));

    let users = system.users().await.unwrap();
    assert!(
        users.iter().all(|one| is_estimated(*one, near)),
        "{users:?}"
    );
    let grants = system.grants().await.unwrap();
    assert!(is_estimated(grants[0], near), "{grants:?}");
    // Most of these have expired.
    let is_estimated = |count: &RowCount| matches!(count, RowCount::Estimated(_));
    let sessions = system.sessions(world.now).await.unwrap();
    assert!(sessions.iter().all(is_estimated), "{sessions:?}");
    let tokens = system.tokens(world.now).await.unwrap();
    assert!(tokens.iter().all(is_estimated), "{tokens:?}");
    let clients = system.clients().await.unwrap();
    assert_eq!(clients, [RowCount::Exact(100); 2]);
}

/// Administrators are few, and counted among however many users: by an index.
#[tokio::test]
async fn administrators_are_counted_without_a_look_at_all_users() {
    let world = World::new(StatementMode::Prepared).await;
    world.database.store_access(5_000).await;
    world.database.analyze().await;
    let explain = ["EXPLAIN ", ADMINISTRATORS].concat();
    let session = world.database.session().await;
    let lines = session.query(&explain, &[]).await.unwrap();
    let lines = lines.iter().map(|line| line.get::<_, String>(0));
    let plan = lines.collect::<Vec<_>>().join("\n");
    assert!(plan.contains("Index"), "{plan}");
    assert!(!plan.contains("Seq Scan"), "{plan}");
}
