-- Clean-up finds what is over by its time, and never reads a whole table for it. The foreign keys
-- that it follows when it removes a session have indexes for the same reason.
CREATE INDEX authorization_requests_expires_at_idx ON authorization_requests (expires_at);
CREATE INDEX authorization_requests_shown_to_idx ON authorization_requests (shown_to)
    WHERE shown_to IS NOT NULL;

CREATE INDEX authorization_codes_expires_at_idx ON authorization_codes (expires_at);
CREATE INDEX authorization_codes_session_id_idx ON authorization_codes (session_id);

CREATE INDEX tokens_expires_at_idx ON tokens (expires_at);

CREATE INDEX grants_revoked_at_idx ON grants (revoked_at) WHERE revoked_at IS NOT NULL;
CREATE INDEX grants_created_at_idx ON grants (created_at);

CREATE INDEX sessions_ended_at_idx ON sessions (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

CREATE INDEX throttles_window_ends_at_idx ON throttles (window_ends_at);
