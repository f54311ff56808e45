-- People who log in. A name is unique in its normal form, and so is an address.
CREATE TABLE users (
    id                       uuid        PRIMARY KEY,
    subject                  text        NOT NULL,
    username                 text        NOT NULL,
    username_normal          text        NOT NULL,
    email                    text,
    email_normal             text,
    is_verified              boolean     NOT NULL DEFAULT false,
    password_hash            text,
    password_scheme          text,
    requires_password_change boolean     NOT NULL DEFAULT false,
    is_active                boolean     NOT NULL DEFAULT true,
    is_admin                 boolean     NOT NULL DEFAULT false,
    name                     text,
    given_name               text,
    family_name              text,
    middle_name              text,
    nickname                 text,
    profile                  text,
    picture                  text,
    website                  text,
    gender                   text,
    birthdate                text,
    zoneinfo                 text,
    locale                   text,
    last_login_at            timestamptz,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    CONSTRAINT users_subject_key UNIQUE (subject),
    CONSTRAINT users_username_normal_key UNIQUE (username_normal),
    CONSTRAINT users_email_normal_key UNIQUE (email_normal),
    CONSTRAINT users_email_check CHECK ((email IS NULL) = (email_normal IS NULL)),
    CONSTRAINT users_password_check CHECK ((password_hash IS NULL) = (password_scheme IS NULL)),
    CONSTRAINT users_password_scheme_check CHECK (password_scheme IN ('bcrypt', 'bcrypt_sha256'))
);

COMMENT ON TABLE users IS 'People who log in.';
COMMENT ON COLUMN users.subject IS 'The sub claim: a bare UUID that is never given twice.';
COMMENT ON COLUMN users.username_normal IS 'NFKC, lower case: the form that is unique and looked up.';
COMMENT ON COLUMN users.is_verified IS 'Whether the address is proven: email_verified.';
COMMENT ON COLUMN users.password_scheme IS 'How the password became bcrypt''s input.';

-- updated_at is a claim about the profile: a login does not move it, nor does an update that changes
-- nothing.
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = clock_timestamp();
    RETURN NEW;
END
$$;

CREATE TRIGGER users_touch_updated_at
    BEFORE UPDATE OF username, email, is_verified, name, given_name, family_name, middle_name,
        nickname, profile, picture, website, gender, birthdate, zoneinfo, locale
    ON users
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();
