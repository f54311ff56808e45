-- Answers that hold a secret and must not get lost: who repeats the request within a minute gets the
-- same answer again, and the thing is done once.
CREATE TABLE idempotency_keys (
    key_digest     bytea       PRIMARY KEY,
    request_digest bytea       NOT NULL,
    sealed_answer  bytea       NOT NULL,
    expires_at     timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_key_digest_check CHECK (length(key_digest) = 32),
    CONSTRAINT idempotency_keys_request_digest_check CHECK (length(request_digest) = 32)
);

CREATE INDEX idempotency_keys_expires_at_idx ON idempotency_keys (expires_at);

COMMENT ON COLUMN idempotency_keys.request_digest IS 'Of who asked, and for what: another request with the same key is refused.';
COMMENT ON COLUMN idempotency_keys.sealed_answer IS 'Under a key derived from the idempotency key, which is not here. Empty while the answer is being made, in the transaction that makes it.';
