//! What holds of the database at every moment, whatever has happened to servers and to itself.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::family::Family;

/// What must find nothing.
const BROKEN: [(&str, &str); 10] = [
    (
        "a grant is of one code",
        "SELECT id FROM grants
          WHERE (SELECT count(*) FROM authorization_codes c WHERE c.grant_id = grants.id) <> 1",
    ),
    (
        "a code is spent if and only if it has a grant",
        "SELECT id FROM authorization_codes WHERE (consumed_at IS NULL) <> (grant_id IS NULL)",
    ),
    (
        "a grant has one refresh token that is unspent",
        "SELECT id FROM grants
          WHERE (SELECT count(*) FROM tokens t
                  WHERE t.grant_id = grants.id AND t.kind = 'refresh' AND t.consumed_at IS NULL) <> 1",
    ),
    (
        "a grant has one refresh token that was the first",
        "SELECT id FROM grants
          WHERE (SELECT count(*) FROM tokens t
                  WHERE t.grant_id = grants.id AND t.kind = 'refresh'
                    AND t.predecessor_id IS NULL) <> 1",
    ),
    (
        "a refresh token has one successor if it is spent, else none",
        "SELECT id FROM tokens t
          WHERE kind = 'refresh'
            AND (SELECT count(*) FROM tokens s WHERE s.predecessor_id = t.id)
                <> (t.consumed_at IS NOT NULL)::integer",
    ),
    (
        "a refresh token came with an access token",
        "SELECT id FROM grants
          WHERE (SELECT count(*) FROM tokens t WHERE t.grant_id = grants.id AND t.kind = 'access')
              < (SELECT count(*) FROM tokens t WHERE t.grant_id = grants.id AND t.kind = 'refresh')",
    ),
    (
        "what belongs together is of the same client and user",
        "SELECT t.id FROM tokens t JOIN grants g ON g.id = t.grant_id
          WHERE (t.client_id, t.user_id) IS DISTINCT FROM (g.client_id, g.user_id)",
    ),
    (
        "a successor is sealed only until it is used",
        "SELECT t.id FROM tokens t JOIN tokens s ON s.predecessor_id = t.id
          WHERE t.successor_sealed IS NOT NULL AND s.consumed_at IS NOT NULL",
    ),
    (
        "a sealed event hangs on the one before it",
        "SELECT e.id FROM audit_events e
          WHERE e.position IS NOT NULL
            AND e.previous IS DISTINCT FROM coalesce(
                    (SELECT b.hash FROM audit_events b WHERE b.position = e.position - 1),
                    (SELECT anchor_hash FROM audit_chain WHERE anchor_position = e.position - 1))",
    ),
    (
        "the head of the audit trail is the last sealed event",
        "SELECT gen_random_uuid() FROM audit_chain c
          WHERE EXISTS (SELECT FROM audit_events e WHERE e.position > c.position)
             OR (c.position > c.anchor_position
                 AND NOT EXISTS (SELECT FROM audit_events e
                                  WHERE e.position = c.position AND e.hash = c.hash))",
    ),
];

/// Holds everything that is stored to be whole.
pub(crate) async fn assert_whole(database: &Client) {
    for (rule, sql) in BROKEN {
        let rows = database.query(sql, &[]).await.unwrap();
        let broken: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
        assert!(broken.is_empty(), "{rule}, but not {broken:?}");
    }
}

/// Holds exactly those grants to be revoked whose codes were replayed.
pub(crate) async fn assert_revoked(database: &Client, families: &[Family]) {
    let sql = "SELECT c.digest FROM grants g JOIN authorization_codes c ON c.grant_id = g.id
                WHERE g.revoked_at IS NOT NULL AND g.revoked_reason = 'code_replay'";
    let rows = database.query(sql, &[]).await.unwrap();
    let revoked: BTreeSet<Vec<u8>> = rows.iter().map(|row| row.get(0)).collect();
    let replayed = families.iter().filter(|family| family.is_replayed);
    let replayed: BTreeSet<Vec<u8>> = replayed.map(|family| digest(&family.code)).collect();
    assert_eq!(revoked, replayed, "the grants that were revoked");
    let sql = "SELECT id FROM grants WHERE revoked_reason <> 'code_replay'";
    assert_eq!(database.query(sql, &[]).await.unwrap().len(), 0, "revoked");
}

/// Whether a code was redeemed.
pub(crate) async fn is_redeemed(database: &Client, code: &str) -> bool {
    let sql = "SELECT consumed_at IS NOT NULL FROM authorization_codes WHERE digest = $1";
    let row = database.query_one(sql, &[&digest(code)]).await;
    row.expect("the code is stored").get(0)
}

/// Why a code's grant was revoked.
pub(crate) async fn revocation_of(database: &Client, code: &str) -> Option<String> {
    let sql =
        "SELECT g.revoked_reason FROM grants g JOIN authorization_codes c ON c.grant_id = g.id
                WHERE c.digest = $1";
    let row = database.query_one(sql, &[&digest(code)]).await;
    row.expect("the code has one grant").get(0)
}

/// Disables a user, as an administrator does.
pub(crate) async fn disable_user(database: &Client, username: &str) {
    let sql = "UPDATE users SET is_active = false WHERE username = $1";
    assert_eq!(database.execute(sql, &[&username]).await.unwrap(), 1);
}

/// How many users and signing keys there are.
pub(crate) async fn users_and_keys(database: &Client) -> (i64, i64) {
    let sql = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM signing_keys)";
    let row = database.query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

fn digest(value: &str) -> Vec<u8> {
    Sha256::digest(value).to_vec()
}
