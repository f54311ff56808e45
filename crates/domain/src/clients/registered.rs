//! A client as administrators see and change it.

use std::time::Duration;

use super::{
    ApplicationType, AuthMethod, Client, ClientJwks, ClientProfile, ConsentPolicy, GrantType,
    NonceRule, PkceRule, RedirectUri, RefreshRotation, RequestObjectRule, RequestUri, SubjectType,
};
use crate::clock::Timestamp;
use crate::configuration::ConfigurationName;
use crate::keys::{ContentEncryption, KeyManagement, SigningAlgorithm};
use crate::network::FetchUrl;
use crate::scopes::{AdminScope, Resource, Scope};

/// A client with everything that is known of it. Its scope is all that it is assigned, disabled scopes
/// too, other than in the [`Client`] by which requests are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredClient {
    /// What was registered.
    pub client: Client,
    /// Whether the server depends on it.
    pub is_system: bool,
    /// What it may administer for itself.
    pub entitled_to: Vec<AdminScope>,
    /// The configuration that looks after it.
    pub managed_by: Option<ConfigurationName>,
    /// Its secrets, the newest last.
    pub secrets: Vec<SecretRecord>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A secret, without itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretRecord {
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends; `None` for the present one.
    pub ends_at: Option<Timestamp>,
}

impl RegisteredClient {
    /// The same without the secrets that have ended by `now`.
    #[must_use]
    pub fn with_live_secrets(mut self, now: Timestamp) -> Self {
        let is_live = |secret: &SecretRecord| secret.ends_at.is_none_or(|end| now < end);
        self.secrets.retain(is_live);
        self
    }
}

/// What is to be otherwise about a client; `None` stays. What may be absent is `Some(None)` to become so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientChange {
    /// What people know it as.
    pub name: Option<String>,
    /// Web or native.
    pub application_type: Option<ApplicationType>,
    /// The rules that it goes by.
    pub profile: Option<ClientProfile>,
    /// How it authenticates.
    pub auth_method: Option<AuthMethod>,
    /// What its assertions are signed with.
    pub assertion_alg: Option<Option<SigningAlgorithm>>,
    /// Where answers may go.
    pub redirect_uris: Option<Vec<RedirectUri>>,
    /// Where logout may lead.
    pub post_logout_redirect_uris: Option<Vec<RedirectUri>>,
    /// Which grants it may use.
    pub grant_types: Option<Vec<GrantType>>,
    /// What it may ask for.
    pub scope: Option<Scope>,
    /// What the user may decline of it.
    pub optional_scope: Option<Scope>,
    /// The resource servers that it may name.
    pub resources: Option<Vec<Resource>>,
    /// The audience of its tokens where a request names none.
    pub default_audience: Option<Vec<Resource>>,
    /// Whether PKCE is required.
    pub pkce: Option<PkceRule>,
    /// Whether a nonce is required where PKCE is not.
    pub nonce: Option<NonceRule>,
    /// Whether the user is asked.
    pub consent: Option<ConsentPolicy>,
    /// Whether its refresh tokens rotate.
    pub refresh_rotation: Option<RefreshRotation>,
    /// How long its access tokens live.
    pub access_lifetime: Option<Option<Duration>>,
    /// How long its refresh tokens live without being used.
    pub refresh_idle_lifetime: Option<Option<Duration>>,
    /// How long everything lives that came of one login.
    pub refresh_absolute_lifetime: Option<Option<Duration>>,
    /// Its public keys.
    pub jwks: Option<Option<ClientJwks>>,
    /// Where they are.
    pub jwks_uri: Option<Option<FetchUrl>>,
    /// What its request objects are signed with.
    pub request_object_alg: Option<Option<SigningAlgorithm>>,
    /// Whether all its requests are signed.
    pub request_object_rule: Option<RequestObjectRule>,
    /// Where it keeps some of them.
    pub request_uris: Option<Vec<RequestUri>>,
    /// How its ID tokens are signed.
    pub id_token_alg: Option<SigningAlgorithm>,
    /// How what UserInfo answers is signed.
    pub userinfo_alg: Option<Option<SigningAlgorithm>>,
    /// How the keys of its ID tokens reach it.
    pub id_token_encryption_alg: Option<Option<KeyManagement>>,
    /// How its ID tokens are encrypted.
    pub id_token_encryption_enc: Option<Option<ContentEncryption>>,
    /// How the keys of what UserInfo answers reach it.
    pub userinfo_encryption_alg: Option<Option<KeyManagement>>,
    /// How what UserInfo answers is encrypted.
    pub userinfo_encryption_enc: Option<Option<ContentEncryption>>,
    /// How users are named to it.
    pub subject_type: Option<SubjectType>,
    /// Whose host is the sector of its pairwise subjects.
    pub sector_identifier_uri: Option<Option<String>>,
    /// How old a login may be where the request does not say.
    pub default_max_age: Option<Option<Duration>>,
    /// Whether ID tokens say when the user logged in.
    pub require_auth_time: Option<bool>,
    /// Where it is told of logouts.
    pub backchannel_logout_uri: Option<Option<FetchUrl>>,
    /// Whether it needs the session named there.
    pub backchannel_logout_session_required: Option<bool>,
    /// What is opened in a frame to sign its user out.
    pub frontchannel_logout_uri: Option<Option<FetchUrl>>,
    /// Whether it needs the session named there.
    pub frontchannel_logout_session_required: Option<bool>,
    /// A page about it.
    pub client_uri: Option<Option<String>>,
    /// Its privacy policy.
    pub policy_uri: Option<Option<String>>,
    /// Its terms of service.
    pub tos_uri: Option<Option<String>>,
    /// The configuration that looks after it: whoever stores the client stores this beside it.
    pub managed_by: Option<Option<ConfigurationName>>,
}

