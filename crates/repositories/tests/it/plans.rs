//! Lists read an index, however much there is: the database says how it would read them.

use authly_domain::id::{ClientKey, GrantId, UserId};
use authly_repositories::StatementMode;
use authly_repositories::audit::AuditEvents;
use authly_repositories::grants::GrantsOf;
use authly_repositories::sessions::SessionsOf;
use authly_repositories::tokens::TokensOf;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::world::World;

/// The tables that grow with users and clients: none of them is read from its beginning to its end.
const LARGE: [&str; 5] = ["users", "sessions", "grants", "tokens", "consents"];

/// How the database would read a page.
async fn plan(world: &World, statement: &str, owner: Option<Uuid>) -> String {
    let (before, rows) = (Uuid::max(), 51_i64);
    let mut params: Vec<(&(dyn ToSql + Sync), Type)> =
        vec![(&before, Type::UUID), (&rows, Type::INT8)];
    if let Some(owner) = &owner {
        params.push((owner, Type::UUID));
    }
    let explain = ["EXPLAIN ", statement].concat();
    let lines = world
        .database
        .session()
        .await
        .query_typed(&explain, &params);
    let lines = lines.await.unwrap();
    let lines = lines.iter().map(|line| line.get::<_, String>(0));
    lines.collect::<Vec<_>>().join("\n")
}

/// Some value of a column.
async fn one(world: &World, sql: &str) -> Uuid {
    let row = world.database.session().await.query_one(sql, &[]).await;
    row.unwrap().get(0)
}

#[tokio::test]
async fn no_page_of_a_list_reads_a_large_table_to_its_end() {
    let world = World::new(StatementMode::Prepared).await;
    world.database.store_access(20_000).await;
    world.database.analyze().await;
    let client = one(&world, "SELECT client_id FROM grants LIMIT 1").await;
    let user = one(&world, "SELECT user_id FROM grants LIMIT 1").await;
    let grant = one(&world, "SELECT id FROM grants LIMIT 1").await;
    let of_client = ClientKey::from_uuid(client);
    let of_user = UserId::from_uuid(user);
    let statements = [
        (SessionsOf::All.statement(), None),
        (SessionsOf::User(of_user).statement(), Some(user)),
        (GrantsOf::All.statement(), None),
        (GrantsOf::User(of_user).statement(), Some(user)),
        (GrantsOf::Client(of_client).statement(), Some(client)),
        (TokensOf::All.statement(), None),
        (
            TokensOf::Grant(GrantId::from_uuid(grant)).statement(),
            Some(grant),
        ),
        (TokensOf::User(of_user).statement(), Some(user)),
        (TokensOf::Client(of_client).statement(), Some(client)),
    ];
    for (statement, owner) in statements {
        let plan = plan(&world, statement, owner).await;
        for table in LARGE {
            let whole = ["Seq Scan on ", table, " "].concat();
            assert!(!plan.contains(&whole), "{statement}\n{plan}");
        }
    }
}

#[tokio::test]
async fn a_plan_that_reads_a_whole_table_is_noticed() {
    let world = World::new(StatementMode::Prepared).await;
    world.database.store_access(1_000).await;
    let all = "SELECT s.id FROM sessions s WHERE s.id < $1 AND user_agent = 'x' LIMIT $2";
    world
        .database
        .run("ALTER TABLE sessions DROP CONSTRAINT sessions_pkey CASCADE")
        .await;
    let plan = plan(&world, all, None).await;
    assert!(plan.contains("Seq Scan on sessions "), "{plan}");
}

#[tokio::test]
async fn no_filter_reads_the_audit_trail_to_its_end() {
    let world = World::new(StatementMode::Prepared).await;
    let fill = "INSERT INTO audit_events
                    (id, occurred_at, action, actor_kind, actor_user_id, user_id, client_id,
                     request_id)
                SELECT gen_random_uuid(), 'epoch', 'a.' || n % 50, 'user', md5((n % 500)::text)::uuid,
                       md5((n % 700)::text)::uuid, md5((n % 300)::text)::uuid, 'r' || n
                  FROM generate_series(1, 30000) n";
    world.database.run(fill).await;
    world.database.analyze().await;
    let some = one(&world, "SELECT user_id FROM audit_events LIMIT 1").await;
    let session = world.database.session().await;
    let explain = ["EXPLAIN ", AuditEvents::LIST].concat();
    for filter in 0..8 {
        let id = |number: usize| (filter == number).then_some(some);
        let filtered = |number: usize, word: &'static str| (filter == number).then_some(word);
        let (before, since, until) = (id(1), id(2), id(3));
        let (actor, user_id, client) = (id(4), id(5), id(6));
        let (action, number) = (filtered(0, "a.7"), filtered(7, "r77"));
        let params: [(&(dyn ToSql + Sync), Type); 10] = [
            (&before, Type::UUID),
            (&51_i64, Type::INT8),
            (&since, Type::UUID),
            (&until, Type::UUID),
            (&actor, Type::UUID),
            (&user_id, Type::UUID),
            (&client, Type::UUID),
            (&action, Type::TEXT),
            (&None::<&str>, Type::TEXT),
            (&number, Type::TEXT),
        ];
        let lines = session.query_typed(&explain, &params).await.unwrap();
        let lines = lines.iter().map(|line| line.get::<_, String>(0));
        let plan = lines.collect::<Vec<_>>().join("\n");
        assert!(
            !plan.contains("Seq Scan on audit_events"),
            "{filter}\n{plan}"
        );
    }
}
