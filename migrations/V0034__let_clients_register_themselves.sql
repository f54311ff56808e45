-- Clients that register themselves (RFC 7591): the tokens that let them, and those by which each looks after
-- its registration (RFC 7592).
CREATE TABLE initial_access_tokens (
    id             uuid        NOT NULL,
    token_digest   bytea       NOT NULL,
    name           text        NOT NULL,
    scope          text[]      NOT NULL,
    grant_types    text[]      NOT NULL,
    redirect_hosts text[]      NOT NULL,
    profile        text        NOT NULL,
    require_pkce   boolean     NOT NULL,
    require_nonce  boolean     NOT NULL,
    clients_left   bigint      NOT NULL,
    clients_made   bigint      NOT NULL DEFAULT 0,
    expires_at     timestamptz NOT NULL,
    created_at     timestamptz NOT NULL,
    CONSTRAINT initial_access_tokens_pkey PRIMARY KEY (id),
    CONSTRAINT initial_access_tokens_token_digest_key UNIQUE (token_digest),
    CONSTRAINT initial_access_tokens_token_digest_check CHECK (length(token_digest) = 32),
    CONSTRAINT initial_access_tokens_profile_check CHECK (profile IN ('strict', 'oidc', 'fapi2')),
    CONSTRAINT initial_access_tokens_clients_left_check CHECK (clients_left >= 0)
);

CREATE INDEX initial_access_tokens_expires_at_idx ON initial_access_tokens (expires_at);

COMMENT ON COLUMN initial_access_tokens.redirect_hosts IS 'Where its clients may be; empty for anywhere.';

CREATE TABLE client_registrations (
    client_id      uuid        NOT NULL,
    token_digest   bytea       NOT NULL,
    initial_id     uuid,
    scope          text[]      NOT NULL,
    grant_types    text[]      NOT NULL,
    redirect_hosts text[]      NOT NULL,
    said           jsonb       NOT NULL,
    registered_at  timestamptz NOT NULL,
    CONSTRAINT client_registrations_pkey PRIMARY KEY (client_id),
    CONSTRAINT client_registrations_client_id_fkey
        FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE,
    CONSTRAINT client_registrations_token_digest_key UNIQUE (token_digest),
    CONSTRAINT client_registrations_token_digest_check CHECK (length(token_digest) = 32)
);

CREATE INDEX client_registrations_registered_at_idx ON client_registrations (registered_at);
CREATE INDEX client_registrations_open_idx ON client_registrations (client_id) WHERE initial_id IS NULL;

COMMENT ON TABLE client_registrations IS 'Clients that have registered themselves.';
COMMENT ON COLUMN client_registrations.token_digest IS 'Of the registration access token.';
COMMENT ON COLUMN client_registrations.initial_id IS 'The initial access token that let it, which may be gone by now; NULL where none was needed.';
COMMENT ON COLUMN client_registrations.scope IS 'The most that it may register, as the others.';
COMMENT ON COLUMN client_registrations.said IS 'What it says of itself that nothing here depends on.';

-- One more counter: of registrations without a token.
ALTER TABLE throttles
    DROP CONSTRAINT throttles_kind_check,
    ADD CONSTRAINT throttles_kind_check CHECK (kind IN
        ('login_address', 'login_account_at_address', 'login_account', 'login_device',
         'client_secret', 'client_secret_address', 'registration_address'));
