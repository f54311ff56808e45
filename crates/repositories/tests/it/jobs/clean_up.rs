//! What clean-up removes, and how it finds it.

use std::time::Duration;

use authly_domain::clock::Timestamp;
use authly_domain::grants::Revocation;
use authly_domain::sessions::SessionEnd;
use authly_domain::throttle::{ThrottleKind, ThrottleRule};
use authly_repositories::Db;
use authly_repositories::clients::AssertionUse;
use authly_repositories::idempotency::{ClaimedKey, KeyedRequest};
use authly_repositories::jobs::{PageOfSessions, Progress};
use authly_repositories::throttle::Counter;
use pretty_assertions::assert_eq;

use crate::family::Family;
use crate::world::World;

in_both_modes!(
    no_table_that_grows_is_read_from_end_to_end,
    a_batch_that_is_full_says_that_there_may_be_more,
    a_row_that_somebody_is_at_is_passed_over,
    no_statement_waits_for_somebody_who_is_at_a_grant,
    a_grant_goes_with_the_last_that_was_left_of_it,
    a_revoked_grant_goes_with_its_tokens,
    a_grant_whose_session_was_ended_goes_with_its_tokens_and_then_the_session,
    an_expired_session_stays_while_a_grant_hangs_on_it,
    sessions_that_stay_hide_none_that_go,
    a_grant_that_was_left_empty_goes_when_it_is_old,
);

/// Everything that the tests store is over by then.
fn far(world: &World) -> Timestamp {
    world.later(10_000_000)
}

/// How many rows a table has.
async fn rows(world: &World, table: &str) -> i64 {
    let sql = ["SELECT count(*) FROM ", table].concat();
    let session = world.database.session().await;
    session.query_one(&sql, &[]).await.unwrap().get(0)
}

/// Stores an answer that is kept for a minute.
async fn answer(world: &World) {
    let asked = KeyedRequest {
        key: world.digest(),
        request: world.digest(),
    };
    let conn = world.conn().await;
    let keys = conn.reads().idempotency_keys();
    let claimed = keys.claim(&asked, world.now, world.later(60)).await;
    assert!(matches!(claimed.unwrap(), ClaimedKey::Ours));
    keys.keep(&asked.key, b"sealed").await.unwrap();
}

async fn rows_of_grants(world: &World) -> (i64, i64, i64) {
    let codes = rows(world, "authorization_codes").await;
    (
        codes,
        rows(world, "tokens").await,
        rows(world, "grants").await,
    )
}

/// Looks at the first page of expired sessions.
async fn first_page(world: &World, db: &Db) -> PageOfSessions {
    let conn = db.connect().await.unwrap();
    let clean_up = conn.reads().clean_up();
    let page = clean_up.expired_sessions(world.later(0), far(world)).await;
    page.unwrap()
}

/// How many rows of each table that grows were removed, and how often it was read from end to end.
async fn removed_and_read(world: &World) -> Vec<(String, i64, i64)> {
    let sql = "SELECT relname, n_tup_del, seq_scan FROM pg_stat_user_tables
                WHERE relname IN ('authorization_codes', 'authorization_requests',
                                  'client_assertions', 'grants', 'idempotency_keys',
                                  'sessions', 'throttles', 'tokens')
                ORDER BY relname";
    let session = world.database.session().await;
    let rows = session.query(sql, &[]).await.unwrap();
    rows.iter()
        .map(|row| (row.get(0), row.get(1), row.get(2)))
        .collect()
}

async fn use_assertion(world: &World) {
    let client = world.client("signing").await;
    let (conn, jti) = (world.conn().await, world.digest());
    let clients = conn.reads().clients();
    let used = clients.use_assertion(&client, &jti, world.now).await;
    assert_eq!(used.unwrap(), AssertionUse::First);
}

