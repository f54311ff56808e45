//! A client's record: what was registered for it (RFC 7591 §2), and what only an administrator sets.

use super::named::named;
use super::{
    AuthMethod, ClientId, ClientJwks, ClientProfile, ClientSecretDigest, LogoutMetadata,
    OpenIdMetadata, RedirectUri, RequestObjectMetadata, TokenLifetimes,
};
use crate::id::ClientKey;
use crate::keys::SigningAlgorithm;
use crate::network::FetchUrl;
use crate::scopes::{Resource, Scope};

named! {
    /// Whether a client can keep a secret (OAuth 2.1 §2.1).
    ClientType {
        /// It can: it runs where only its operator looks.
        Confidential = "confidential",
        /// It cannot: it runs in browsers and on people's devices.
        Public = "public",
    }
}
named! {
    /// `application_type` (OpenID Connect Dynamic Client Registration §2).
    ApplicationType {
        /// A web application.
        Web = "web",
        /// A program on the user's device.
        Native = "native",
    }
}
named! {
    /// The grants of the token endpoint.
    GrantType {
        /// OAuth 2.1 §4.1.
        AuthorizationCode = "authorization_code",
        /// OAuth 2.1 §4.3.
        RefreshToken = "refresh_token",
        /// OAuth 2.1 §4.2.
        ClientCredentials = "client_credentials",
    }
}

impl GrantType {
    /// All that the token endpoint knows.
    pub const ALL: [Self; 3] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
    ];
}

/// Whether a request must carry a `code_challenge` (OAuth 2.1 §7.5.1.1; decisions 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PkceRule {
    /// Always: the rule.
    Required,
    /// Not for this confidential client when it asks for `openid`.
    Exempt,
}

impl From<bool> for PkceRule {
    /// The value of `require_pkce`.
    fn from(is_required: bool) -> Self {
        if is_required {
            Self::Required
        } else {
            Self::Exempt
        }
    }
}

/// Whether an OpenID request without `code_challenge` must carry a `nonce` (decisions 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonceRule {
    /// Always: the rule.
    Required,
    /// Not for this confidential client.
    Exempt,
}

impl From<bool> for NonceRule {
    /// The value of `require_nonce`.
    fn from(is_required: bool) -> Self {
        if is_required {
            Self::Required
        } else {
            Self::Exempt
        }
    }
}

/// Whether the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentPolicy {
    /// Asked unless the answer is remembered.
    Ask,
    /// Never asked: a first-party client, by an administrator's word alone.
    FirstParty,
}

/// Whether a refresh token is replaced at each use (decisions 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshRotation {
    /// Replaced: always for public clients.
    Rotate,
    /// Kept.
    Keep,
}

/// A row of `clients`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its key.
    pub key: ClientKey,
    /// Its name on the wire.
    pub id: ClientId,
    /// What people know it as.
    pub name: String,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// Web or native.
    pub application_type: ApplicationType,
    /// The rules that it goes by.
    pub profile: ClientProfile,
    /// How it authenticates.
    pub auth_method: AuthMethod,
    /// What its assertions are signed with; `None` for whatever its profile allows.
    pub assertion_alg: Option<SigningAlgorithm>,
    /// Its secrets at rest.
    pub secrets: Vec<ClientSecretDigest>,
    /// Where answers may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where logout may lead (OpenID Connect RP-Initiated Logout §3.1).
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Which grants it may use.
    pub grant_types: Vec<GrantType>,
    /// The most that it may ask for.
    pub scope: Scope,
    /// What a request without `scope` asks for (OAuth 2.1 §1.4.1).
    pub default_scope: Scope,
    /// What the user may decline of it.
    pub optional_scope: Scope,
    /// The resource servers it may name (RFC 8707), and whose tokens it may introspect.
    pub resources: Vec<Resource>,
    /// The audience of its access tokens where the request names none; empty means the issuer.
    pub default_audience: Vec<Resource>,
    /// Whether PKCE is required.
    pub pkce: PkceRule,
    /// Whether a nonce is required where PKCE is not.
    pub nonce: NonceRule,
    /// Whether the user is asked.
    pub consent: ConsentPolicy,
    /// Whether its refresh tokens rotate.
    pub refresh_rotation: RefreshRotation,
    /// Its public keys, where it has registered them by value.
    pub jwks: Option<ClientJwks>,
    /// Where they are, where it keeps them elsewhere. Never beside `jwks`.
    pub jwks_uri: Option<FetchUrl>,
    /// How it signs its requests.
    pub requests: RequestObjectMetadata,
    /// How it takes part in OpenID Connect.
    pub openid: OpenIdMetadata,
    /// How it is told of logouts.
    pub logout: LogoutMetadata,
    /// How long its tokens live.
    pub lifetimes: TokenLifetimes,
    /// A page about it.
    pub client_uri: Option<String>,
    /// Its privacy policy.
    pub policy_uri: Option<String>,
    /// Its terms of service.
    pub tos_uri: Option<String>,
    /// Whether it may do anything at all.
    pub is_active: bool,
    /// Goes up at each change: a cached copy proves itself by it (decisions 1).
    pub version: i64,
}

