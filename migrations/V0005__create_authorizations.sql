-- A valid request waits here while the user logs in and is asked: no page has to carry it.
CREATE TABLE authorization_requests (
    id             uuid        PRIMARY KEY,
    digest         bytea       NOT NULL,
    browser_digest bytea       NOT NULL,
    client_id      uuid        NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    redirect_uri   text        NOT NULL,
    response_mode  text        NOT NULL,
    scope          text        NOT NULL,
    resources      text[]      NOT NULL,
    state          text,
    nonce          text,
    code_challenge text,
    prompt         text        NOT NULL,
    max_age        bigint,
    login_hint     text,
    address        inet        NOT NULL,
    requested_at   timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    shown_to       uuid        REFERENCES sessions (id) ON DELETE CASCADE,
    answered_at    timestamptz,
    CONSTRAINT authorization_requests_digest_key UNIQUE (digest),
    CONSTRAINT authorization_requests_response_mode_check CHECK (
        response_mode IN ('query', 'fragment', 'form_post'))
);

CREATE INDEX authorization_requests_waiting_idx ON authorization_requests (address, expires_at)
    WHERE answered_at IS NULL;

COMMENT ON COLUMN authorization_requests.digest IS 'SHA-256 of the handle in the address of the pages.';
COMMENT ON COLUMN authorization_requests.browser_digest IS 'SHA-256 of the cookie of the browser that began it.';
COMMENT ON COLUMN authorization_requests.shown_to IS 'The session that saw the consent page: its answer alone counts.';

-- One authorization, the family its tokens belong to.
CREATE TABLE grants (
    id             uuid        PRIMARY KEY,
    client_id      uuid        NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id        uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id     uuid        REFERENCES sessions (id) ON DELETE CASCADE,
    scope          text        NOT NULL,
    resources      text[]      NOT NULL,
    auth_time      timestamptz NOT NULL,
    acr            text        NOT NULL,
    amr            text[]      NOT NULL,
    created_at     timestamptz NOT NULL,
    revoked_at     timestamptz,
    revoked_reason text,
    CONSTRAINT grants_revoked_check CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
    CONSTRAINT grants_revoked_reason_check CHECK (revoked_reason IN
        ('refresh_token_reuse', 'code_replay', 'by_client', 'password_changed'))
);

CREATE INDEX grants_user_id_idx ON grants (user_id);
CREATE INDEX grants_client_id_idx ON grants (client_id);
CREATE INDEX grants_session_id_idx ON grants (session_id);

COMMENT ON COLUMN grants.session_id IS 'The session that it ends with; null for offline access.';

CREATE TABLE authorization_codes (
    id             uuid        PRIMARY KEY,
    digest         bytea       NOT NULL,
    client_id      uuid        NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_id        uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id     uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    scope          text        NOT NULL,
    resources      text[]      NOT NULL,
    redirect_uri   text        NOT NULL,
    code_challenge text,
    nonce          text,
    auth_time      timestamptz NOT NULL,
    acr            text        NOT NULL,
    amr            text[]      NOT NULL,
    issued_at      timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    consumed_at    timestamptz,
    grant_id       uuid        REFERENCES grants (id) ON DELETE CASCADE,
    CONSTRAINT authorization_codes_digest_key UNIQUE (digest),
    CONSTRAINT authorization_codes_grant_id_key UNIQUE (grant_id),
    CONSTRAINT authorization_codes_consumed_check CHECK ((consumed_at IS NULL) = (grant_id IS NULL))
);

COMMENT ON COLUMN authorization_codes.code_challenge IS 'Always S256; null for a client that is exempt from PKCE.';
COMMENT ON COLUMN authorization_codes.grant_id IS 'The grant that its redemption made.';

-- What a user answered to a client, kept across grants.
CREATE TABLE consents (
    user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id  uuid        NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    granted    text        NOT NULL,
    declined   text        NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, client_id)
);
