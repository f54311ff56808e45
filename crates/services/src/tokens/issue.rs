//! Making tokens: values, claims and the rows that are stored of them. No I/O.

use std::sync::Arc;
use std::time::Duration;

use authly_crypto::claims::AccessTokenClaims;
use authly_crypto::jws::{SigningError, TokenType};
use authly_crypto::keyring::SharedKeyRing;
use authly_crypto::opaque;
use authly_crypto::pairwise::PairwiseSalt;
use authly_domain::clients::Client;
use authly_domain::clock::Timestamp;
use authly_domain::entropy::Entropy;
use authly_domain::id::{GrantId, SessionId, TokenId, UserId};
use authly_domain::refusals::Facts;
use authly_domain::scopes::{Resource, Scope};
use authly_domain::secret::{AccessToken, RefreshToken, SecretText};
use authly_domain::sessions::Authentication;
use authly_domain::tokens::{NewAccessToken, NewRefreshToken};
use authly_domain::users::Subject;

use super::{InvalidScope, TokenError};
use crate::clients::Encrypters;
use crate::keys::KeyService;
use crate::policy::LivePolicies;

/// Begins every refresh token, so that leaked ones are recognised.
const REFRESH_TOKEN_PREFIX: &str = "authly_rt_";

/// What a token request yields (OAuth 2.1 §3.2.3).
#[derive(Debug)]
pub struct IssuedTokens {
    /// The access token.
    pub access_token: AccessToken,
    /// How long it lives.
    pub expires_in: Duration,
    /// What it allows.
    pub scope: Scope,
    /// The refresh token, where there is a new one.
    pub refresh_token: Option<RefreshToken>,
    /// The ID token, where `openid` was granted.
    pub id_token: Option<SecretText>,
}

/// The user in whose name a token is made.
#[derive(Clone, Copy)]
pub(super) struct OnBehalfOf<'a> {
    pub(super) user: UserId,
    pub(super) subject: &'a Subject,
    pub(super) grant: GrantId,
    pub(super) authentication: &'a Authentication,
}

/// What an access token is to say.
pub(super) struct AccessOrder<'a> {
    pub(super) client: &'a Client,
    /// `None` for client credentials: the client acts for itself.
    pub(super) user: Option<OnBehalfOf<'a>>,
    pub(super) scope: Scope,
    /// The resource servers that it is for; none for the issuer (decisions 10).
    pub(super) audience: &'a [Resource],
}

/// What is left of the scope that was granted, now that the client may have been changed: what an
/// administrator takes from it is in no token any more, while the grant and the refresh token keep
/// what they had.
pub(super) fn still_allowed(client: &Client, scope: &Scope) -> Result<Scope, TokenError> {
    let left = scope.intersection(&client.scope);
    if left.is_empty() && !scope.is_empty() {
        let facts = Facts::default()
            .expected(format!(
                "a part of what the client may have: {}",
                client.scope
            ))
            .came(format!("granted: {scope}"));
        return Err(TokenError::InvalidScope(
            InvalidScope::TakenAway,
            facts.into(),
        ));
    }
    Ok(left)
}

/// Makes tokens.
pub(super) struct Issuer {
    pub(super) policies: LivePolicies,
    pub(super) keys: Arc<SharedKeyRing>,
    pairwise: Arc<PairwiseSalt>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) encrypters: Encrypters,
}

impl Issuer {
    pub(super) fn new(
        policies: LivePolicies,
        keys: &KeyService,
        entropy: Arc<dyn Entropy>,
        encrypters: Encrypters,
    ) -> Self {
        Self {
            encrypters,
            policies,
            keys: keys.ring(),
            pairwise: keys.pairwise(),
            entropy,
        }
    }

    /// What a client calls a user where that is not the user's own subject.
    pub(super) fn pairwise_subject(&self, client: &Client, of: &Subject) -> Option<Subject> {
        let sector = client.pairwise_sector()?;
        Some(self.pairwise.subject(&sector, of))
    }