impl Client {
    /// A client of which nothing is said but its name: a confidential web application of the code
    /// flow that may ask for nothing yet.
    #[must_use]
    pub fn new(key: ClientKey, id: ClientId) -> Self {
        Self {
            key,
            name: id.as_str().chars().take(super::MAX_NAME).collect(),
            id,
            client_type: ClientType::Confidential,
            application_type: ApplicationType::Web,
            profile: ClientProfile::Strict,
            auth_method: AuthMethod::ClientSecretBasic,
            assertion_alg: None,
            secrets: Vec::new(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: vec![GrantType::AuthorizationCode],
            scope: Scope::empty(),
            default_scope: Scope::empty(),
            optional_scope: Scope::empty(),
            resources: Vec::new(),
            default_audience: Vec::new(),
            pkce: PkceRule::Required,
            nonce: NonceRule::Required,
            consent: ConsentPolicy::Ask,
            refresh_rotation: RefreshRotation::Rotate,
            jwks: None,
            jwks_uri: None,
            requests: RequestObjectMetadata::default(),
            openid: OpenIdMetadata::default(),
            logout: LogoutMetadata::default(),
            lifetimes: TokenLifetimes::default(),
            client_uri: None,
            policy_uri: None,
            tos_uri: None,
            is_active: true,
            version: 0,
        }
    }

    /// Whether it may use this grant.
    #[must_use]
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// The registered redirect URI that admits `presented`, as presented.
    #[must_use]
    pub fn admitted_redirect_uri(&self, presented: &str) -> Option<RedirectUri> {
        let admits = |registered: &RedirectUri| registered.admits(presented, self.application_type);
        self.redirect_uris
            .iter()
            .any(admits)
            .then(|| RedirectUri::presented(presented))
    }

    /// Whether it is one that an administrator can exempt from PKCE and from the nonce: a confidential
    /// client of OpenID Connect (decisions 19).
    #[must_use]
    pub fn can_be_exempted(&self) -> bool {
        self.client_type == ClientType::Confidential && self.scope.contains("openid")
    }

    /// Whether someone else's program could pass for this client at `redirect_uri`: it proves
    /// itself neither by a secret nor by an address that only it can receive at (decisions 19).
    #[must_use]
    pub fn is_unproven_at(&self, redirect_uri: &RedirectUri) -> bool {
        self.client_type == ClientType::Public && redirect_uri.is_local()
    }

    /// Whether its refresh tokens rotate: always for public clients (OAuth 2.1 §4.3.1), and never for
    /// those of the profile `fapi2` (FAPI 2.0 §5.3.2.1), which prove themselves in another way.
    #[must_use]
    pub fn rotates_refresh_tokens(&self) -> bool {
        match (self.client_type, self.profile) {
            (ClientType::Public, _) => true,
            (ClientType::Confidential, ClientProfile::Fapi2) => false,
            (ClientType::Confidential, ClientProfile::Strict | ClientProfile::Oidc) => {
                self.refresh_rotation == RefreshRotation::Rotate
            }
        }
    }
}
