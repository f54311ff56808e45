-- Clients that sign their requests (RFC 9101): with what, whether always, and where they keep some of them.
ALTER TABLE clients
    ADD COLUMN request_object_signing_alg    text,
    ADD COLUMN require_signed_request_object boolean NOT NULL DEFAULT false,
    ADD COLUMN request_uris                  text[]  NOT NULL DEFAULT '{}';

COMMENT ON COLUMN clients.request_object_signing_alg IS 'Null: whatever the profile allows.';
COMMENT ON COLUMN clients.request_uris IS 'The addresses that its request_uri may name.';
