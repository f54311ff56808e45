//! The seed as it is written. Keys have the names of the registered metadata (RFC 7591, OpenID
//! Connect Dynamic Client Registration) where there is one.

use serde::Deserialize;

/// A seed file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Seed {
    /// What may be asked for.
    pub scopes: Vec<SeedScope>,
    /// The APIs that tokens are for.
    pub resource_servers: Vec<SeedResourceServer>,
    /// Who can log in.
    pub users: Vec<SeedUser>,
    /// Who can ask.
    pub clients: Vec<SeedClient>,
}

/// A scope.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedScope {
    /// Its name.
    pub name: String,
    /// What the consent page says.
    pub description: String,
    /// Whether a request without `scope` asks for it.
    #[serde(default)]
    pub default: bool,
}

/// A resource server.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedResourceServer {
    /// Its identifier (RFC 8707), as it stands in `aud`.
    pub resource: String,
    /// What people know it as.
    pub name: String,
    /// `listed_clients`, which new ones are by default, or `every_client`.
    pub open_to: Option<String>,
}

/// A user.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedUser {
    /// Their name.
    pub username: String,
    /// Their address.
    pub email: Option<String>,
    /// Their password; counts only when the user is created.
    pub password: Option<SeedSecret>,
    /// Whether the address is proven.
    pub verified: Option<bool>,
    /// Whether they may administer.
    pub admin: Option<bool>,
    /// Standard claims (OpenID Connect Core §5.1).
    pub name: Option<String>,
    /// `given_name`.
    pub given_name: Option<String>,
    /// `family_name`.
    pub family_name: Option<String>,
    /// `middle_name`.
    pub middle_name: Option<String>,
    /// `nickname`.
    pub nickname: Option<String>,
    /// `profile`.
    pub profile: Option<String>,
    /// `picture`.
    pub picture: Option<String>,
    /// `website`.
    pub website: Option<String>,
    /// `gender`.
    pub gender: Option<String>,
    /// `birthdate`.
    pub birthdate: Option<String>,
    /// `zoneinfo`.
    pub zoneinfo: Option<String>,
    /// `locale`.
    pub locale: Option<String>,
    /// `phone_number`.
    pub phone_number: Option<String>,
    /// `phone_number_verified`.
    pub phone_number_verified: Option<bool>,
    /// `address`: what is listed of it replaces, the rest stays.
    pub address: Option<SeedAddress>,
}

/// The `address` claim of a user (OpenID Connect Core §5.1.1).
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeedAddress {
    /// `formatted`.
    pub formatted: Option<String>,
    /// `street_address`.
    pub street_address: Option<String>,
    /// `locality`.
    pub locality: Option<String>,
    /// `region`.
    pub region: Option<String>,
    /// `postal_code`.
    pub postal_code: Option<String>,
    /// `country`.
    pub country: Option<String>,
}

/// A client.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedClient {
    /// Its name on the wire.
    pub client_id: String,
    /// What people know it as.
    pub client_name: Option<String>,
    /// `confidential` or `public`.
    pub client_type: Option<String>,
    /// Its secret: at least 32 bytes (decisions 15).
    pub client_secret: Option<SeedSecret>,
    /// `web` or `native`.
    pub application_type: Option<String>,
    /// Where answers may go.
    pub redirect_uris: Option<Vec<String>>,
    /// Where logout may lead.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Which grants it may use.
    pub grant_types: Option<Vec<String>>,
    /// The most that it may ask for.
    pub scope: Option<String>,
    /// What the user may decline of it.
    pub optional_scope: Option<String>,
    /// The rules that it goes by: `strict`, `oidc` or `fapi2`.
    pub profile: Option<String>,
    /// How it authenticates.
    pub token_endpoint_auth_method: Option<String>,
    /// What its assertions are signed with: `RS256`, `PS256`, `ES256` or `EdDSA`.
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// The registered resource servers it may name (RFC 8707).
    pub resources: Option<Vec<String>>,
    /// The audience of its tokens where a request names none.
    pub default_audience: Option<Vec<String>>,
    /// `false` for a confidential OpenID client that cannot do PKCE.
    pub require_pkce: Option<bool>,
    /// `false` for one that sends no nonce either.
    pub require_nonce: Option<bool>,
    /// `false` for a first-party client.
    pub require_consent: Option<bool>,
    /// `false` for a confidential client whose refresh tokens stay.
    pub refresh_rotation: Option<bool>,
    /// Its public keys, a key set (RFC 7517 §5).
    pub jwks: Option<serde_json::Value>,
    /// Where its public keys are, in the place of `jwks`.
    pub jwks_uri: Option<String>,
    /// What is opened in a frame so that it signs its user out in the browser.
    pub frontchannel_logout_uri: Option<String>,
    /// Whether it needs `iss` and `sid` there.
    pub frontchannel_logout_session_required: Option<bool>,
    /// Where it is told that a session has ended.
    pub backchannel_logout_uri: Option<String>,
    /// Whether it needs `sid` in what it is told.
    pub backchannel_logout_session_required: Option<bool>,
    /// What its request objects are signed with: `RS256`, `PS256`, `ES256` or `EdDSA`.
    pub request_object_signing_alg: Option<String>,
    /// `true` for a client that signs all its requests.
    pub require_signed_request_object: Option<bool>,
    /// Where it keeps request objects.
    pub request_uris: Option<Vec<String>>,
    /// How its ID tokens are signed: `RS256`, `PS256`, `ES256` or `EdDSA`.
    pub id_token_signed_response_alg: Option<String>,
    /// How what UserInfo answers is signed; absent for plain JSON.
    pub userinfo_signed_response_alg: Option<String>,
    /// How the keys of its ID tokens reach it; absent for ID tokens that are signed alone.
    pub id_token_encrypted_response_alg: Option<String>,
    /// What its ID tokens are encrypted with; `A128CBC-HS256` unless it is said.
    pub id_token_encrypted_response_enc: Option<String>,
    /// How the keys of what UserInfo answers reach it.
    pub userinfo_encrypted_response_alg: Option<String>,
    /// What UserInfo's answers are encrypted with.
    pub userinfo_encrypted_response_enc: Option<String>,
    /// `public` or `pairwise`.
    pub subject_type: Option<String>,
    /// Whose host is the sector of pairwise subjects.
    pub sector_identifier_uri: Option<String>,
    /// How many seconds ago its users may have logged in.
    pub default_max_age: Option<u32>,
    /// Whether ID tokens say when the user logged in, which ours always do.
    pub require_auth_time: Option<bool>,
    /// A page about it.
    pub client_uri: Option<String>,
    /// Its privacy policy.
    pub policy_uri: Option<String>,
    /// Its terms of service.
    pub tos_uri: Option<String>,
    /// Whether it may do anything at all.
    pub active: Option<bool>,
}

impl SeedClient {
    /// A client of this name, of which nothing else is said.
    #[must_use]
    pub fn named(client_id: &str) -> Self {
        Self {
            client_id: client_id.to_owned(),
            ..Self::default()
        }
    }
}

/// A secret in a seed: shown by no `Debug`.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct SeedSecret(String);

impl SeedSecret {
    /// Takes the text as the secret.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SeedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SeedSecret([redacted])")
    }
}
