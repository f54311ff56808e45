//! ID tokens (OpenID Connect Core §2).

use authly_crypto::claims::{IdTokenClaims, UserClaimsSet, at_hash};
use authly_crypto::jws::TokenType;
use authly_domain::clients::Client;
use authly_domain::clock::Timestamp;
use authly_domain::scopes::Scope;
use authly_domain::secret::{AccessToken, SecretText};
use authly_domain::users::{ClaimPlace, GrantedClaims};

use super::TokenError;
use super::issue::{Issuer, OnBehalfOf};
use crate::clients::Content;

/// What an ID token is to say beyond who logged in.
pub(super) struct IdOrder<'a> {
    pub(super) client: &'a Client,
    pub(super) user: OnBehalfOf<'a>,
    /// The scope that was granted: without `openid` there is no ID token.
    pub(super) scope: &'a Scope,
    /// The session, by the name that the client has for it.
    pub(super) sid: Option<String>,
    pub(super) nonce: Option<&'a str>,
    /// What may be known of the user: it stands here as far as the request asked for that.
    pub(super) claims: &'a GrantedClaims,
    pub(super) access_token: &'a AccessToken,
}

impl Issuer {
    /// The ID token that belongs to an answer, where `openid` was granted.
    pub(super) fn id_token(
        &self,
        order: &IdOrder<'_>,
        now: Timestamp,
    ) -> Result<Option<SecretText>, TokenError> {
        if !order.scope.contains("openid") {
            return Ok(None);
        }
        let algorithm = order.client.openid.id_token_alg;
        let authentication = order.user.authentication;
        let policy = &self.policies.load().tokens;
        let claims = IdTokenClaims {
            iss: policy.issuer.as_str().to_owned(),
            sub: order.user.subject.as_str().to_owned(),
            aud: vec![order.client.id.as_str().to_owned()],
            exp: now.plus(policy.id_token_lifetime).unix_seconds(),
            iat: now.unix_seconds(),
            auth_time: authentication.auth_time.unix_seconds(),
            nonce: order.nonce.map(str::to_owned),
            acr: Some(authentication.acr.clone()),
            amr: authentication.amr.clone(),
            azp: None,
            sid: order.sid.clone(),
            at_hash: Some(at_hash(order.access_token, algorithm)),
            user: UserClaimsSet(order.claims.given(
                ClaimPlace::IdToken,
                &Scope::empty(),
                &order.client.scope,
            )),
        };
        let token = self.keys.load().sign(algorithm, TokenType::Jwt, &claims)?;
        let encrypter = self.encrypters.of(order.client, Content::IdToken)?;
        let token = match encrypter {
            Some(encrypter) => encrypter.nested(&token)?,
            None => token,
        };
        Ok(Some(SecretText::new(token)))
    }
}
