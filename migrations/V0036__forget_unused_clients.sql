-- Clients that have registered themselves and that nobody uses go after a time.
ALTER TABLE client_registrations ADD COLUMN used_at timestamptz;
UPDATE client_registrations SET used_at = registered_at;
ALTER TABLE client_registrations ALTER COLUMN used_at SET NOT NULL;

DROP INDEX client_registrations_registered_at_idx;
CREATE INDEX client_registrations_used_at_idx ON client_registrations (used_at);

COMMENT ON COLUMN client_registrations.used_at IS 'When it was seen to have access last, to an hour; at the beginning when it registered.';
