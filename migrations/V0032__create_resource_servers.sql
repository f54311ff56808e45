-- The APIs that tokens are for (RFC 8707): which there are, who may ask for each, and whether tokens are
-- issued for it. What clients have named until now becomes a row, so that it goes on.
CREATE TABLE resource_servers (
    id          uuid        PRIMARY KEY,
    resource    text        NOT NULL,
    normal_form text        NOT NULL,
    name        text        NOT NULL,
    open_to     text        NOT NULL,
    is_active   boolean     NOT NULL DEFAULT true,
    managed_by  text,
    version     bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT resource_servers_normal_form_key UNIQUE (normal_form),
    CONSTRAINT resource_servers_open_to_check CHECK (open_to IN ('listed_clients', 'every_client'))
);

CREATE INDEX resource_servers_by_resource_idx ON resource_servers ((resource COLLATE "C"));

COMMENT ON COLUMN resource_servers.resource IS 'The identifier in the spelling that stands in aud.';
COMMENT ON COLUMN resource_servers.normal_form IS 'What identifiers are compared by: scheme and host in lower case, / for an empty path.';
COMMENT ON COLUMN resource_servers.open_to IS 'Which clients may ask: those that list it in resources, or every one.';
COMMENT ON COLUMN resource_servers.version IS 'Goes up at each change that an administrator makes.';
COMMENT ON COLUMN resource_servers.managed_by IS 'As with clients.';

CREATE TRIGGER resource_servers_touch_updated_at BEFORE UPDATE ON resource_servers
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

-- Every node holds all of them and looks at this number, as with settings. It goes up by itself, so that
-- no change can be made without it.
ALTER TABLE revisions ADD COLUMN resource_servers bigint NOT NULL DEFAULT 0;

CREATE FUNCTION note_resource_servers() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    UPDATE revisions SET resource_servers = resource_servers + 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER resource_servers_note
    AFTER INSERT OR UPDATE OR DELETE ON resource_servers
    FOR EACH STATEMENT EXECUTE FUNCTION note_resource_servers();

-- Who lists a resource server, before it is deleted.
CREATE INDEX clients_resources_idx ON clients USING gin (resources);
CREATE INDEX clients_default_audience_idx ON clients USING gin (default_audience);

CREATE FUNCTION resource_normal_form(written text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(
        (SELECT lower(part[1]) || coalesce(part[2], '') || lower(part[3])
                || CASE WHEN part[4] = '' OR part[4] LIKE '?%' THEN '/' ELSE '' END || part[4]
           FROM regexp_match(written, '^([^:]*://)([^/?\\]*@)?([^/?\\]*)(.*)$') AS part
          WHERE part IS NOT NULL),
        lower(split_part(written, ':', 1)) || substr(written, length(split_part(written, ':', 1)) + 1))
$$;

WITH named AS (
    SELECT DISTINCT ON (resource_normal_form(one.resource))
           one.resource, resource_normal_form(one.resource) AS normal_form, one.since
      FROM (SELECT unnest(resources || default_audience) AS resource, created_at AS since
              FROM clients) one
     ORDER BY resource_normal_form(one.resource), one.since, one.resource)
INSERT INTO resource_servers (id, resource, normal_form, name, open_to, created_at, updated_at)
SELECT uuid_v7(since), resource, normal_form, left(resource, 200), 'listed_clients', since, since
  FROM named;

-- Clients name them in the registered spelling from now on.
CREATE FUNCTION registered_spelling(named text[]) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(s.resource ORDER BY one.place), '{}')
      FROM unnest(named) WITH ORDINALITY AS one (resource, place)
      JOIN resource_servers s ON s.normal_form = resource_normal_form(one.resource)
$$;

UPDATE clients
   SET resources = registered_spelling(resources),
       default_audience = registered_spelling(default_audience),
       version = version + 1
 WHERE (resources, default_audience) IS DISTINCT FROM
       (registered_spelling(resources), registered_spelling(default_audience));

DROP FUNCTION registered_spelling(text[]);
DROP FUNCTION resource_normal_form(text);
