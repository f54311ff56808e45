-- What is kept as code says so, with the name of the configuration that it comes from.
ALTER TABLE clients ADD COLUMN managed_by text;
ALTER TABLE scopes ADD COLUMN managed_by text;
ALTER TABLE settings ADD COLUMN managed_by text;

COMMENT ON COLUMN clients.managed_by IS 'The configuration that looks after it; null where nobody but people do.';
COMMENT ON COLUMN scopes.managed_by IS 'As with clients.';
COMMENT ON COLUMN settings.managed_by IS 'As with clients; it goes with the stored value.';

-- Hashes that other servers made: they are checked as they are, and replaced at the next login.
ALTER TABLE users
    DROP CONSTRAINT users_password_scheme_check,
    ADD CONSTRAINT users_password_scheme_check
        CHECK (password_scheme IN ('bcrypt', 'bcrypt_sha256', 'pbkdf2', 'argon2'));

COMMENT ON COLUMN users.password_scheme IS 'How the password became the hash.';
