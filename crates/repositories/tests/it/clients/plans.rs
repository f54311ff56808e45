//! The list of clients reads indexes, whatever is asked: the database says how it would read it.

use authly_domain::clients::{ClientOrder, ClientSort};
use authly_domain::page::Direction;
use authly_repositories::clients::list_statement;
use authly_repositories::{StatementMode, scopes};
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::world::World;

/// Values of the parameters of a list, in their order.
#[derive(Clone, Copy, Default)]
struct Asked {
    client_type: Option<&'static str>,
    is_active: Option<bool>,
    grant_type: Option<&'static str>,
    begins_with: Option<&'static str>,
    after: Option<&'static str>,
    client_id: Option<&'static str>,
}

/// How the database reads a page, and how many rows it meets on the way.
async fn plan(world: &World, statement: &str, params: &[(&(dyn ToSql + Sync), Type)]) -> String {
    let explain = ["EXPLAIN (ANALYZE, TIMING OFF) ", statement].concat();
    let session = world.database.session().await;
    let lines = session.query_typed(&explain, params).await.unwrap();
    let lines = lines.iter().map(|line| line.get::<_, String>(0));
    lines.collect::<Vec<_>>().join("\n")
}

/// The most rows that any part of a plan has met, those it passed over included.
fn most_rows(plan: &str) -> u64 {
    let number = |text: &str| {
        let digits = text.split(|c: char| !c.is_ascii_digit()).next();
        digits.unwrap_or_default().parse::<u64>().unwrap()
    };
    let mut most = 0;
    for line in plan.lines() {
        if let Some((_, actual)) = line.split_once("(actual rows=") {
            let (_, loops) = actual.split_once("loops=").unwrap();
            most = most.max(number(actual) * number(loops));
        }
        if let Some((_, removed)) = line.split_once("Rows Removed by Filter: ") {
            most = most.max(number(removed));
        }
    }
    most
}

async fn plan_of(world: &World, order: ClientOrder, asked: Asked) -> String {
    let after = asked.after.map(|key| match order.by {
        ClientSort::CreatedAt => "1769904000000000",
        ClientSort::ClientId | ClientSort::Name => key,
    });
    let (id, rows) = (asked.after.map(|_key| Uuid::nil()), 51_i64);
    let params: [(&(dyn ToSql + Sync), Type); 8] = [
        (&asked.client_type, Type::TEXT),
        (&asked.is_active, Type::BOOL),
        (&asked.grant_type, Type::TEXT),
        (&asked.begins_with, Type::TEXT),
        (&after, Type::TEXT),
        (&id, Type::UUID),
        (&rows, Type::INT8),
        (&asked.client_id, Type::TEXT),
    ];
    plan(world, list_statement(order), &params).await
}

/// What lists are asked for.
fn every() -> [Asked; 12] {
    let all = Asked::default();
    [
        all,
        Asked {
            after: Some("client-8"),
            ..all
        },
        Asked {
            begins_with: Some("client-abc"),
            ..all
        },
        Asked {
            begins_with: Some("nobody"),
            ..all
        },
        Asked {
            client_type: Some("public"),
            ..all
        },
        Asked {
            is_active: Some(false),
            ..all
        },
        // The youngest ones have it.
        Asked {
            grant_type: Some("client_credentials"),
            ..all
        },
        // No client has it.
        Asked {
            grant_type: Some("password"),
            ..all
        },
        // Many are the one, many the other, and none both.
        Asked {
            client_type: Some("public"),
            grant_type: Some("client_credentials"),
            ..all
        },
        Asked {
            client_type: Some("public"),
            grant_type: Some("client_credentials"),
            begins_with: Some("client-"),
            ..all
        },
        Asked {
            client_type: Some("public"),
            is_active: Some(false),
            grant_type: Some("refresh_token"),
            begins_with: Some("client-abc"),
            ..all
        },
        Asked {
            client_id: Some("client-abc"),
            ..all
        },
    ]
}

#[tokio::test]
async fn no_page_of_the_list_reads_all_of_100_000_clients() {
    let world = World::new(StatementMode::Prepared).await;
    world.database.store_clients(100_000).await;
    world.database.analyze().await;
    for by in [
        ClientSort::ClientId,
        ClientSort::Name,
        ClientSort::CreatedAt,
    ] {
        for direction in [Direction::Ascending, Direction::Descending] {
            for asked in every() {
                let plan = plan_of(&world, ClientOrder { by, direction }, asked).await;
                for table in ["clients", "client_secrets", "client_scopes"] {
                    let whole = ["Seq Scan on ", table, " "].concat();
                    assert!(!plan.contains(&whole), "{plan}");
                }
                assert!(most_rows(&plan) < 5_000, "{by:?} {direction:?}\n{plan}");
            }
        }
    }
}

#[tokio::test]
async fn a_walk_past_all_clients_is_noticed() {
    let world = World::new(StatementMode::Prepared).await;
    world.database.store_clients(2_000).await;
    let past = "SELECT id FROM clients WHERE client_name = $1 ORDER BY id";
    let plan = plan(&world, past, &[(&"nobody", Type::TEXT)]).await;
    assert_eq!(most_rows(&plan), 2_000, "{plan}");
}

#[tokio::test]
async fn neither_the_list_of_scopes_nor_the_use_of_one_reads_all_of_what_clients_may_ask_for() {
    let world = World::new(StatementMode::Prepared).await;
    world.database.store_clients(20_000).await;
    world.database.analyze().await;
    let (text, flag, rows) = (None::<&str>, None::<bool>, 51_i64);
    let params: [(&(dyn ToSql + Sync), Type); 4] = [
        (&text, Type::TEXT),
        (&flag, Type::BOOL),
        (&text, Type::TEXT),
        (&rows, Type::INT8),
    ];
    let plan = plan(&world, scopes::LIST, &params).await;
    // A few scopes are read as they are; what 20,000 clients may ask for is not.
    assert!(!plan.contains("Seq Scan on client_scopes "), "{plan}");
}
