//! States that would take long to come about by themselves.

use std::time::Duration;

use tokio_postgres::Row;
use uuid::Uuid;

use super::TestDatabase;

/// Stores tokens that expired a month before each test: half belong to their client alone, the
/// others to grants of which nothing else is left.
const STORE_EXPIRED_TOKENS: &str = "
    INSERT INTO grants (id, client_id, user_id, scope, resources, auth_time, acr, amr, created_at)
    SELECT gen_random_uuid(), c.id, u.id, 'openid', '{}', at, '1', '{pwd}', at
      FROM generate_series(1, COUNT / 4), (SELECT id FROM clients LIMIT 1) c,
           (SELECT id FROM users LIMIT 1) u, (VALUES (timestamptz '2026-02-01')) AS t (at);
    INSERT INTO tokens (id, kind, digest, grant_id, client_id, user_id, scope, audience, issued_at,
                        expires_at)
    SELECT gen_random_uuid(), 'refresh', sha256(g.id::text::bytea), g.id, g.client_id, g.user_id,
           'openid', '{}', g.created_at, g.created_at + random() * interval '90 days'
      FROM grants g
     WHERE g.created_at = '2026-02-01';
    INSERT INTO tokens (id, kind, digest, kid, grant_id, client_id, user_id, scope, audience,
                        issued_at, expires_at)
    SELECT gen_random_uuid(), 'access', sha256(gen_random_uuid()::text::bytea), k.kid, g.id,
           g.client_id, g.user_id, 'openid', '{}', g.created_at,
           g.created_at + random() * interval '90 days'
      FROM grants g, signing_keys k
     WHERE g.created_at = '2026-02-01' AND k.algorithm = 'ES256' AND k.state = 'active';
    INSERT INTO tokens (id, kind, digest, kid, client_id, scope, audience, issued_at, expires_at)
    SELECT gen_random_uuid(), 'access', sha256(gen_random_uuid()::text::bytea), k.kid, c.id, '',
           '{}', at, at + random() * interval '90 days'
      FROM generate_series(1, COUNT / 2), (SELECT id FROM clients LIMIT 1) c, signing_keys k,
           (VALUES (timestamptz '2026-02-01')) AS t (at)
     WHERE k.algorithm = 'ES256' AND k.state = 'active'";

