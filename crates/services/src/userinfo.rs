//! Claims about the user, for the holder of an access token (OpenID Connect Core §5.3).

mod change;

use std::sync::Arc;

use authly_crypto::claims::{UserClaimsSet, UserInfoClaims};
use authly_crypto::encryption::{Encrypter, EncryptionError};
use authly_crypto::jws::{SigningError, TokenType};
use authly_crypto::keyring::SharedKeyRing;
use authly_crypto::opaque;
use authly_crypto::strict_json::StrictJsonError;
use authly_domain::clients::ClientId;
use authly_domain::issuer::Issuer;
use authly_domain::refusals::Facts;
use authly_domain::secret::{AccessToken, SecretText};
use authly_domain::tokens::TokenNotAlive;
use authly_domain::users::{ClaimPlace, GivenClaims, OwnChangeError, Subject};
use authly_repositories::DbError;
use authly_repositories::tokens::UserInfoRecord;

use crate::Context;
use crate::clients::{ClientCache, Content};
use crate::tokens::{of_audience, of_dead_token, of_scope};

pub use change::WRITE_SCOPE;

/// What UserInfo answers.
#[derive(Debug)]
pub struct UserInfo {
    /// `sub`.
    pub subject: Subject,
    /// What the token opens.
    pub claims: GivenClaims,
    /// The same as a JWT, signed, encrypted or both, where the client has registered that (OpenID
    /// Connect Core §5.3.2).
    pub jwt: Option<SecretText>,
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum UserInfoError {
    /// It is none of ours, or an access token for nobody in particular: `invalid_token`.
    #[error("there is no such access token")]
    Unknown,
    /// It does not count any more: `invalid_token`.
    #[error("the access token does not count")]
    NotAlive(#[source] TokenNotAlive, Box<Facts>),
    /// It is for other resource servers: `invalid_token`.
    #[error("the access token is for another audience")]
    OtherAudience(Box<Facts>),
    /// It lacks the scope `openid`: `insufficient_scope`.
    #[error("the access token lacks the scope openid")]
    InsufficientScope(Box<Facts>),
    /// It lacks the scope that changes need: `insufficient_scope`.
    #[error("the access token lacks the scope {WRITE_SCOPE}")]
    MayNotChange(Box<Facts>),
    /// What is to change is no JSON that is read: `invalid_request`.
    #[error("the document is refused")]
    Document(#[from] StrictJsonError),
    /// It is no JSON object: `invalid_request`.
    #[error("the document is no object")]
    NotAnObject,
    /// A claim cannot be changed, or not like this: `invalid_request`.
    #[error("the change is refused")]
    Change(#[from] OwnChangeError),
    /// The answer could not be signed.
    #[error("the answer could not be signed")]
    Signing(#[from] SigningError),
    /// The answer could not be encrypted to the client.
    #[error("the answer could not be encrypted")]
    Encryption(#[from] EncryptionError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Answers about users.
pub struct UserInfoService {
    context: Context,
    issuer: Issuer,
    keys: Arc<SharedKeyRing>,
    clients: ClientCache,
}

impl UserInfoService {
    /// A service for tokens whose audience holds `issuer`, which signs with `keys` and encrypts to the
    /// keys of `clients`.
    #[must_use]
    pub const fn new(
        context: Context,
        issuer: Issuer,
        keys: Arc<SharedKeyRing>,
        clients: ClientCache,
    ) -> Self {
        Self {
            context,
            issuer,
            keys,
            clients,
        }
    }

    /// The claims that `token` opens, in one round trip. Our own token is found by its digest: the
    /// match is the proof, so no signature is checked.
    ///
    /// # Errors
    /// When the token opens nothing, or signing or storage fails.
    pub async fn claims(&self, token: &AccessToken) -> Result<UserInfo, UserInfoError> {
        let record = self.opened_by(token).await?;
        if !record.token.scope.contains("openid") {
            let facts = of_scope(&record.token, "openid");
            return Err(UserInfoError::InsufficientScope(facts.into()));
        }
        self.answer(record).await
    }

    /// What a token that counts here opens.
    async fn opened_by(&self, token: &AccessToken) -> Result<UserInfoRecord, UserInfoError> {
        let digest = opaque::digest(token.expose());
        let conn = self.context.db.connect().await?;
        let found = conn.reads().tokens().find_with_claims(&digest).await?;
        let record = found.ok_or(UserInfoError::Unknown)?;
        let alive = record.token.is_alive(self.context.now());
        alive.map_err(|why| {
            UserInfoError::NotAlive(why, of_dead_token(&record.token, why).into())
        })?;
        // Decisions 10: our own endpoints take tokens whose `aud` holds the issuer.
        let mut audience = record.token.audience.iter();
        if !audience.any(|audience| audience == self.issuer.as_str()) {
            let facts = of_audience(&record.token, &self.issuer);
            return Err(UserInfoError::OtherAudience(facts.into()));
        }
        Ok(record)
    }

    async fn answer(&self, record: UserInfoRecord) -> Result<UserInfo, UserInfoError> {
        let UserInfoRecord {
            token,
            user: _,
            claims,
            client_scope,
            signed_with,
            encrypted_for,
        } = record;
        let given = claims.given(ClaimPlace::UserInfo, &token.scope, &client_scope);
        let subject = claims.user.subject;
        let encrypter = self.encrypter(&token.client_id, encrypted_for).await?;
        let written = || UserInfoClaims {
            iss: self.issuer.as_str().to_owned(),
            aud: token.client_id.as_str().to_owned(),
            sub: subject.as_str().to_owned(),
            user: UserClaimsSet(given.clone()),
        };
        let sign = |algorithm| {
            let keys = self.keys.load();
            keys.sign(algorithm, TokenType::Jwt, &written())
        };
        let jwt = match (signed_with, encrypter) {
            (None, None) => None,
            (Some(algorithm), None) => Some(sign(algorithm)?),
            (Some(algorithm), Some(encrypter)) => Some(encrypter.nested(&sign(algorithm)?)?),
            (None, Some(encrypter)) => Some(encrypter.claims(&written())?),
        };
        Ok(UserInfo {
            jwt: jwt.map(SecretText::new),
            subject,
            claims: given,
        })
    }

    /// What encrypts to a client that has registered it, in the version that the token was read with
    /// or a later one.
    async fn encrypter(
        &self,
        client: &ClientId,
        version: Option<i64>,
    ) -> Result<Option<Arc<Encrypter>>, UserInfoError> {
        let Some(version) = version else {
            return Ok(None);
        };
        let at_hand = self.clients.get(client).await?;
        let at_hand = at_hand.filter(|client| client.version == version);
        let present = match at_hand {
            Some(present) => Some(present),
            None => self.clients.read_anew(client).await?,
        };
        // It was deleted in this moment, and its tokens with it.
        let client = present.ok_or(UserInfoError::Unknown)?;
        Ok(self.clients.encrypters().of(&client, Content::UserInfo)?)
    }
}