async fn no_table_that_grows_is_read_from_end_to_end(world: World) {
    let family = world.family().await;
    let counter = Counter {
        account: None,
        kind: ThrottleKind::ClientSecret,
        key: world.digest(),
        rule: ThrottleRule {
            attempts: 1,
            window: Duration::from_secs(1),
        },
    };
    let conn = world.conn().await;
    let throttles = conn.reads().throttles();
    throttles.count(&[counter], world.now).await.unwrap();
    store_requests(&world, 1).await;
    answer(&world).await;
    drop(conn);
    use_assertion(&world).await;
    // From here on a table is read from end to end only where nothing else is possible.
    let name = world.database.name();
    let demand = ["ALTER DATABASE ", name, " SET enable_seqscan = off"].concat();
    world.database.run(&demand).await;
    world.db.close();
    world.database.until_alone().await;
    world.database.run("SELECT pg_stat_reset()").await;

    let db = world.pool(1);
    let conn = db.connect().await.unwrap();
    let clean_up = conn.reads().clean_up();
    let (begin, end) = (world.later(0), far(&world));
    assert_eq!(clean_up.throttles(end).await.unwrap(), Progress::Done);
    assert_eq!(clean_up.answers(end).await.unwrap(), Progress::Done);
    assert_eq!(clean_up.assertions(end).await.unwrap(), Progress::Done);
    assert_eq!(clean_up.requests(end).await.unwrap(), Progress::Done);
    assert_eq!(clean_up.revoked_grants(end).await.unwrap(), Progress::Done);
    let ended = clean_up.grants_of_ended_sessions(end).await.unwrap();
    assert_eq!(ended, Progress::Done);
    assert_eq!(clean_up.tokens(end).await.unwrap(), Progress::Done);
    assert_eq!(clean_up.codes(end).await.unwrap(), Progress::Done);
    assert_eq!(clean_up.old_grants(end).await.unwrap(), Progress::Done);
    clean_up.ended_sessions(begin, end).await.unwrap();
    clean_up.expired_sessions(begin, end).await.unwrap();
    drop(conn);
    db.close();
    world.database.until_alone().await;

    drop(family);
    let read = removed_and_read(&world).await;
    let expected = [
        ("authorization_codes", 1),
        ("authorization_requests", 1),
        ("client_assertions", 1),
        ("grants", 1),
        ("idempotency_keys", 1),
        ("sessions", 1),
        ("throttles", 1),
        ("tokens", 2),
    ];
    let expected = expected.map(|(table, removed)| (table.to_owned(), removed, 0));
    assert_eq!(read, expected);
}

async fn a_batch_that_is_full_says_that_there_may_be_more(world: World) {
    let many = "INSERT INTO throttles (kind, key_digest, attempts, window_ends_at)
        SELECT 'login_account', sha256(n::text::bytea), 1, timestamptz '2026-01-01' + n * interval '1s'
          FROM generate_series(1, 501) n";
    world.database.run(many).await;
    let conn = world.conn().await;
    let clean_up = conn.reads().clean_up();
    assert_eq!(clean_up.throttles(world.now).await.unwrap(), Progress::More);
    assert_eq!(rows(&world, "throttles").await, 1);
    assert_eq!(clean_up.throttles(world.now).await.unwrap(), Progress::Done);
    assert_eq!(rows(&world, "throttles").await, 0);
}

async fn a_row_that_somebody_is_at_is_passed_over(world: World) {
    let family = world.family().await;
    let mut busy = world.conn().await;
    let work = busy.begin("test.present").await.unwrap();
    let tokens = work.refresh_tokens();
    let presented = tokens.lock_by_digest(&family.refresh.digest).await;
    assert!(presented.unwrap().is_some());

    let conn = world.conn().await;
    let clean_up = conn.reads().clean_up();
    clean_up.codes(far(&world)).await.unwrap();
    clean_up.tokens(far(&world)).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (0, 1, 1));
    // Given up, and the database has heard of it when it answers the next question.
    drop(work);
    busy.reads().jobs().all().await.unwrap();
    clean_up.tokens(far(&world)).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (0, 0, 0));
}

async fn no_statement_waits_for_somebody_who_is_at_a_grant(world: World) {
    let family = world.family().await;
    let mut busy = world.conn().await;
    let work = busy.begin("test.revoke").await.unwrap();
    let (grants, reason) = (work.grants(), Revocation::PasswordChanged);
    let revoked = grants.revoke(family.grant.id, reason, world.now).await;
    assert!(revoked.unwrap());

    // A statement that waited would be given up, which is an error.
    let conn = world.conn().await;
    let clean_up = conn.reads().clean_up();
    clean_up.codes(far(&world)).await.unwrap();
    clean_up.tokens(far(&world)).await.unwrap();
    clean_up.old_grants(far(&world)).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (0, 0, 1));
    work.commit().await.unwrap();
    clean_up.old_grants(far(&world)).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (0, 0, 0));
}

async fn a_grant_goes_with_the_last_that_was_left_of_it(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let clean_up = conn.reads().clean_up();
    clean_up.tokens(family.access.expires_at).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (1, 1, 1));
    clean_up.tokens(family.refresh.expires_at).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (1, 0, 1));
    clean_up.codes(far(&world)).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (0, 0, 0));
}

async fn a_revoked_grant_goes_with_its_tokens(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let revoked_at = world.later(5);
    let grants = conn.reads().grants();
    let revoked = grants.revoke(family.grant.id, Revocation::ByClient, revoked_at);
    assert!(revoked.await.unwrap());

    let clean_up = conn.reads().clean_up();
    clean_up.revoked_grants(world.later(4)).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (1, 2, 1));
    clean_up.revoked_grants(revoked_at).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (1, 0, 1));
    clean_up.codes(far(&world)).await.unwrap();
    assert_eq!(rows_of_grants(&world).await, (0, 0, 0));
}

