-- Users see at /account what has access in their name, and take it back.
ALTER TABLE grants
    DROP CONSTRAINT grants_revoked_reason_check,
    ADD CONSTRAINT grants_revoked_reason_check CHECK (revoked_reason IN
        ('refresh_token_reuse', 'code_replay', 'by_client', 'password_changed', 'by_administrator',
         'by_user'));
