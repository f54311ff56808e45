-- What may be asked for, who may ask, and who may ask for what.
CREATE TABLE scopes (
    name        text        PRIMARY KEY,
    description text        NOT NULL,
    is_default  boolean     NOT NULL DEFAULT false,
    is_active   boolean     NOT NULL DEFAULT true,
    is_system   boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

COMMENT ON COLUMN scopes.is_default IS 'Whether a request without scope asks for it.';
COMMENT ON COLUMN scopes.is_system IS 'Whether the server depends on it, so that it cannot be deleted.';

CREATE TRIGGER scopes_touch_updated_at BEFORE UPDATE ON scopes
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE TABLE clients (
    id                         uuid        PRIMARY KEY,
    client_id                  text        NOT NULL,
    client_name                text        NOT NULL,
    client_type                text        NOT NULL,
    application_type           text        NOT NULL,
    token_endpoint_auth_method text        NOT NULL,
    redirect_uris              text[]      NOT NULL DEFAULT '{}',
    post_logout_redirect_uris  text[]      NOT NULL DEFAULT '{}',
    grant_types                text[]      NOT NULL DEFAULT '{}',
    resources                  text[]      NOT NULL DEFAULT '{}',
    default_audience           text[]      NOT NULL DEFAULT '{}',
    require_pkce               boolean     NOT NULL DEFAULT true,
    require_nonce              boolean     NOT NULL DEFAULT true,
    require_consent            boolean     NOT NULL DEFAULT true,
    refresh_rotation           boolean     NOT NULL DEFAULT true,
    client_uri                 text,
    policy_uri                 text,
    tos_uri                    text,
    is_active                  boolean     NOT NULL DEFAULT true,
    version                    bigint      NOT NULL DEFAULT 1,
    created_at                 timestamptz NOT NULL,
    updated_at                 timestamptz NOT NULL,
    CONSTRAINT clients_client_id_key UNIQUE (client_id),
    CONSTRAINT clients_client_type_check CHECK (client_type IN ('confidential', 'public')),
    CONSTRAINT clients_application_type_check CHECK (application_type IN ('web', 'native')),
    CONSTRAINT clients_auth_method_check CHECK (
        token_endpoint_auth_method IN ('client_secret_basic', 'client_secret_post', 'none')),
    CONSTRAINT clients_type_and_method_check CHECK (
        (client_type = 'public') = (token_endpoint_auth_method = 'none')),
    CONSTRAINT clients_grant_types_check CHECK (
        grant_types <@ ARRAY['authorization_code', 'refresh_token', 'client_credentials']),
    CONSTRAINT clients_switches_check CHECK (
        client_type = 'confidential' OR (require_pkce AND require_nonce))
);

COMMENT ON COLUMN clients.id IS 'The key that all foreign keys use.';
COMMENT ON COLUMN clients.client_id IS 'The name on the wire.';
COMMENT ON COLUMN clients.version IS 'Goes up at each change: a cached copy proves itself by it.';
COMMENT ON COLUMN clients.refresh_rotation IS 'For confidential clients; public ones always rotate.';

CREATE TRIGGER clients_touch_updated_at BEFORE UPDATE ON clients
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

CREATE TABLE client_secrets (
    client_id  uuid        NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    digest     bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (client_id, digest),
    CONSTRAINT client_secrets_digest_check CHECK (length(digest) = 32)
);

COMMENT ON TABLE client_secrets IS 'SHA-256 of each secret; two are valid while one is replaced.';

CREATE TABLE client_scopes (
    client_id   uuid    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    scope       text    NOT NULL REFERENCES scopes (name),
    is_optional boolean NOT NULL DEFAULT false,
    PRIMARY KEY (client_id, scope)
);

COMMENT ON COLUMN client_scopes.is_optional IS 'Whether the user may decline it.';
