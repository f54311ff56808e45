-- Fills a database that is migrated and has its signing keys with as many users and clients as `:users`
-- and `:clients` say, and plausibly many sessions, consents, grants and tokens of theirs. Nobody can
-- log in: no password belongs to the hashes. For measuring, never for a server in use.
BEGIN;

-- Nothing is known yet of what is being stored: loops over whole tables would seem cheap.
SET LOCAL enable_nestloop = off;

-- A key that sorts by time, as the server makes them.
CREATE FUNCTION pg_temp.key_at(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
            || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid
      FROM (SELECT md5(random()::text || at::text) AS r) AS chance
$$;

CREATE TEMPORARY TABLE names ON COMMIT DROP AS
SELECT ARRAY['anna', 'ben', 'clara', 'david', 'elena', 'finn', 'greta', 'hugo', 'ida', 'jonas',
             'katja', 'leo', 'mia', 'noah', 'olga', 'paul', 'rosa', 'sven', 'tara', 'umar', 'vera',
             'willem', 'yara', 'zoe'] AS given,
       ARRAY['adams', 'brandt', 'cohen', 'dietrich', 'evans', 'fischer', 'garcia', 'hansen',
             'ivanov', 'jansen', 'kowalski', 'lopez', 'meyer', 'nowak', 'okafor', 'peters', 'quinn',
             'rossi', 'schmidt', 'tanaka', 'ueda', 'vogel', 'weber', 'young', 'zimmermann']
                 AS family;

INSERT INTO users (id, subject, username, username_normal, email, email_normal, is_verified,
    password_hash, password_scheme, requires_password_change, is_active, is_admin, name, given_name,
    family_name, locale, created_at, updated_at, last_login_at)
SELECT pg_temp.key_at(at), gen_random_uuid()::text, login, login, email, email,
       email IS NOT NULL AND n % 20 > 2, '$2b$12$' || repeat('.', 53), 'bcrypt', n % 250 = 0,
       n % 50 > 0, n % 100000 = 1, initcap(given || ' ' || family), initcap(given),
       initcap(family), 'en', at, at, CASE WHEN n % 5 > 0 THEN at + random() * (timestamptz
       '2026-11-01' - at) END
  FROM (SELECT n, given, family, given || '.' || family || n AS login,
               CASE WHEN n % 40 > 0 THEN given || '.' || family || n || '@example.com' END AS email,
               timestamptz '2024-01-01' + n * (interval '1000 days' / :users) AS at
          FROM (SELECT n, names.given[1 + n % 24] AS given, names.family[1 + n / 24 % 25] AS family
                  FROM generate_series(1, :users) AS n, names) AS named) AS people;

INSERT INTO clients (id, client_id, client_name, client_type, application_type,
    token_endpoint_auth_method, redirect_uris, grant_types, is_active, created_at, updated_at)
SELECT pg_temp.key_at(at), 'app-' || n, initcap(names.family[1 + n % 25]) || ' ' || n,
       CASE WHEN n % 4 > 0 THEN 'confidential' ELSE 'public' END,
       CASE WHEN n % 8 = 0 THEN 'native' ELSE 'web' END,
       CASE WHEN n % 4 > 0 THEN 'client_secret_basic' ELSE 'none' END,
       ARRAY['https://app-' || n || '.example.com/callback'],
       CASE WHEN n % 8 = 1 THEN ARRAY['client_credentials']
            ELSE ARRAY['authorization_code', 'refresh_token'] END, n % 50 > 0, at, at
  FROM (SELECT n, timestamptz '2024-01-01' + n * (interval '1000 days' / :clients) AS at
          FROM generate_series(1, :clients) AS n) AS dated, names;

INSERT INTO client_scopes (client_id, scope)
SELECT c.id, s.name
  FROM clients c, (VALUES ('openid'), ('profile'), ('email')) AS s (name)
 WHERE c.client_id LIKE 'app-%';

-- One user in four has a session, a consent and a grant, with an access and a refresh token.
CREATE TEMPORARY TABLE active ON COMMIT DROP AS
SELECT u.id AS user_id, c.id AS client_id, pg_temp.key_at(at) AS session_id,
       pg_temp.key_at(at) AS grant_id, at
  FROM (SELECT id, row_number() OVER () AS n,
               timestamptz '2026-11-01' + random() * interval '20 days' AS at
          FROM users
         WHERE password_hash = '$2b$12$' || repeat('.', 53)) AS u
  JOIN (SELECT id, row_number() OVER () AS n FROM clients WHERE client_id LIKE 'app-%') AS c
    ON c.n = 1 + u.n * 7 % :clients
 WHERE u.n % 4 = 0;

INSERT INTO sessions (id, digest, user_id, auth_time, acr, amr, address, user_agent, created_at,
    last_seen_at, expires_at)
SELECT session_id, sha256(session_id::text::bytea), user_id, at, '1', '{pwd}', '192.0.2.1',
       'a browser', at, at, at + interval '7 days'
  FROM active;

INSERT INTO consents (user_id, client_id, granted, declined, created_at, updated_at)
SELECT user_id, client_id, 'openid profile', '', at, at FROM active;

INSERT INTO grants (id, client_id, user_id, session_id, scope, resources, auth_time, acr, amr,
    created_at)
SELECT grant_id, client_id, user_id, session_id, 'openid profile', '{}', at, '1', '{pwd}', at
  FROM active;

INSERT INTO tokens (id, kind, digest, grant_id, client_id, user_id, scope, audience, issued_at,
    expires_at)
SELECT pg_temp.key_at(at), 'refresh', sha256(('r' || grant_id)::bytea), grant_id, client_id, user_id,
       'openid profile', '{}', at, at + interval '30 days'
  FROM active;

INSERT INTO tokens (id, kind, digest, kid, grant_id, client_id, user_id, scope, audience, issued_at,
    expires_at)
SELECT pg_temp.key_at(at), 'access', sha256(('a' || grant_id)::bytea), k.kid, grant_id, client_id,
       user_id, 'openid profile', '{https://auth.example.com}', at, at + interval '15 minutes'
  FROM active, (SELECT kid FROM signing_keys WHERE state = 'active' AND algorithm = 'ES256') AS k;

COMMIT;
