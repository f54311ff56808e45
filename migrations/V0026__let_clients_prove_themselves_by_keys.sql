-- Clients that sign an assertion in the place of a secret (private_key_jwt, RFC 7523): where their keys
-- are, which rules they go by, and which assertions were used.
ALTER TABLE clients
    ADD COLUMN profile                         text NOT NULL DEFAULT 'strict',
    ADD COLUMN jwks_uri                        text,
    ADD COLUMN token_endpoint_auth_signing_alg text,
    ADD CONSTRAINT clients_profile_check CHECK (profile IN ('strict', 'oidc', 'fapi2')),
    ADD CONSTRAINT clients_key_source_check CHECK (jwks IS NULL OR jwks_uri IS NULL);

COMMENT ON COLUMN clients.jwks_uri IS 'Where its keys are fetched from; never beside jwks.';
COMMENT ON COLUMN clients.token_endpoint_auth_signing_alg IS 'Null: whatever the profile allows.';

ALTER TABLE clients DROP CONSTRAINT clients_auth_method_check,
    ADD CONSTRAINT clients_auth_method_check CHECK (
        token_endpoint_auth_method IN (
            'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'));

CREATE TABLE client_assertions (
    client_id  uuid        NOT NULL,
    jti_digest bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT client_assertions_pkey PRIMARY KEY (client_id, jti_digest),
    CONSTRAINT client_assertions_client_id_fkey
        FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE,
    CONSTRAINT client_assertions_jti_digest_check CHECK (length(jti_digest) = 32)
);

CREATE INDEX client_assertions_expires_at_idx ON client_assertions (expires_at);

COMMENT ON TABLE client_assertions IS 'Assertions that were used: each counts once, on all nodes.';
COMMENT ON COLUMN client_assertions.expires_at IS 'When no node takes it any more, so that it may be forgotten.';
