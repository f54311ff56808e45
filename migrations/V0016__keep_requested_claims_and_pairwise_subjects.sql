-- What the parameters claims, acr_values and id_token_hint of a request ask for (OpenID Connect Core
-- §3.1.2.1, §5.5). A claim is a text: where it is to stand, its name, and, where it is to have a
-- certain value, that, with a space between them.
ALTER TABLE authorization_requests
    ADD COLUMN claims          text[] NOT NULL DEFAULT '{}',
    ADD COLUMN acr_values      text[] NOT NULL DEFAULT '{}',
    ADD COLUMN required_acr    text[] NOT NULL DEFAULT '{}',
    ADD COLUMN wanted_subjects text[] NOT NULL DEFAULT '{}';

COMMENT ON COLUMN authorization_requests.required_acr IS 'One of these, or an error: the essential claim acr.';
COMMENT ON COLUMN authorization_requests.wanted_subjects IS 'Who may answer: the subjects of id_token_hint and the claim sub; empty for anybody.';

ALTER TABLE authorization_codes
    ADD COLUMN claims text[] NOT NULL DEFAULT '{}';

ALTER TABLE grants
    ADD COLUMN claims           text[] NOT NULL DEFAULT '{}',
    ADD COLUMN pairwise_subject text;

COMMENT ON COLUMN grants.pairwise_subject IS 'The sub of its tokens, where the client had pairwise subjects when it was made.';

-- What pairwise subjects are made with: one value for ever, since another one would make strangers of
-- all users.
CREATE TABLE pairwise_salts (
    is_the_one    boolean     PRIMARY KEY DEFAULT true,
    sealed_salt   bytea       NOT NULL,
    master_key_id text        NOT NULL,
    created_at    timestamptz NOT NULL,
    CONSTRAINT pairwise_salts_one_check CHECK (is_the_one)
);
