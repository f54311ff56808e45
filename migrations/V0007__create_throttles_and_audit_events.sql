-- Attempts that failed, counted in windows. The key is a digest: people type passwords into the
-- wrong field.
CREATE TABLE throttles (
    kind           text        NOT NULL,
    key_digest     bytea       NOT NULL,
    attempts       bigint      NOT NULL,
    window_ends_at timestamptz NOT NULL,
    PRIMARY KEY (kind, key_digest),
    CONSTRAINT throttles_kind_check CHECK (kind IN
        ('login_address', 'login_account_at_address', 'login_account', 'client_secret'))
);

CREATE TABLE audit_events (
    id          uuid        PRIMARY KEY,
    occurred_at timestamptz NOT NULL,
    action      text        NOT NULL,
    user_id     uuid,
    client_id   uuid,
    grant_id    uuid,
    session_id  uuid,
    address     inet
);

COMMENT ON TABLE audit_events IS 'Who did what, to what. No foreign keys: events outlive what they speak of.';
