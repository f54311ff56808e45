//! A client as it is shown.

use authly_domain::clients::ClientJwks;
use authly_domain::id::ClientKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::{Id, Moment};
use crate::oauth::WireSecret;

/// A client. Members have the names of the registered metadata (RFC 7591 §2) where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches that stand for themselves on the wire"
)]
pub struct Client {
    /// Its id here, which paths use.
    pub id: Id<ClientKey>,
    /// Its name on the wire.
    pub client_id: String,
    /// What people know it as.
    pub client_name: String,
    /// `confidential` or `public`.
    pub client_type: String,
    /// `web` or `native`.
    pub application_type: String,
    /// The rules that it goes by: `strict`, `oidc` or `fapi2`.
    pub profile: String,
    /// How it authenticates: `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`.
    pub token_endpoint_auth_method: String,
    /// What its assertions are signed with; absent for whatever its profile allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Where answers may go.
    pub redirect_uris: Vec<String>,
    /// Where logout may lead.
    pub post_logout_redirect_uris: Vec<String>,
    /// Which grants it may use.
    pub grant_types: Vec<String>,
    /// What it may ask for, names divided by spaces.
    pub scope: String,
    /// What the user may decline of it.
    pub optional_scope: String,
    /// The resource servers that it may name (RFC 8707), and whose tokens it may introspect.
    pub resources: Vec<String>,
    /// The audience of its access tokens where a request names none; empty means the issuer.
    pub default_audience: Vec<String>,
    /// Whether its requests have to carry a code challenge.
    pub require_pkce: bool,
    /// Whether its OpenID requests have to carry a nonce where they carry no challenge.
    pub require_nonce: bool,
    /// Whether its users are asked for their consent.
    pub require_consent: bool,
    /// Whether its refresh tokens are replaced at each use; those of a public client always are.
    pub refresh_rotation: bool,
    /// How many seconds its access tokens live; absent where the server's setting decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_lifetime: Option<u64>,
    /// How many seconds its refresh tokens live without being used; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token_idle_lifetime: Option<u64>,
    /// How many seconds after the login its tokens can be refreshed at all; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token_absolute_lifetime: Option<u64>,
    /// Its public keys, a key set (RFC 7517 §5) with the members that we know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Value>")]
    pub jwks: Option<ClientJwks>,
    /// Where its public keys are; never beside `jwks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// What its request objects are signed with; absent for whatever its profile allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// Whether all its requests are signed (RFC 9101 §10.5).
    pub require_signed_request_object: bool,
    /// Where it keeps request objects.
    pub request_uris: Vec<String>,
    /// How its ID tokens are signed: `RS256`, `PS256`, `ES256` or `EdDSA`.
    pub id_token_signed_response_alg: String,
    /// How what UserInfo answers is signed; absent for plain JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// How the keys of its ID tokens reach it: `RSA-OAEP-256`, `ECDH-ES`, `ECDH-ES+A128KW` or
    /// `ECDH-ES+A256KW`; absent for ID tokens that are signed alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<String>,
    /// What its ID tokens are encrypted with: `A128CBC-HS256` (unless it is said), `A256CBC-HS512`,
    /// `A128GCM` or `A256GCM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<String>,
    /// How the keys of what UserInfo answers reach it, by the same names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<String>,
    /// What UserInfo's answers are encrypted with, by the same names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<String>,
    /// How users are named to it: `public` or `pairwise`.
    pub subject_type: String,
    /// Whose host is the sector of its pairwise subjects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// How many seconds ago its users may have logged in where a request does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// Whether ID tokens say when the user logged in, which ours always do.
    pub require_auth_time: bool,
    /// Where it is told that a session has ended (OpenID Connect Back-Channel Logout): an https URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs `sid` in what it is told, which ours always has.
    #[serde(default)]
    pub backchannel_logout_session_required: bool,
    /// What is opened in a frame so that it signs its user out in the browser (OpenID Connect Front-Channel
    /// Logout): an https URL of the origin of one of its redirect URIs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether it needs `iss` and `sid` there, which always stand there.
    #[serde(default)]
    pub frontchannel_logout_session_required: bool,
    /// A page about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its privacy policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// What it may administer for itself, as an administrator decided.
    pub entitled_admin_scopes: Vec<String>,
    /// Its secrets that are valid, the newest last; never the secrets themselves.
    pub secrets: Vec<LiveSecret>,
    /// Whether it may do anything at all.
    pub is_active: bool,
    /// The configuration that looks after it, where it is kept as code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// Whether the server depends on it, so that it can neither be disabled nor deleted.
    pub is_system: bool,
    /// Goes up at each change: what `If-Match` names.
    pub version: i64,
    /// When it was registered.
    pub created_at: Moment,
    /// When it was changed last.
    pub updated_at: Moment,
    /// What of its registration weakens it, for whoever administers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// That a secret is valid, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveSecret {
    /// When it was made.
    pub created_at: Moment,
    /// When it ends; absent for the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
}

/// A client that has just been registered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CreatedClient {
    /// The client.
    #[serde(flatten)]
    pub client: Client,
    /// Its secret, shown this once; absent for a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<WireSecret>,
}
