-- Clients that want to be told when a session ends (OpenID Connect Back-Channel Logout §2.2).
ALTER TABLE clients
    ADD COLUMN backchannel_logout_uri              text,
    ADD COLUMN backchannel_logout_session_required boolean NOT NULL DEFAULT false;

-- Which of them a user has signed in at during a session. Grants do not say it: those of offline access
-- hang on no session, and others go with their tokens long before it ends.
CREATE TABLE session_clients (
    session_id       uuid        NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    client_id        uuid        NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    pairwise_subject text,
    signed_in_at     timestamptz NOT NULL,
    PRIMARY KEY (session_id, client_id)
);

CREATE INDEX session_clients_client_id_idx ON session_clients (client_id);

COMMENT ON COLUMN session_clients.pairwise_subject IS 'The sub of its last ID token in the session, where that is not the user''s own.';

-- Calls to make. Sessions and users may be gone by the time that a call is made.
CREATE TABLE logout_calls (
    id             uuid        PRIMARY KEY,
    client_id      uuid        NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    session_id     uuid        NOT NULL,
    subject        text        NOT NULL,
    is_pairwise    boolean     NOT NULL,
    created_at     timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    attempts       bigint      NOT NULL DEFAULT 0,
    last_failed_at timestamptz,
    last_failure   text,
    given_up_at    timestamptz,
    CONSTRAINT logout_calls_failure_check CHECK ((last_failed_at IS NULL) = (last_failure IS NULL))
);

CREATE INDEX logout_calls_due_idx ON logout_calls (due_at, id) WHERE given_up_at IS NULL;
CREATE INDEX logout_calls_given_up_idx ON logout_calls (id) WHERE given_up_at IS NOT NULL;
CREATE INDEX logout_calls_created_at_idx ON logout_calls (created_at);
CREATE INDEX logout_calls_client_id_id_idx ON logout_calls (client_id, id);

COMMENT ON COLUMN logout_calls.due_at IS 'When it is made next; whoever makes it puts this ahead first, so that nobody else does.';
COMMENT ON COLUMN logout_calls.attempts IS 'How often it was begun; whoever ends an attempt names its number.';

-- UUIDv7 (RFC 9562 §5.7): rows that no application makes are ordered by time like all others.
CREATE FUNCTION uuid_v7(made_at timestamptz) RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    chance bytea = uuid_send(gen_random_uuid());
    milliseconds bigint = floor(extract(epoch FROM made_at) * 1000);
BEGIN
    RETURN encode(
        substring(int8send(milliseconds) FROM 3)
            || set_byte(substring(chance FROM 7), 0, (get_byte(chance, 6) & 15) | 112),
        'hex')::uuid;
END
$$;

-- The calls are written by whatever ends a session, in its transaction, and by a statement of their own:
-- it sees the clients of a sign-in that the end has waited for.
CREATE FUNCTION write_logout_calls() RETURNS trigger LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO logout_calls (id, client_id, session_id, subject, is_pairwise, created_at, due_at)
    SELECT uuid_v7(NEW.ended_at), x.client_id, NEW.id, coalesce(x.pairwise_subject, u.subject),
           x.pairwise_subject IS NOT NULL, NEW.ended_at, NEW.ended_at
      FROM session_clients x
      JOIN clients c ON c.id = x.client_id
      JOIN users u ON u.id = NEW.user_id
     WHERE x.session_id = NEW.id AND c.is_active AND c.backchannel_logout_uri IS NOT NULL;
    RETURN NULL;
END
$$;

CREATE TRIGGER sessions_write_logout_calls
    AFTER UPDATE OF ended_at ON sessions
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    EXECUTE FUNCTION write_logout_calls();
