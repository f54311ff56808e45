-- Every token that was handed out, by digest: introspection finds our own tokens by it.
CREATE TABLE tokens (
    id               uuid        PRIMARY KEY,
    kind             text        NOT NULL,
    digest           bytea       NOT NULL,
    kid              text        REFERENCES signing_keys (kid),
    grant_id         uuid        REFERENCES grants (id) ON DELETE CASCADE,
    client_id        uuid        NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id          uuid        REFERENCES users (id) ON DELETE CASCADE,
    scope            text        NOT NULL,
    audience         text[]      NOT NULL,
    issued_at        timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    consumed_at      timestamptz,
    revoked_at       timestamptz,
    revoked_reason   text,
    predecessor_id   uuid,
    successor_sealed bytea,
    CONSTRAINT tokens_digest_key UNIQUE (digest),
    CONSTRAINT tokens_kind_check CHECK (kind IN ('access', 'refresh')),
    CONSTRAINT tokens_kid_check CHECK ((kind = 'access') = (kid IS NOT NULL)),
    CONSTRAINT tokens_user_check CHECK ((grant_id IS NULL) = (user_id IS NULL)),
    CONSTRAINT tokens_refresh_check CHECK (kind = 'access' OR grant_id IS NOT NULL),
    CONSTRAINT tokens_access_check CHECK (kind = 'refresh' OR (
        consumed_at IS NULL AND predecessor_id IS NULL AND successor_sealed IS NULL)),
    CONSTRAINT tokens_revoked_check CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
    CONSTRAINT tokens_successor_check CHECK (successor_sealed IS NULL OR consumed_at IS NOT NULL)
);

CREATE INDEX tokens_grant_id_idx ON tokens (grant_id);
-- The few whose sealed successor is to be erased when the window is over.
CREATE INDEX tokens_sealed_idx ON tokens (consumed_at) WHERE successor_sealed IS NOT NULL;

COMMENT ON COLUMN tokens.id IS 'The jti claim of an access token.';
COMMENT ON COLUMN tokens.audience IS 'Access: the aud claim. Refresh: the resources that were granted.';
COMMENT ON COLUMN tokens.successor_sealed IS 'The successor''s value under a key derived from this token''s own value, which is not here.';
