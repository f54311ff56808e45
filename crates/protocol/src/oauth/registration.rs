//! The names of what a client may say of itself (RFC 7591 §2, OpenID Connect Dynamic Client Registration §2).

/// What is registered.
pub const REGISTERED_MEMBERS: [&str; 30] = [
    "client_name",
    "application_type",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "scope",
    "jwks",
    "jwks_uri",
    "request_object_signing_alg",
    "require_signed_request_object",
    "request_uris",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "subject_type",
    "sector_identifier_uri",
    "default_max_age",
    "require_auth_time",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "client_uri",
    "policy_uri",
    "tos_uri",
];

/// What is kept for the client and given back to it beside that.
pub const DECLARED_MEMBERS: [&str; 5] = [
    "contacts",
    "initiate_login_uri",
    "software_id",
    "software_version",
    "software_statement",
];

/// What has to be in order and is not kept.
pub const CHECKED_MEMBERS: [&str; 4] = [
    "logo_uri",
    "default_acr_values",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
];

/// What may be said in other languages too, under a name such as `client_name#de`: likewise.
pub const TRANSLATED_MEMBERS: [&str; 5] = [
    "client_name",
    "logo_uri",
    "client_uri",
    "policy_uri",
    "tos_uri",
];
