-- What clients encrypt their request objects to (RFC 9101 §4): one key that is published, and those that it has
-- replaced, which open what was encrypted to them for a while.
CREATE TABLE encryption_keys (
    kid           text        NOT NULL,
    public_jwk    text        NOT NULL,
    sealed_key    bytea       NOT NULL,
    master_key_id text        NOT NULL,
    created_at    timestamptz NOT NULL,
    replaced_at   timestamptz,
    CONSTRAINT encryption_keys_pkey PRIMARY KEY (kid)
);

CREATE UNIQUE INDEX encryption_keys_published_key ON encryption_keys ((true)) WHERE replaced_at IS NULL;

COMMENT ON COLUMN encryption_keys.sealed_key IS 'The private JWK, AES-256-GCM under a key derived from the master key.';
COMMENT ON COLUMN encryption_keys.master_key_id IS 'Names the master key that sealed it.';
COMMENT ON COLUMN encryption_keys.replaced_at IS 'Since when it is not published any more.';
