-- How a client takes part in OpenID Connect (OpenID Connect Dynamic Client Registration §2).
ALTER TABLE clients
    ADD COLUMN id_token_signed_response_alg text NOT NULL DEFAULT 'RS256',
    ADD COLUMN userinfo_signed_response_alg text,
    ADD COLUMN subject_type                 text NOT NULL DEFAULT 'public',
    ADD COLUMN sector_identifier_uri        text,
    ADD COLUMN default_max_age              bigint,
    ADD COLUMN require_auth_time            boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT clients_id_token_alg_check CHECK (
        id_token_signed_response_alg IN ('RS256', 'PS256', 'ES256', 'EdDSA')),
    ADD CONSTRAINT clients_userinfo_alg_check CHECK (
        userinfo_signed_response_alg IN ('RS256', 'PS256', 'ES256', 'EdDSA')),
    ADD CONSTRAINT clients_subject_type_check CHECK (subject_type IN ('public', 'pairwise')),
    ADD CONSTRAINT clients_default_max_age_check CHECK (default_max_age >= 0);

COMMENT ON COLUMN clients.userinfo_signed_response_alg IS 'Null: UserInfo answers in plain JSON.';
COMMENT ON COLUMN clients.sector_identifier_uri IS 'Its host is the sector of pairwise subjects; null: the host of the redirect URIs.';
COMMENT ON COLUMN clients.default_max_age IS 'In seconds, for requests without max_age.';

-- What the scopes phone and address open (OpenID Connect Core §5.1, §5.1.1).
ALTER TABLE users
    ADD COLUMN phone_number          text,
    ADD COLUMN phone_number_verified boolean NOT NULL DEFAULT false,
    ADD COLUMN address_formatted     text,
    ADD COLUMN street_address        text,
    ADD COLUMN locality              text,
    ADD COLUMN region                text,
    ADD COLUMN postal_code           text,
    ADD COLUMN country               text;

DROP TRIGGER users_touch_updated_at ON users;

CREATE TRIGGER users_touch_updated_at
    BEFORE UPDATE OF username, email, is_verified, name, given_name, family_name, middle_name,
        nickname, profile, picture, website, gender, birthdate, zoneinfo, locale, phone_number,
        phone_number_verified, address_formatted, street_address, locality, region, postal_code,
        country
    ON users
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
