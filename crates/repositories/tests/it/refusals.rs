//! `refusals`.

use authly_domain::id::UserId;
use authly_domain::refusals::RefusalRecord;
use authly_repositories::refusals::RefusalsOf;
use pretty_assertions::assert_eq;
use tokio_postgres::types::{ToSql, Type};

use crate::world::World;

in_both_modes!(
    a_refusal_reads_back_as_it_was_kept,
    the_latest_of_several_requests_with_one_id_is_found,
    with_too_many_the_oldest_go_and_a_table_that_is_too_full_shrinks,
    what_was_kept_long_enough_is_cleaned_up,
    pages_are_read_by_an_index,
);

fn refusal(world: &World, request_id: &str) -> RefusalRecord {
    RefusalRecord {
        request_id: request_id.to_owned(),
        at: world.now,
        method: "POST".to_owned(),
        endpoint: "/api/v1/oauth/token".to_owned(),
        status: 400,
        error: "invalid_grant".to_owned(),
        reason: "code_used".to_owned(),
        sentence: "The code was used before.".to_owned(),
        expected: Some("a new one".to_owned()),
        came: Some("an old one".to_owned()),
        client_id: Some("web".to_owned()),
        user: Some(world.id(UserId::generate)),
        address: Some("2001:db8::7".parse().unwrap()),
    }
}

/// The ids of the requests that are kept, the newest first.
async fn kept(world: &World, of: RefusalsOf) -> Vec<String> {
    let conn = world.conn().await;
    let refusals = conn.reads().refusals();
    let kept = refusals.list(&of, None, 100).await.unwrap();
    kept.into_iter().map(|one| one.refusal.request_id).collect()
}

async fn add(world: &World, refusals: &[RefusalRecord], most: i64) {
    let conn = world.conn().await;
    conn.reads().refusals().add(refusals, most).await.unwrap();
}

async fn a_refusal_reads_back_as_it_was_kept(world: World) {
    let full = refusal(&world, "request-1");
    let bare = RefusalRecord {
        request_id: "request-2".to_owned(),
        expected: None,
        came: None,
        client_id: None,
        user: None,
        address: None,
        ..full.clone()
    };
    add(&world, &[full.clone(), bare.clone()], 10).await;
    let conn = world.conn().await;
    let refusals = conn.reads().refusals();
    for one in [&full, &bare] {
        let found = refusals.find(&one.request_id).await.unwrap();
        assert_eq!(&found.unwrap().refusal, one);
    }
    assert_eq!(refusals.find("request-3").await.unwrap(), None);
    drop(conn);
    assert_eq!(
        kept(&world, RefusalsOf::All).await,
        ["request-2", "request-1"]
    );
    let of_client = RefusalsOf::Client("web".to_owned());
    assert_eq!(kept(&world, of_client).await, ["request-1"]);
}

async fn the_latest_of_several_requests_with_one_id_is_found(world: World) {
    let first = refusal(&world, "request-1");
    let second = RefusalRecord {
        status: 401,
        ..first.clone()
    };
    add(&world, &[first, second], 10).await;
    let conn = world.conn().await;
    let found = conn.reads().refusals().find("request-1").await.unwrap();
    assert_eq!(found.unwrap().refusal.status, 401);
}

async fn with_too_many_the_oldest_go_and_a_table_that_is_too_full_shrinks(world: World) {
    for number in 1..=6 {
        let one = refusal(&world, &format!("request-{number}"));
        add(&world, &[one], 100).await;
    }
    let rows = async || kept(&world, RefusalsOf::All).await.len();
    assert_eq!(rows().await, 6);
    // Each that comes takes two with it, until there are no more than that many before it.
    for (number, left) in [(7, 5), (8, 4), (9, 4), (10, 4)] {
        let one = refusal(&world, &format!("request-{number}"));
        add(&world, &[one], 3).await;
        assert_eq!(rows().await, left, "{number}");
    }
    let newest = kept(&world, RefusalsOf::All).await;
    assert_eq!(
        newest,
        ["request-10", "request-9", "request-8", "request-7"]
    );
}

async fn what_was_kept_long_enough_is_cleaned_up(world: World) {
    let old = refusal(&world, "request-1");
    let new = RefusalRecord {
        at: world.later(10),
        request_id: "request-2".to_owned(),
        ..old.clone()
    };
    add(&world, &[old, new], 10).await;
    let conn = world.conn().await;
    let rows = conn.reads().clean_up();
    let _progress = rows.refusals(world.later(9)).await.unwrap();
    drop(conn);
    assert_eq!(kept(&world, RefusalsOf::All).await, ["request-2"]);
}

async fn pages_are_read_by_an_index(world: World) {
    let many: Vec<_> = (0..5_000)
        .map(|number| RefusalRecord {
            client_id: Some(format!("client-{}", number % 100)),
            ..refusal(&world, &format!("request-{number}"))
        })
        .collect();
    add(&world, &many, 10_000).await;
    let session = world.database.session().await;
    session.batch_execute("ANALYZE refusals").await.unwrap();
    let (before, rows, client) = (4_000_i64, 51_i64, "client-7");
    for of in [RefusalsOf::All, RefusalsOf::Client(client.to_owned())] {
        let mut params: Vec<(&(dyn ToSql + Sync), Type)> =
            vec![(&before, Type::INT8), (&rows, Type::INT8)];
        if matches!(of, RefusalsOf::Client(_)) {
            params.push((&client, Type::TEXT));
        }
        let explain = ["EXPLAIN ", of.statement()].concat();
        let lines = session.query_typed(&explain, &params).await.unwrap();
        let plan: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
        let plan = plan.join("\n");
        assert!(
            plan.contains("Index") && !plan.contains("Seq Scan"),
            "{plan}"
        );
    }
}
