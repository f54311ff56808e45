-- Signing keys in their phases. At most one of each algorithm signs, and one waits.
CREATE TABLE signing_keys (
    kid           text        PRIMARY KEY,
    algorithm     text        NOT NULL,
    state         text        NOT NULL,
    public_jwk    text        NOT NULL,
    sealed_key    bytea       NOT NULL,
    master_key_id text        NOT NULL,
    created_at    timestamptz NOT NULL,
    activated_at  timestamptz,
    retired_at    timestamptz,
    gone_at       timestamptz,
    revoked_at    timestamptz,
    CONSTRAINT signing_keys_algorithm_check CHECK (algorithm IN ('RS256', 'PS256', 'ES256', 'EdDSA')),
    CONSTRAINT signing_keys_state_check CHECK (
        state IN ('announced', 'active', 'retiring', 'gone', 'revoked')),
    CONSTRAINT signing_keys_times_check CHECK (
        (state <> 'active' OR activated_at IS NOT NULL)
        AND (state <> 'retiring' OR retired_at IS NOT NULL)
        AND (state <> 'gone' OR gone_at IS NOT NULL)
        AND (state = 'revoked') = (revoked_at IS NOT NULL))
);

CREATE UNIQUE INDEX signing_keys_active_key ON signing_keys (algorithm) WHERE state = 'active';
CREATE UNIQUE INDEX signing_keys_announced_key ON signing_keys (algorithm) WHERE state = 'announced';

COMMENT ON COLUMN signing_keys.sealed_key IS 'The private JWK, AES-256-GCM under a key derived from the master key.';
COMMENT ON COLUMN signing_keys.master_key_id IS 'Names the master key that sealed it.';

-- What each node polls to learn that something it holds in memory has changed.
CREATE TABLE revisions (
    only_row boolean PRIMARY KEY DEFAULT true,
    keys     bigint  NOT NULL DEFAULT 0,
    CONSTRAINT revisions_only_row_check CHECK (only_row)
);
INSERT INTO revisions DEFAULT VALUES;