    /// What a client calls a session of a user: its id, or, where it knows the user by a subject of its
    /// sector alone, a name of that sector alone.
    pub(super) fn sid(&self, session: SessionId, pairwise: Option<&Subject>) -> String {
        match pairwise {
            Some(subject) => self.pairwise.session(subject, session),
            None => session.as_uuid().to_string(),
        }
    }

    /// An access token (RFC 9068) and its row.
    pub(super) fn access_token(
        &self,
        order: AccessOrder<'_>,
        now: Timestamp,
    ) -> Result<(AccessToken, NewAccessToken), SigningError> {
        let policies = self.policies.load();
        let policy = &policies.tokens;
        let algorithm = policy.access_token_signing_alg;
        let ring = self.keys.load();
        let kid = ring
            .active_kid(algorithm)
            .ok_or(SigningError::NoActiveKey(algorithm))?
            .clone();
        let id = TokenId::generate(now, &*self.entropy);
        let audience = self.audience(order.audience);
        let own = order.client.lifetimes.access;
        let expires_at = now.plus(own.unwrap_or(policy.access_token_lifetime));
        let subject = match order.user {
            Some(user) => user.subject.as_str(),
            None => order.client.id.as_str(),
        };
        let authentication = order.user.map(|user| user.authentication);
        let claims = AccessTokenClaims {
            iss: policy.issuer.as_str().to_owned(),
            sub: subject.to_owned(),
            aud: audience.clone(),
            client_id: order.client.id.as_str().to_owned(),
            scope: order.scope.to_string(),
            jti: id.as_uuid().to_string(),
            iat: now.unix_seconds(),
            exp: expires_at.unix_seconds(),
            auth_time: authentication.map(|one| one.auth_time.unix_seconds()),
            acr: authentication.map(|one| one.acr.clone()),
            amr: authentication
                .map(|one| one.amr.clone())
                .unwrap_or_default(),
        };
        let token = ring.sign(algorithm, TokenType::AccessToken, &claims)?;
        let row = NewAccessToken {
            id,
            digest: opaque::digest(&token),
            kid,
            grant: order.user.map(|user| user.grant),
            client: order.client.key,
            user: order.user.map(|user| user.user),
            scope: order.scope,
            audience,
            issued_at: now,
            expires_at,
        };
        Ok((AccessToken::new(token), row))
    }

    /// A refresh token and its row. `grant_began` is when its absolute lifetime began.
    pub(super) fn refresh_token(
        &self,
        user: &OnBehalfOf<'_>,
        client: &Client,
        (scope, resources): (&Scope, &[Resource]),
        grant_began: Timestamp,
        now: Timestamp,
    ) -> (RefreshToken, NewRefreshToken) {
        let value = opaque::generate(REFRESH_TOKEN_PREFIX, &*self.entropy);
        let row = NewRefreshToken {
            id: TokenId::generate(now, &*self.entropy),
            digest: opaque::digest(&value),
            grant: user.grant,
            client: client.key,
            user: user.user,
            scope: scope.clone(),
            resources: resources.to_vec(),
            issued_at: now,
            expires_at: self.refresh_token_end(client, grant_began, now),
        };
        (RefreshToken::new(value), row)
    }

    /// When a refresh token that is used at `now` ends: the idle lifetime from now, but no later
    /// than the absolute lifetime of its grant.
    pub(super) fn refresh_token_end(
        &self,
        client: &Client,
        grant_began: Timestamp,
        now: Timestamp,
    ) -> Timestamp {
        let policy = &self.policies.load().tokens;
        let own = &client.lifetimes;
        let idle = own
            .refresh_idle
            .unwrap_or(policy.refresh_token_idle_lifetime);
        let absolute = own
            .refresh_absolute
            .unwrap_or(policy.refresh_token_absolute_lifetime);
        now.plus(idle).min(grant_began.plus(absolute))
    }

    /// `aud`: the resource servers, or the issuer where there are none.
    fn audience(&self, servers: &[Resource]) -> Vec<String> {
        if servers.is_empty() {
            return vec![self.policies.load().tokens.issuer.as_str().to_owned()];
        }
        servers.iter().map(ToString::to_string).collect()
    }
}