/// Stores a user, a session, a grant, a spent and a live refresh token, an access token and a consent
/// for each number up to COUNT, for one of a hundred clients, and a token that its client got for
/// itself.
const STORE_ACCESS: &str = "
    INSERT INTO clients (id, client_id, client_name, client_type, application_type,
                         token_endpoint_auth_method, created_at, updated_at)
    SELECT gen_random_uuid(), 'client-' || n, 'Client ' || n, 'confidential', 'web',
           'client_secret_basic', at, at
      FROM generate_series(0, 99) n, (VALUES (timestamptz '2026-02-01')) AS t (at);
    INSERT INTO users (id, subject, username, username_normal, created_at, updated_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'user-' || n, 'user-' || n, at, at
      FROM generate_series(1, COUNT) n, (VALUES (timestamptz '2026-02-01')) AS t (at);
    INSERT INTO sessions (id, digest, user_id, auth_time, acr, amr, address, user_agent, created_at,
                          last_seen_at, expires_at)
    SELECT gen_random_uuid(), sha256(u.id::text::bytea), u.id, at, '1', '{pwd}', '192.0.2.1', '', at,
           at, at + interval '7 days'
      FROM users u, (VALUES (timestamptz '2026-02-01')) AS t (at)
     WHERE u.username LIKE 'user-%';
    INSERT INTO grants (id, client_id, user_id, session_id, scope, resources, auth_time, acr, amr,
                        created_at)
    SELECT gen_random_uuid(), c.id, s.user_id, s.id, 'openid', '{}', s.auth_time, '1', '{pwd}',
           s.created_at
      FROM sessions s
      JOIN users u ON u.id = s.user_id
      JOIN clients c ON c.client_id = 'client-' || right(u.username, 2)::integer
     WHERE u.username ~ '^user-[0-9]*[0-9][0-9]$';
    INSERT INTO tokens (id, kind, digest, grant_id, client_id, user_id, scope, audience, issued_at,
                        expires_at, consumed_at)
    SELECT gen_random_uuid(), 'refresh', sha256((g.id::text || n)::bytea), g.id, g.client_id,
           g.user_id, 'openid', '{}', g.created_at, g.created_at + interval '90 days',
           CASE n WHEN 1 THEN g.created_at END
      FROM grants g, generate_series(1, 2) n;
    INSERT INTO tokens (id, kind, digest, kid, grant_id, client_id, user_id, scope, audience,
                        issued_at, expires_at)
    SELECT gen_random_uuid(), 'access', sha256((g.id::text || k.kid)::bytea), k.kid, g.id,
           g.client_id, g.user_id, 'openid', '{}', g.created_at, g.created_at + interval '1 day'
      FROM grants g, signing_keys k
     WHERE k.algorithm = 'ES256' AND k.state = 'active';
    INSERT INTO tokens (id, kind, digest, kid, client_id, scope, audience, issued_at, expires_at)
    SELECT gen_random_uuid(), 'access', sha256((g.id::text || 'own')::bytea), k.kid, g.client_id,
           'openid', '{}', g.created_at, g.created_at + interval '1 day'
      FROM grants g, signing_keys k
     WHERE k.algorithm = 'ES256' AND k.state = 'active';
    INSERT INTO consents (user_id, client_id, granted, declined, created_at, updated_at)
    SELECT user_id, client_id, scope, '', created_at, created_at FROM grants";

/// Stores clients with secrets and scopes, named in no order.
const STORE_CLIENTS: &str = "
    INSERT INTO scopes (name, description, created_at, updated_at)
    SELECT name, name, timestamptz '2026-02-01', timestamptz '2026-02-01'
      FROM (VALUES ('openid'), ('profile')) AS s (name)
        ON CONFLICT (name) DO NOTHING;
    INSERT INTO clients (id, client_id, client_name, client_type, application_type,
                         token_endpoint_auth_method, redirect_uris, grant_types, is_active,
                         created_at, updated_at)
    SELECT gen_random_uuid(), 'client-' || md5(n::text), 'The client ' || md5((7 * n)::text),
           CASE WHEN n % 10 = 0 THEN 'public' ELSE 'confidential' END, 'web',
           CASE WHEN n % 10 = 0 THEN 'none' ELSE 'client_secret_basic' END,
           '{https://client.example/callback}',
           CASE WHEN n % 10 > 0 AND n > 0.7 * COUNT THEN ARRAY['client_credentials']
                ELSE ARRAY['authorization_code', 'refresh_token'] END,
           n % 1000 <> 0, timestamptz '2026-02-01' + n * interval '1 second',
           timestamptz '2026-02-01'
      FROM generate_series(1, COUNT) n;
    INSERT INTO client_secrets (client_id, digest, created_at)
    SELECT id, sha256(client_id::bytea), created_at FROM clients WHERE client_type = 'confidential'
        ON CONFLICT DO NOTHING;
    INSERT INTO client_scopes (client_id, scope)
    SELECT id, s.name FROM clients, (VALUES ('openid'), ('profile')) AS s (name)
        ON CONFLICT DO NOTHING";

/// Stores so many grants, and as many tokens that the client got for itself and that live to 2099.
const STORE_GRANTS: &str = "
    INSERT INTO grants (id, client_id, user_id, scope, resources, auth_time, acr, amr, created_at)
    SELECT gen_random_uuid(), c.id, u.id, 'openid', '{}', at, '1', '{pwd}', at
      FROM generate_series(1, COUNT), (VALUES (timestamptz '2026-02-01')) AS t (at), clients c, users u
     WHERE c.client_id = 'CLIENT' AND u.username = 'USER';
    INSERT INTO tokens (id, kind, digest, kid, client_id, scope, audience, issued_at, expires_at)
    SELECT gen_random_uuid(), 'access', sha256(gen_random_uuid()::text::bytea), k.kid, c.id, '',
           '{}', '2026-02-01', '2099-01-01'
      FROM generate_series(1, COUNT), clients c, signing_keys k
     WHERE c.client_id = 'CLIENT' AND k.algorithm = 'ES256' AND k.state = 'active'";

/// The last of the tokens cannot be changed any more.
const REFUSE_THE_LAST_TOKEN: &str = "
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
    CREATE TRIGGER refuse BEFORE UPDATE ON tokens FOR EACH ROW
        WHEN (old.digest = '\\x00') EXECUTE FUNCTION refuse();
    UPDATE tokens SET digest = '\\x00' WHERE id = (SELECT id FROM tokens ORDER BY id DESC LIMIT 1)";

impl TestDatabase {
    /// What an administrator can do to every account: disable it, give it another password, make a
    /// change of that due. For a session that has a transaction open.
    pub const CHANGES_OF_ACCOUNTS: [&'static str; 3] = [
        "UPDATE users SET is_active = false",
        "UPDATE users SET password_version = password_version + 1",
        "UPDATE users SET requires_password_change = true",
    ];

    /// Opens a transaction that holds every client as one does that stores grants and tokens for them.
    pub const BEGIN_TO_GIVE_ACCESS: &'static str = "BEGIN; SELECT FROM clients FOR KEY SHARE";

    /// Whether nobody has locked one of the first grants, of which there are so many.
    pub async fn are_the_first_grants_free(&self, many: u32) -> bool {
        let sql = "SELECT id FROM grants ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED";
        let free = self.session().await.query(sql, &[&i64::from(many)]).await;
        let free = free.expect("grants can be locked");
        let sql = "SELECT id FROM grants ORDER BY id LIMIT $1";
        let first = self.session().await.query(sql, &[&i64::from(many)]).await;
        let first = first.expect("grants can be read");
        let ids = |rows: &[Row]| rows.iter().map(|row| row.get("id")).collect::<Vec<Uuid>>();
        ids(&free) == ids(&first)
    }

    /// Makes the change of the last token fail, until the trigger `refuse` is dropped.
    pub async fn refuse_to_revoke_the_last_token(&self) {
        self.run(REFUSE_THE_LAST_TOKEN).await;
    }

    /// Stores so many grants of a user to a client, and as many tokens that the client got for itself.
    pub async fn store_grants(&self, user: &str, client: &str, count: u32) {
        let sql = STORE_GRANTS.replace("COUNT", &count.to_string());
        let sql = sql.replace("CLIENT", client).replace("USER", user);
        self.run(&sql).await;
    }

    /// Stores about this many users, each with a session, a grant, tokens and a consent, at one of a
    /// hundred clients.
    pub async fn store_access(&self, users: u32) {
        let sql = STORE_ACCESS.replace("COUNT", &users.to_string());
        self.run(&sql).await;
    }

    /// Stores this many clients, each with a secret and two scopes: one in ten is public, one in a
    /// thousand disabled, and of the youngest those that are not public are services.
    pub async fn store_clients(&self, count: u32) {
        let sql = STORE_CLIENTS.replace("COUNT", &count.to_string());
        self.run(&sql).await;
    }

    /// Stores about this many tokens that have expired, for a client and a user that are there.
    pub async fn store_expired_tokens(&self, count: u32) {
        let sql = STORE_EXPIRED_TOKENS.replace("COUNT", &count.to_string());
        self.run(&sql).await;
    }

    /// Stores so many users and clients, and plausibly many sessions, consents, grants and tokens of
    /// theirs.
    pub async fn fill(&self, users: u32, clients: u32) {
        let sql = include_str!("fill.sql")
            .replace(":users", &users.to_string())
            .replace(":clients", &clients.to_string());
        self.run(&sql).await;
        self.run("VACUUM ANALYZE").await;
    }

    /// Lets the planner know what is there, as the database does by itself after a while.
    pub async fn analyze(&self) {
        self.run("ANALYZE").await;
    }

    /// Removes every user with everything of theirs.
    pub async fn remove_users(&self) {
        self.run("DELETE FROM users").await;
    }

    /// Makes every job due.
    pub async fn make_jobs_due(&self) {
        self.run("UPDATE jobs SET next_due_at = 'epoch'").await;
    }

    /// Makes every login of people who are logged in an hour older.
    pub async fn age_logins(&self) {
        let sql = "UPDATE sessions SET auth_time = auth_time - interval '1 hour'";
        self.run(sql).await;
    }

    /// Removes the signing keys of an algorithm.
    pub async fn remove_keys_of(&self, algorithm: &str) {
        let sql = "DELETE FROM signing_keys WHERE algorithm = $1";
        let removed = self.session().await.execute(sql, &[&algorithm]).await;
        removed.expect("the keys can be removed");
    }

    /// Waits until somebody waits for a lock on this table.
    pub async fn until_somebody_waits_for(&self, table: &str) {
        self.until_waiting_for(table, 1).await;
    }

    /// Waits until so many wait for a lock on this table.
    pub async fn until_waiting_for(&self, table: &str, many: i64) {
        let sql = "SELECT count(*) >= $2 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                    WHERE c.relname = $1 AND NOT l.granted";
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        let session = self.session().await;
        loop {
            let row = session.query_one(sql, &[&table, &many]).await;
            if row.expect("the database knows its locks").get(0) {
                return;
            }
            ticks.tick().await;
        }
    }

    /// Waits until somebody waits for the end of another's transaction.
    pub async fn until_a_transaction_is_waited_for(&self) {
        let sql = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                      AND wait_event = 'transactionid')";
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        let session = self.session().await;
        loop {
            // What is known of activity stays as it was first seen in a transaction, which the test
            // may have open.
            let forget = session.batch_execute("SELECT pg_stat_clear_snapshot()");
            forget.await.expect("the database looks again");
            let row = session.query_one(sql, &[]).await;
            if row.expect("the database knows who waits").get(0) {
                return;
            }
            ticks.tick().await;
        }
    }

    /// Waits until somebody waits for a row that another transaction has changed or locked.
    pub async fn until_somebody_waits_for_a_row(&self) {
        self.until_waiting_for_rows(1).await;
    }

    /// Waits until so many wait for rows that other transactions have changed or locked.
    pub async fn until_waiting_for_rows(&self, many: i64) {
        let sql = "SELECT count(*) >= $1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                    WHERE l.locktype = 'transactionid' AND NOT l.granted
                      AND a.datname = current_database()";
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        let session = self.session().await;
        loop {
            // What is known of activity stays as it was first seen in a transaction, which the test
            // may have open.
            let forget = session.batch_execute("SELECT pg_stat_clear_snapshot()");
            forget.await.expect("the database looks again");
            let row = session.query_one(sql, &[&many]).await;
            if row.expect("the database knows its locks").get(0) {
                return;
            }
            ticks.tick().await;
        }
    }

    /// Waits until no connection is left but the test's own.
    pub async fn until_alone(&self) {
        let sql = "SELECT count(*) = 0 FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        let session = self.session().await;
        loop {
            let row = session.query_one(sql, &[]).await;
            if row.expect("the database knows its connections").get(0) {
                return;
            }
            ticks.tick().await;
        }
    }
}
