//! What is said of a client when it is registered or changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::Patch;

/// A client to be registered. What is left out has its default; the rules are those of a seed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewClient {
    /// Its name on the wire; made unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `confidential` (the default) or `public`; it stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_type: Option<String>,
    /// What people know it as; the `client_id` unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// `web` (the default) or `native`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    /// The rules that it goes by: `strict` (the default), `oidc` or `fapi2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// How it authenticates: `client_secret_basic` (the default), `client_secret_post` or
    /// `private_key_jwt`; `none` for a public client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<String>,
    /// What its assertions are signed with, where not all that its profile allows is to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Where answers may go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uris: Option<Vec<String>>,
    /// Where logout may lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Which grants it may use; `authorization_code` unless it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// What it may ask for, names divided by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What the user may decline of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional_scope: Option<String>,
    /// The resource servers that it may name (RFC 8707), and whose tokens it may
    /// introspect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resources: Option<Vec<String>>,
    /// The audience of its access tokens where a request names none; empty means the
    /// issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_audience: Option<Vec<String>>,
    /// `false` for a confidential OpenID client that cannot do PKCE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_pkce: Option<bool>,
    /// `false` for one that sends no nonce either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_nonce: Option<bool>,
    /// `false` for a first-party client, whose users are not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_consent: Option<bool>,
    /// `false` for a confidential client whose refresh tokens stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_rotation: Option<bool>,
    /// How many seconds its access tokens live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<u64>,
    /// How many seconds its refresh tokens live without being used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_idle_lifetime: Option<u64>,
    /// How many seconds after the login its tokens can be refreshed at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token_absolute_lifetime: Option<u64>,
    /// Its public keys, a key set (RFC 7517 §5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where its public keys are, in the place of `jwks`: an https URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// What its request objects are signed with, where not all that its profile allows is to count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// `true` for a client that signs all its requests (RFC 9101 §10.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_signed_request_object: Option<bool>,
    /// Where it keeps request objects: the https URLs that its `request_uri` may name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_uris: Option<Vec<String>>,
    /// How its ID tokens are signed: `RS256`, `PS256`, `ES256` or `EdDSA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// How what UserInfo answers is signed; absent for plain JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// How the keys of its ID tokens reach it: `RSA-OAEP-256`, `ECDH-ES`, `ECDH-ES+A128KW` or
    /// `ECDH-ES+A256KW`; absent for ID tokens that are signed alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<String>,
    /// What its ID tokens are encrypted with: `A128CBC-HS256` (unless it is said), `A256CBC-HS512`,
    /// `A128GCM` or `A256GCM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<String>,
    /// How the keys of what UserInfo answers reach it, by the same names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<String>,
    /// What UserInfo's answers are encrypted with, by the same names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<String>,
    /// How users are named to it: `public` or `pairwise`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<String>,
    /// Whose host is the sector of its pairwise subjects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// How many seconds ago its users may have logged in where a request does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// Whether ID tokens say when the user logged in, which ours always do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_auth_time: Option<bool>,
    /// Where it is told that a session has ended (OpenID Connect Back-Channel Logout): an https URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs `sid` in what it is told, which ours always has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// What is opened in a frame so that it signs its user out in the browser (OpenID Connect Front-Channel
    /// Logout): an https URL of the origin of one of its redirect URIs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether it needs `iss` and `sid` there, which always stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_session_required: Option<bool>,
    /// A page about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
}

