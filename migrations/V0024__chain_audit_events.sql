-- The audit trail: what each event says of who did what, the chain that seals it, and the personal
-- values beside it, which can be erased without breaking the chain (docs/adr/0019).

ALTER TABLE audit_events
    ADD COLUMN outcome         text NOT NULL DEFAULT 'succeeded',
    ADD COLUMN actor_kind      text NOT NULL DEFAULT 'server',
    ADD COLUMN actor_user_id   uuid,
    ADD COLUMN actor_client_id uuid,
    ADD COLUMN target          text,
    ADD COLUMN details         text,
    ADD COLUMN request_id      text,
    ADD COLUMN commitment      bytea,
    ADD COLUMN position        bigint,
    ADD COLUMN previous        bytea,
    ADD COLUMN hash            bytea,
    ADD CONSTRAINT audit_events_outcome_check CHECK (outcome IN ('succeeded', 'refused')),
    ADD CONSTRAINT audit_events_actor_kind_check
        CHECK (actor_kind IN ('user', 'client', 'machine', 'server', 'anonymous')),
    ADD CONSTRAINT audit_events_seal_check
        CHECK ((position IS NULL) = (hash IS NULL) AND (position IS NULL) = (previous IS NULL)),
    ADD CONSTRAINT audit_events_position_key UNIQUE (position);

COMMENT ON COLUMN audit_events.actor_kind IS
    'machine: whoever has the server''s own machine; server: by itself; anonymous: nobody was proven.';
COMMENT ON COLUMN audit_events.details IS 'A JSON object of texts, as it was hashed.';
COMMENT ON COLUMN audit_events.commitment IS 'A digest of the row of audit_personal, which its salt blinds.';
COMMENT ON COLUMN audit_events.position IS 'The place in the chain, given when it is sealed: gapless.';
COMMENT ON COLUMN audit_events.previous IS 'The hash of the event before it.';
COMMENT ON COLUMN audit_events.address IS 'Not written any more: see audit_personal.';

UPDATE audit_events SET address = NULL WHERE address IS NOT NULL;

-- What waits for its seal.
CREATE INDEX audit_events_unsealed_index ON audit_events (id) WHERE position IS NULL;
-- What administrators look for, the newest first.
CREATE INDEX audit_events_user_id_index ON audit_events (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX audit_events_client_id_index ON audit_events (client_id, id) WHERE client_id IS NOT NULL;
CREATE INDEX audit_events_actor_user_id_index
    ON audit_events (actor_user_id, id) WHERE actor_user_id IS NOT NULL;
CREATE INDEX audit_events_actor_client_id_index
    ON audit_events (actor_client_id, id) WHERE actor_client_id IS NOT NULL;
CREATE INDEX audit_events_action_index ON audit_events (action, id);
CREATE INDEX audit_events_request_id_index
    ON audit_events (request_id, id) WHERE request_id IS NOT NULL;

CREATE TABLE audit_personal (
    event_id   uuid  PRIMARY KEY REFERENCES audit_events (id) ON DELETE CASCADE,
    user_id    uuid,
    salt       bytea NOT NULL,
    username   text,
    address    inet,
    user_agent text
);

COMMENT ON TABLE audit_personal IS 'What of an event tells of a person. Goes with the person: the chain holds only a commitment.';
COMMENT ON COLUMN audit_personal.user_id IS 'Whose it is. No foreign key: writing an event waits for nobody who changes the user.';

CREATE INDEX audit_personal_user_id_index ON audit_personal (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE audit_chain (
    only_row        boolean PRIMARY KEY DEFAULT true,
    position        bigint  NOT NULL,
    hash            bytea   NOT NULL,
    anchor_position bigint  NOT NULL,
    anchor_hash     bytea   NOT NULL,
    CONSTRAINT audit_chain_only_row_check CHECK (only_row)
);

COMMENT ON TABLE audit_chain IS 'The head, after which the next event is sealed, and the anchor: what the oldest event that is kept hangs on.';

INSERT INTO audit_chain (position, hash, anchor_position, anchor_hash)
VALUES (0, decode(repeat('00', 32), 'hex'), 0, decode(repeat('00', 32), 'hex'));

ALTER TABLE jobs
    DROP CONSTRAINT jobs_name_check,
    ADD CONSTRAINT jobs_name_check CHECK (name IN ('clean_up', 'rotate_keys', 'seal_audit'));
INSERT INTO jobs (name) VALUES ('seal_audit');
