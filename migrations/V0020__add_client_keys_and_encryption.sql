-- The public keys of a client by value, and what its ID tokens and UserInfo answers are encrypted with
-- (OpenID Connect Dynamic Client Registration §2).
ALTER TABLE clients
    ADD COLUMN jwks                            jsonb,
    ADD COLUMN id_token_encrypted_response_alg text,
    ADD COLUMN id_token_encrypted_response_enc text,
    ADD COLUMN userinfo_encrypted_response_alg text,
    ADD COLUMN userinfo_encrypted_response_enc text,
    ADD CONSTRAINT clients_jwks_check CHECK (jsonb_typeof(jwks -> 'keys') = 'array'),
    ADD CONSTRAINT clients_id_token_encryption_check CHECK (
        id_token_encrypted_response_enc IS NULL OR id_token_encrypted_response_alg IS NOT NULL),
    ADD CONSTRAINT clients_userinfo_encryption_check CHECK (
        userinfo_encrypted_response_enc IS NULL OR userinfo_encrypted_response_alg IS NOT NULL);

COMMENT ON COLUMN clients.jwks IS 'A JWK Set of public keys, with the members that we know alone.';
COMMENT ON COLUMN clients.id_token_encrypted_response_alg IS 'Null: ID tokens are signed and not encrypted.';
COMMENT ON COLUMN clients.id_token_encrypted_response_enc IS 'Null: A128CBC-HS256, where there is an alg.';
COMMENT ON COLUMN clients.userinfo_encrypted_response_alg IS 'Null: UserInfo answers are not encrypted.';
COMMENT ON COLUMN clients.userinfo_encrypted_response_enc IS 'Null: A128CBC-HS256, where there is an alg.';
