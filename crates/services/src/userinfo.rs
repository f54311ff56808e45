//! Claims about the user, for the holder of an access token (OpenID Connect Core §5.3).

use authly_crypto::opaque;
use authly_domain::clock::Timestamp;
use authly_domain::issuer::Issuer;
use authly_domain::scopes::Scope;
use authly_domain::secret::AccessToken;
use authly_domain::tokens::TokenNotAlive;
use authly_domain::users::{Email, Profile, Subject, UserClaims, Username};
use authly_repositories::DbError;
use authly_repositories::tokens::UserInfoRecord;

use crate::Context;

/// The claims that the token's scope opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// `sub`.
    pub subject: Subject,
    /// The claims of the scope `profile`.
    pub profile: Option<ProfileClaims>,
    /// The claims of the scope `email`, where there is an address.
    pub email: Option<EmailClaims>,
}

/// The claims of the scope `profile` (OpenID Connect Core §5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileClaims {
    /// `preferred_username`.
    pub username: Username,
    /// The rest.
    pub profile: Profile,
    /// `updated_at`.
    pub updated_at: Timestamp,
}

/// The claims of the scope `email`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailClaims {
    /// `email`.
    pub email: Email,
    /// `email_verified`.
    pub email_verified: bool,
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum UserInfoError {
    /// It is none of ours, or an access token for nobody in particular: `invalid_token`.
    #[error("there is no such access token")]
    Unknown,
    /// It does not count any more: `invalid_token`.
    #[error("the access token does not count")]
    NotAlive(#[from] TokenNotAlive),
    /// It is for other resource servers: `invalid_token`.
    #[error("the access token is for another audience")]
    OtherAudience,
    /// It lacks the scope `openid`: `insufficient_scope`.
    #[error("the access token lacks the scope openid")]
    InsufficientScope,
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Answers about users.
pub struct UserInfoService {
    context: Context,
    issuer: Issuer,
}

impl UserInfoService {
    /// A service for tokens whose audience holds `issuer`.
    #[must_use]
    pub const fn new(context: Context, issuer: Issuer) -> Self {
        Self { context, issuer }
    }

    /// The claims that `token` opens, in one round trip. Our own token is found by its digest: the
    /// match is the proof, so no signature is checked.
    ///
    /// # Errors
    /// When the token opens nothing, or storage fails.
    pub async fn claims(&self, token: &AccessToken) -> Result<UserInfo, UserInfoError> {
        let digest = opaque::digest(token.expose());
        let conn = self.context.db.connect().await?;
        let found = conn.reads().tokens().find_with_claims(&digest).await?;
        let UserInfoRecord { token, claims } = found.ok_or(UserInfoError::Unknown)?;
        token.is_alive(self.context.now())?;
        // Decisions 10: our own endpoints take tokens whose `aud` holds the issuer.
        if !token
            .audience
            .iter()
            .any(|audience| audience == self.issuer.as_str())
        {
            return Err(UserInfoError::OtherAudience);
        }
        if !token.scope.contains("openid") {
            return Err(UserInfoError::InsufficientScope);
        }
        Ok(opened(&token.scope, claims))
    }
}

/// What a scope opens of the claims (OpenID Connect Core §5.4).
fn opened(scope: &Scope, claims: UserClaims) -> UserInfo {
    let email_verified = claims.email_is_verified;
    let email = claims.email.map(|email| EmailClaims {
        email,
        email_verified,
    });
    let profile = ProfileClaims {
        username: claims.username,
        profile: claims.profile,
        updated_at: claims.updated_at,
    };
    UserInfo {
        subject: claims.subject,
        profile: scope.contains("profile").then_some(profile),
        email: email.filter(|_present| scope.contains("email")),
    }
}