async fn a_grant_whose_session_was_ended_goes_with_its_tokens_and_then_the_session(world: World) {
    let Family { session, .. } = world.family().await;
    let conn = world.conn().await;
    let sessions = conn.reads().sessions();
    let (ended_at, end) = (world.later(5), SessionEnd::LoggedOut);
    sessions.end_one(session.id, end, ended_at).await.unwrap();

    let clean_up = conn.reads().clean_up();
    let ended = async |by| clean_up.ended_sessions(world.later(0), by).await.unwrap();
    let grants = async |by| clean_up.grants_of_ended_sessions(by).await.unwrap();
    grants(world.later(4)).await;
    assert_eq!(rows_of_grants(&world).await, (1, 2, 1));
    grants(ended_at).await;
    assert_eq!(rows_of_grants(&world).await, (1, 0, 1));
    ended(ended_at).await;
    assert_eq!(rows(&world, "sessions").await, 1, "the code hangs on it");
    clean_up.codes(far(&world)).await.unwrap();
    ended(world.later(4)).await;
    assert_eq!(rows(&world, "sessions").await, 1);
    ended(ended_at).await;
    assert_eq!(rows(&world, "sessions").await, 0);
}

async fn an_expired_session_stays_while_a_grant_hangs_on_it(world: World) {
    let family = world.family().await;
    let conn = world.conn().await;
    let clean_up = conn.reads().clean_up();
    clean_up.codes(far(&world)).await.unwrap();
    first_page(&world, &world.db).await;
    assert_eq!(rows_of_grants(&world).await, (0, 2, 1));
    assert_eq!(rows(&world, "sessions").await, 1);

    clean_up.tokens(family.refresh.expires_at).await.unwrap();
    first_page(&world, &world.db).await;
    assert_eq!(rows(&world, "sessions").await, 0);
}

/// Stores this many requests, each shown to a session that there is, the one that expires first.
async fn store_requests(world: &World, count: i64) {
    let sql = "INSERT INTO authorization_requests (id, digest, browser_digest, client_id,
                redirect_uri, response_mode, scope, resources, prompt, address, requested_at,
                expires_at, shown_to)
         SELECT gen_random_uuid(), sha256(s.digest), s.digest, c.id, 'https://a', 'query', 'openid',
                '{}', '', '192.0.2.1', s.created_at, s.created_at, s.id
           FROM sessions s, clients c
          ORDER BY s.expires_at
          LIMIT $1";
    let session = world.database.session().await;
    session.execute(sql, &[&count]).await.unwrap();
}

async fn sessions_that_stay_hide_none_that_go(world: World) {
    world.client("web").await;
    world.user("alice").await;
    let many =
        "INSERT INTO sessions (id, digest, user_id, auth_time, acr, amr, address, user_agent,
                created_at, last_seen_at, expires_at)
         SELECT gen_random_uuid(), sha256(n::text::bytea), u.id, at, '1', '{}', '192.0.2.1', '',
                at, at, at + n * interval '1s'
           FROM users u, generate_series(1, 501) n,
                (VALUES (timestamptz '2026-06-01 12:00Z')) AS t (at)";
    world.database.run(many).await;
    store_requests(&world, 500).await;

    let page = first_page(&world, &world.db).await;
    let expected = PageOfSessions {
        progress: Progress::More,
        reached: world.later(500),
    };
    assert_eq!((page, rows(&world, "sessions").await), (expected, 501));
    let conn = world.conn().await;
    let clean_up = conn.reads().clean_up();
    let rest = clean_up.expired_sessions(page.reached, far(&world)).await;
    assert_eq!(rest.unwrap().progress, Progress::Done);
    assert_eq!(rows(&world, "sessions").await, 500);
}

async fn a_grant_that_was_left_empty_goes_when_it_is_old(world: World) {
    world.family().await;
    let conn = world.conn().await;
    let clean_up = conn.reads().clean_up();
    clean_up.old_grants(far(&world)).await.unwrap();
    assert_eq!(rows(&world, "grants").await, 1);
    // As two nodes leave it that remove its token and its code at the same time.
    world
        .database
        .run("DELETE FROM tokens; DELETE FROM authorization_codes")
        .await;
    clean_up
        .old_grants(world.now.minus(Duration::from_secs(1)))
        .await
        .unwrap();
    assert_eq!(rows(&world, "grants").await, 1);
    clean_up.old_grants(world.now).await.unwrap();
    assert_eq!(rows(&world, "grants").await, 0);
}