fn replace<T>(present: &mut T, next: Option<T>) {
    if let Some(next) = next {
        *present = next;
    }
}

impl ClientChange {
    /// Makes the change. Whether the result may be is for [`Client::flaws`] to say.
    pub fn apply(self, client: &mut Client) {
        replace(&mut client.name, self.name);
        replace(&mut client.application_type, self.application_type);
        replace(&mut client.profile, self.profile);
        replace(&mut client.auth_method, self.auth_method);
        replace(&mut client.assertion_alg, self.assertion_alg);
        replace(&mut client.redirect_uris, self.redirect_uris);
        replace(
            &mut client.post_logout_redirect_uris,
            self.post_logout_redirect_uris,
        );
        replace(&mut client.grant_types, self.grant_types);
        replace(&mut client.scope, self.scope);
        replace(&mut client.optional_scope, self.optional_scope);
        replace(&mut client.resources, self.resources);
        replace(&mut client.default_audience, self.default_audience);
        replace(&mut client.pkce, self.pkce);
        replace(&mut client.nonce, self.nonce);
        replace(&mut client.consent, self.consent);
        replace(&mut client.refresh_rotation, self.refresh_rotation);
        let lifetimes = &mut client.lifetimes;
        replace(&mut lifetimes.access, self.access_lifetime);
        replace(&mut lifetimes.refresh_idle, self.refresh_idle_lifetime);
        replace(
            &mut lifetimes.refresh_absolute,
            self.refresh_absolute_lifetime,
        );
        replace(&mut client.jwks, self.jwks);
        replace(&mut client.jwks_uri, self.jwks_uri);
        replace(&mut client.requests.alg, self.request_object_alg);
        replace(&mut client.requests.rule, self.request_object_rule);
        replace(&mut client.requests.uris, self.request_uris);
        let openid = &mut client.openid;
        replace(&mut openid.id_token_alg, self.id_token_alg);
        replace(&mut openid.userinfo_alg, self.userinfo_alg);
        let id_token = &mut openid.id_token_encryption;
        replace(&mut id_token.alg, self.id_token_encryption_alg);
        replace(&mut id_token.enc, self.id_token_encryption_enc);
        let userinfo = &mut openid.userinfo_encryption;
        replace(&mut userinfo.alg, self.userinfo_encryption_alg);
        replace(&mut userinfo.enc, self.userinfo_encryption_enc);
        replace(&mut openid.subject_type, self.subject_type);
        replace(
            &mut openid.sector_identifier_uri,
            self.sector_identifier_uri,
        );
        replace(&mut openid.default_max_age, self.default_max_age);
        replace(&mut openid.require_auth_time, self.require_auth_time);
        replace(&mut client.client_uri, self.client_uri);
        replace(&mut client.policy_uri, self.policy_uri);
        replace(&mut client.tos_uri, self.tos_uri);
        let logout = &mut client.logout;
        replace(&mut logout.backchannel_uri, self.backchannel_logout_uri);
        replace(&mut logout.frontchannel_uri, self.frontchannel_logout_uri);
        let (by_server, in_browser) = (
            self.backchannel_logout_session_required,
            self.frontchannel_logout_session_required,
        );
        replace(&mut logout.backchannel_session_required, by_server);
        replace(&mut logout.frontchannel_session_required, in_browser);
    }

    /// Whether it touches nothing that the server relies on in a client of its own: what people see of
    /// it, and how long its tokens live.
    #[must_use]
    pub fn keeps_the_shape(&self) -> bool {
        let rest = Self {
            name: None,
            access_lifetime: None,
            refresh_idle_lifetime: None,
            refresh_absolute_lifetime: None,
            client_uri: None,
            policy_uri: None,
            tos_uri: None,
            ..self.clone()
        };
        rest == Self::default()
    }
}
