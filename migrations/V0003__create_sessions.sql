-- One login in one browser. The cookie is known by its digest alone.
CREATE TABLE sessions (
    id            uuid        PRIMARY KEY,
    digest        bytea       NOT NULL,
    user_id       uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    auth_time     timestamptz NOT NULL,
    acr           text        NOT NULL,
    amr           text[]      NOT NULL,
    pending_steps text[]      NOT NULL DEFAULT '{}',
    address       inet        NOT NULL,
    user_agent    text        NOT NULL,
    created_at    timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    ended_reason  text,
    CONSTRAINT sessions_digest_key UNIQUE (digest),
    CONSTRAINT sessions_digest_check CHECK (length(digest) = 32),
    CONSTRAINT sessions_pending_steps_check CHECK (pending_steps <@ ARRAY['change_password']),
    CONSTRAINT sessions_ended_check CHECK ((ended_at IS NULL) = (ended_reason IS NULL)),
    CONSTRAINT sessions_ended_reason_check CHECK (
        ended_reason IN ('logged_out', 'replaced', 'password_changed'))
);

CREATE INDEX sessions_user_id_idx ON sessions (user_id);

COMMENT ON COLUMN sessions.id IS 'The sid claim; stays while the cookie changes.';
COMMENT ON COLUMN sessions.pending_steps IS 'What is left of the login: until it is empty, the session opens nothing.';
COMMENT ON COLUMN sessions.expires_at IS 'The absolute end; idling ends it before.';
