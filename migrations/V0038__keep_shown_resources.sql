-- A user who allows a client something is shown for which resource servers: those count, no others (ADR
-- 0023). What was allowed until now was shown for none.
ALTER TABLE consents ADD COLUMN resources text[] NOT NULL DEFAULT '{}';

COMMENT ON COLUMN consents.resources IS 'The resource servers that the consent page was shown for.';
