-- What administrators change while servers run, and what service clients may administer.
CREATE TABLE settings (
    name              text        PRIMARY KEY,
    value             jsonb       NOT NULL,
    version           bigint      NOT NULL DEFAULT 1,
    changed_at        timestamptz NOT NULL,
    changed_by_user   uuid        REFERENCES users (id) ON DELETE SET NULL,
    changed_by_client uuid        REFERENCES clients (id) ON DELETE SET NULL
);

COMMENT ON TABLE settings IS 'Settings that an administrator changed; they stand above file and environment.';
COMMENT ON COLUMN settings.changed_by_user IS 'Null with changed_by_client: on the server''s own machine, or by somebody who is gone.';

-- What each node polls to learn that a setting has changed.
ALTER TABLE revisions ADD COLUMN settings bigint NOT NULL DEFAULT 0;

ALTER TABLE clients
    ADD COLUMN entitled_admin_scopes text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT clients_entitled_admin_scopes_check CHECK (
        entitled_admin_scopes = '{}'
        OR (client_type = 'confidential' AND 'client_credentials' = ANY (grant_types)));

COMMENT ON COLUMN clients.entitled_admin_scopes IS 'What it may administer for itself, as an administrator decided.';
