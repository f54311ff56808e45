-- Administrators end sessions, grants and tokens, and look at them by user and by client, the newest
-- first. Identifiers are ordered by time, so that an index with the identifier behind the owner gives
-- a page of a list without sorting. Each of these takes the place of one on the owner alone.
ALTER TABLE sessions
    DROP CONSTRAINT sessions_ended_reason_check,
    ADD CONSTRAINT sessions_ended_reason_check CHECK (
        ended_reason IN ('logged_out', 'replaced', 'password_changed', 'by_administrator'));

CREATE INDEX sessions_user_id_id_idx ON sessions (user_id, id);
DROP INDEX sessions_user_id_idx;

ALTER TABLE grants
    DROP CONSTRAINT grants_revoked_reason_check,
    ADD CONSTRAINT grants_revoked_reason_check CHECK (revoked_reason IN
        ('refresh_token_reuse', 'code_replay', 'by_client', 'password_changed', 'by_administrator'));

CREATE INDEX grants_user_id_id_idx ON grants (user_id, id);
DROP INDEX grants_user_id_idx;
CREATE INDEX grants_client_id_id_idx ON grants (client_id, id);
DROP INDEX grants_client_id_idx;

-- A token that a client got for itself has neither grant nor user, and pays for neither index.
CREATE INDEX tokens_grant_id_id_idx ON tokens (grant_id, id) WHERE grant_id IS NOT NULL;
DROP INDEX tokens_grant_id_idx;
CREATE INDEX tokens_user_id_id_idx ON tokens (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX tokens_client_id_id_idx ON tokens (client_id, id);

ALTER TABLE tokens
    ADD CONSTRAINT tokens_revoked_reason_check CHECK (revoked_reason IN
        ('refresh_token_reuse', 'code_replay', 'by_client', 'password_changed', 'by_administrator'));

-- The consents of a client are removed together.
CREATE INDEX consents_client_id_user_id_idx ON consents (client_id, user_id);
