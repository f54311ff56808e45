-- What the administration of users needs: a version that says whether somebody has changed a user
-- meanwhile, an index for each order of the list, and a way to everything that hangs on a user.
ALTER TABLE users ADD COLUMN version bigint NOT NULL DEFAULT 1;

COMMENT ON COLUMN users.version IS 'Goes up at each change, by a trigger; a login is none.';

CREATE FUNCTION next_user_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version = OLD.version + 1;
    RETURN NEW;
END
$$;

-- Neither a login nor a new hash of the same password is a change.
CREATE TRIGGER users_next_version
    BEFORE UPDATE ON users
    FOR EACH ROW WHEN (
        OLD.* IS DISTINCT FROM NEW.*
        AND OLD.last_login_at IS NOT DISTINCT FROM NEW.last_login_at
        AND (OLD.password_hash IS NOT DISTINCT FROM NEW.password_hash
             OR OLD.password_version <> NEW.password_version))
    EXECUTE FUNCTION next_user_version();

-- The list of users in each of its orders, and by what a name begins with. The four switches come
-- first: a filter chooses among their sixteen combinations, and the list is merged from those.
CREATE INDEX users_by_username_idx ON users (is_active, is_admin, is_verified,
    requires_password_change, (username_normal COLLATE "C"), id);
CREATE INDEX users_by_email_idx ON users (is_active, is_admin, is_verified,
    requires_password_change, (coalesce(email_normal, '') COLLATE "C"), id);
CREATE INDEX users_by_name_idx ON users (is_active, is_admin, is_verified,
    requires_password_change, (lower(name) COLLATE "C"), id) WHERE name IS NOT NULL;
CREATE INDEX users_by_created_at_idx ON users (is_active, is_admin, is_verified,
    requires_password_change, created_at, id);
CREATE INDEX users_by_last_login_at_idx ON users (is_active, is_admin, is_verified,
    requires_password_change, (coalesce(last_login_at, timestamptz 'epoch')), id);

-- The codes that go with a user are found without reading the whole table.
CREATE INDEX authorization_codes_user_id_idx ON authorization_codes (user_id);

ALTER TABLE sessions
    DROP CONSTRAINT sessions_ended_reason_check,
    ADD CONSTRAINT sessions_ended_reason_check CHECK (
        ended_reason IN ('logged_out', 'replaced', 'password_changed', 'by_administrator'));

ALTER TABLE grants
    DROP CONSTRAINT grants_revoked_reason_check,
    ADD CONSTRAINT grants_revoked_reason_check CHECK (revoked_reason IN
        ('refresh_token_reuse', 'code_replay', 'by_client', 'password_changed', 'by_administrator'));

-- An administrator unlocks an account wherever it was guessed at: its counters have to be found.
ALTER TABLE throttles ADD COLUMN account_digest bytea;

CREATE INDEX throttles_account_digest_idx ON throttles (account_digest)
    WHERE account_digest IS NOT NULL;

COMMENT ON COLUMN throttles.account_digest IS 'SHA-256 of the name that was tried, for the kinds that count one account.';
