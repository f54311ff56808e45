-- What administrators decide about clients and scopes, and the indexes that their lists need: one for
-- each order, one for what a text begins with, one for each filter.
ALTER TABLE clients
    ADD COLUMN is_system boolean NOT NULL DEFAULT false,
    ADD COLUMN access_token_lifetime bigint,
    ADD COLUMN refresh_token_idle_lifetime bigint,
    ADD COLUMN refresh_token_absolute_lifetime bigint,
    ADD CONSTRAINT clients_lifetimes_check CHECK (
        access_token_lifetime > 0 AND refresh_token_idle_lifetime > 0
        AND refresh_token_absolute_lifetime > 0);

COMMENT ON COLUMN clients.is_system IS 'Whether the server depends on it, so that it is neither disabled nor deleted.';
COMMENT ON COLUMN clients.access_token_lifetime IS 'In seconds, as the two others; null where the setting decides.';

CREATE INDEX clients_by_client_id_idx ON clients ((lower(client_id) COLLATE "C"), id);
CREATE INDEX clients_by_client_name_idx
    ON clients ((lower(left(client_name, 200)) COLLATE "C"), id);
CREATE INDEX clients_by_created_at_idx ON clients (created_at, id);
CREATE INDEX clients_client_type_idx ON clients (client_type);
CREATE INDEX clients_inactive_idx ON clients (id) WHERE NOT is_active;
CREATE INDEX clients_grant_types_idx ON clients USING gin (grant_types);

-- Who may ask for a scope, for the look at one and before it is deleted.
CREATE INDEX client_scopes_scope_idx ON client_scopes (scope);

ALTER TABLE scopes ADD COLUMN version bigint NOT NULL DEFAULT 1;

COMMENT ON COLUMN scopes.version IS 'Goes up at each change that an administrator makes.';

CREATE INDEX scopes_by_name_idx ON scopes ((name COLLATE "C"));
