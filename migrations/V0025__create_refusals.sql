-- Why requests were refused, for administrators (docs/explain.md). It is kept best effort and a few
-- days: unlogged, so that writing it costs little and a crash of the database empties it.
CREATE UNLOGGED TABLE refusals (
    number     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id text        NOT NULL,
    at         timestamptz NOT NULL,
    method     text        NOT NULL,
    endpoint   text        NOT NULL,
    status     bigint      NOT NULL,
    error      text        NOT NULL,
    reason     text        NOT NULL,
    sentence   text        NOT NULL,
    expected   text,
    came       text,
    client_id  text,
    user_id    uuid,
    address    inet,
    CONSTRAINT refusals_request_id_check CHECK (length(request_id) <= 64),
    CONSTRAINT refusals_sentence_check CHECK (length(sentence) <= 1000),
    CONSTRAINT refusals_expected_check CHECK (length(expected) <= 600),
    CONSTRAINT refusals_came_check CHECK (length(came) <= 600),
    CONSTRAINT refusals_client_id_check CHECK (length(client_id) <= 600)
);

CREATE INDEX refusals_request_id_idx ON refusals (request_id, number);
CREATE INDEX refusals_client_id_idx ON refusals (client_id, number);
CREATE INDEX refusals_at_idx ON refusals (at);

COMMENT ON TABLE refusals IS 'Bounded: with more than 100,000 rows the oldest go. No value in it is a secret, and each is cut short.';
COMMENT ON COLUMN refusals.request_id IS 'As the answer carried it. A proxy that names requests may use a name twice.';
COMMENT ON COLUMN refusals.client_id IS 'As the request named it: there need be no such client.';
COMMENT ON COLUMN refusals.user_id IS 'No reference: it goes with the row, soon after the user.';

-- To say from where a code was used that comes a second time.
ALTER TABLE authorization_codes ADD COLUMN redeemed_from inet;