/// A change of a client: what is absent stays. `null` clears what may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClientChange {
    /// What people know it as.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub client_name: Patch<String>,
    /// `web` or `native`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub application_type: Patch<String>,
    /// The rules that it goes by: `strict`, `oidc` or `fapi2`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub profile: Patch<String>,
    /// How it authenticates: `client_secret_basic`, `client_secret_post` or `private_key_jwt`; `none`
    /// for a public client.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub token_endpoint_auth_method: Patch<String>,
    /// What its assertions are signed with, where not all that its profile allows is to count.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub token_endpoint_auth_signing_alg: Patch<String>,
    /// Where answers may go.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub redirect_uris: Patch<Vec<String>>,
    /// Where logout may lead.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub post_logout_redirect_uris: Patch<Vec<String>>,
    /// Which grants it may use.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub grant_types: Patch<Vec<String>>,
    /// What it may ask for, names divided by spaces.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub scope: Patch<String>,
    /// What the user may decline of it.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub optional_scope: Patch<String>,
    /// The resource servers that it may name (RFC 8707), and whose tokens it may
    /// introspect.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub resources: Patch<Vec<String>>,
    /// The audience of its access tokens where a request names none; empty means the
    /// issuer.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub default_audience: Patch<Vec<String>>,
    /// `false` for a confidential OpenID client that cannot do PKCE.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub require_pkce: Patch<bool>,
    /// `false` for one that sends no nonce either.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub require_nonce: Patch<bool>,
    /// `false` for a first-party client, whose users are not asked.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub require_consent: Patch<bool>,
    /// `false` for a confidential client whose refresh tokens stay.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub refresh_rotation: Patch<bool>,
    /// How many seconds its access tokens live.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub access_token_lifetime: Patch<u64>,
    /// How many seconds its refresh tokens live without being used.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub refresh_token_idle_lifetime: Patch<u64>,
    /// How many seconds after the login its tokens can be refreshed at all.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub refresh_token_absolute_lifetime: Patch<u64>,
    /// Its public keys, a key set (RFC 7517 §5).
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub jwks: Patch<Value>,
    /// Where its public keys are, in the place of `jwks`: an https URL.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub jwks_uri: Patch<String>,
    /// What its request objects are signed with, where not all that its profile allows is to count.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub request_object_signing_alg: Patch<String>,
    /// `true` for a client that signs all its requests (RFC 9101 §10.5).
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub require_signed_request_object: Patch<bool>,
    /// Where it keeps request objects: the https URLs that its `request_uri` may name.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub request_uris: Patch<Vec<String>>,
    /// How its ID tokens are signed: `RS256`, `PS256`, `ES256` or `EdDSA`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub id_token_signed_response_alg: Patch<String>,
    /// How what UserInfo answers is signed; absent for plain JSON.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub userinfo_signed_response_alg: Patch<String>,
    /// How the keys of its ID tokens reach it: `RSA-OAEP-256`, `ECDH-ES`, `ECDH-ES+A128KW` or
    /// `ECDH-ES+A256KW`; absent for ID tokens that are signed alone.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub id_token_encrypted_response_alg: Patch<String>,
    /// What its ID tokens are encrypted with: `A128CBC-HS256` (unless it is said), `A256CBC-HS512`,
    /// `A128GCM` or `A256GCM`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub id_token_encrypted_response_enc: Patch<String>,
    /// How the keys of what UserInfo answers reach it, by the same names.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub userinfo_encrypted_response_alg: Patch<String>,
    /// What UserInfo's answers are encrypted with, by the same names.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub userinfo_encrypted_response_enc: Patch<String>,
    /// How users are named to it: `public` or `pairwise`.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub subject_type: Patch<String>,
    /// Whose host is the sector of its pairwise subjects.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub sector_identifier_uri: Patch<String>,
    /// How many seconds ago its users may have logged in where a request does not say.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub default_max_age: Patch<u64>,
    /// Whether ID tokens say when the user logged in, which ours always do.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub require_auth_time: Patch<bool>,
    /// Where it is told that a session has ended (OpenID Connect Back-Channel Logout): an https URL.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub backchannel_logout_uri: Patch<String>,
    /// Whether it needs `sid` in what it is told, which ours always has.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub backchannel_logout_session_required: Patch<bool>,
    /// What is opened in a frame so that it signs its user out in the browser (OpenID Connect Front-Channel
    /// Logout): an https URL of the origin of one of its redirect URIs.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub frontchannel_logout_uri: Patch<String>,
    /// Whether it needs `iss` and `sid` there, which always stand there.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub frontchannel_logout_session_required: Patch<bool>,
    /// A page about it.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub client_uri: Patch<String>,
    /// Its privacy policy.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub policy_uri: Patch<String>,
    /// Its terms of service.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub tos_uri: Patch<String>,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(skip_serializing_if = "Patch::is_keep")]
    pub managed_by: Patch<String>,
}

/// What a client may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignedScopes {
    /// All of it, names divided by spaces.
    pub scope: String,
    /// What the user may decline of it.
    #[serde(default)]
    pub optional_scope: String,
}
