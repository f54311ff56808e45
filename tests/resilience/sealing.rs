//! `kill -9` of a server in the midst of sealing the audit trail.

use serde_json::Value;
use tokio_postgres::Client;

use crate::application::{http_client, send};
use crate::installation::Installation;
use crate::invariants::assert_whole;
use crate::node::Node;
use crate::report::report;
use crate::wait::until;

/// How many events a server seals in one transaction.
const BATCH: i64 = 500;
/// How many wait for their seal: more than two batches.
const EVENTS: i64 = 1_200;

/// The place of the head, and how many events wait for their seal.
async fn chain(database: &Client) -> (i64, i64) {
    let sql = "SELECT c.position, (SELECT count(*) FROM audit_events WHERE position IS NULL)
                 FROM audit_chain c";
    let row = database.query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

async fn count(database: &Client, sql: &str) -> i64 {
    database.query_one(sql, &[]).await.unwrap().get(0)
}

/// Waits until nothing waits for its seal, and answers the head.
async fn all_is_sealed(database: &Client) -> i64 {
    let look = async || {
        let (head, unsealed) = chain(database).await;
        (unsealed == 0).then_some(head)
    };
    until("everything is sealed", look).await.0
}

/// Lets the application read the audit trail, by itself.
async fn entitle(database: &Client) {
    let sql = "INSERT INTO client_scopes (client_id, scope)
               SELECT id, 'admin:audit:read' FROM clients WHERE client_id = 'web';
               UPDATE clients
                  SET entitled_admin_scopes = '{admin:audit:read}', version = version + 1
                WHERE client_id = 'web'";
    database.batch_execute(sql).await.unwrap();
}

/// Has the server hold the trail against its chain.
async fn verify(node: &Node) -> Value {
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "admin:audit:read"),
    ];
    let request = http_client()
        .post(format!("{}/api/v1/oauth/token", node.url))
        .basic_auth("web", Some("only-for-tests-only-for-tests-0001"))
        .form(&form);
    let answer = send(request).await.expect();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.json();
    let token = token.get("access_token").and_then(Value::as_str).unwrap();
    let request = http_client()
        .get(format!("{}/admin/audit/verify", node.url))
        .bearer_auth(token);
    let answer = send(request).await.expect();
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_seals_leaves_the_chain_whole_and_another_goes_on() {
    let installation = Installation::new().await;
    let mut victim = installation.node().await;
    let database = installation.postgres.connect().await;
    let before = all_is_sealed(&database).await;

    // Nobody seals while the events come, and the second batch cannot be sealed.
    let (chain_held, event_held) = (
        installation.postgres.connect().await,
        installation.postgres.connect().await,
    );
    let hold = "BEGIN; SELECT FROM audit_chain FOR UPDATE";
    chain_held.batch_execute(hold).await.unwrap();
    let sql = "INSERT INTO audit_events (id, occurred_at, action)
               SELECT gen_random_uuid(), now(), 'logout' FROM generate_series(1, $1::bigint)";
    database.execute(sql, &[&EVENTS]).await.unwrap();
    let hold = "BEGIN; SELECT FROM audit_events
                       WHERE id = (SELECT id FROM audit_events WHERE position IS NULL
                                    ORDER BY id OFFSET 700 LIMIT 1) FOR UPDATE";
    event_held.batch_execute(hold).await.unwrap();
    chain_held.batch_execute("COMMIT").await.unwrap();
    until(
        "one batch is sealed, and the next is under way",
        async || {
            let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
            let is_waiting = count(&database, waiting).await > 0;
            (is_waiting && chain(&database).await.0 == before + BATCH).then_some(())
        },
    )
    .await;
    victim.kill();

    // What it had begun ends as if it had never been.
    event_held.batch_execute("COMMIT").await.unwrap();
    let others = "SELECT count(*) FROM pg_stat_activity
                   WHERE backend_type = 'client backend' AND state <> 'idle'
                     AND pid <> pg_backend_pid()";
    until("the database has noticed", async || {
        (count(&database, others).await == 0).then_some(())
    })
    .await;
    let expected = (before + BATCH, EVENTS - BATCH);
    assert_eq!(chain(&database).await, expected);
    assert_whole(&database).await;

    let node = installation.node().await;
    let head = all_is_sealed(&database).await;
    assert!(head >= before + EVENTS);
    assert_whole(&database).await;
    // Only now: each start gives the client the scopes of the seed.
    entitle(&database).await;
    let verified = verify(&node).await;
    assert_eq!(verified.get("faults"), Some(&Value::Array(Vec::new())));
    assert_eq!(verified.get("checked"), Some(&Value::from(head)));
    report(format_args!("sealing: {head} events, all of them whole"));
}
