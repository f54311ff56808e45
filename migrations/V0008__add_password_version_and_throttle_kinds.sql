-- A browser that has logged in before is known again, and guesses from it are counted apart. What
-- proves it is tied to the password of that time: a version that moves with each new password, and
-- not when the same one is hashed anew.
ALTER TABLE users ADD COLUMN password_version bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN users.password_version IS 'Counts the passwords there have been; a new hash of the same one is none.';

-- Two more counters: of guesses from a known browser, and of wrong secrets of whatever client.
ALTER TABLE throttles
    DROP CONSTRAINT throttles_kind_check,
    ADD CONSTRAINT throttles_kind_check CHECK (kind IN
        ('login_address', 'login_account_at_address', 'login_account', 'login_device',
         'client_secret', 'client_secret_address'));

COMMENT ON COLUMN throttles.attempts IS 'Those that were tried. What has to wait is not counted.';
