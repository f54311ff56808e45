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

async fn plan(world: &World, statement: &str, params: &[(&(dyn ToSql + Sync), Type)]) -> String {
    let explain = ["EXPLAIN ", statement].concat();
    let session = world.database.session().await;
    let lines = session.query_typed(&explain, params).await.unwrap();
    let lines = lines.iter().map(|line| line.get::<_, String>(0));
    lines.collect::<Vec<_>>().join("\n")
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

#[tokio::test]
async fn no_page_of_the_list_reads_all_of_100_000_clients() {
    let world = World::new(StatementMode::Prepared).await;
    world.database.store_clients(100_000).await;
    world.database.analyze().await;
    let all = Asked::default();
    let every = [
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
        Asked {
            grant_type: Some("client_credentials"),
            ..all
        },
        Asked {
            client_id: Some("client-abc"),
            ..all
        },
    ];
    for by in [
        ClientSort::ClientId,
        ClientSort::Name,
        ClientSort::CreatedAt,
    ] {
        for direction in [Direction::Ascending, Direction::Descending] {
            for asked in every {
                let plan = plan_of(&world, ClientOrder { by, direction }, asked).await;
                for table in ["clients", "client_secrets", "client_scopes"] {
                    let whole = ["Seq Scan on ", table, " "].concat();
                    assert!(!plan.contains(&whole), "{plan}");
                }
            }
        }
    }
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
