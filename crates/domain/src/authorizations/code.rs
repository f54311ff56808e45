//! Authorization codes: what is stored with one, and whether a presented one may be redeemed.

use std::net::IpAddr;

use super::CodeChallenge;
use crate::clients::RedirectUri;
use crate::clock::Timestamp;
use crate::grants::{LivenessFacts, NotAlive, grant_is_alive};
use crate::id::{ClientKey, CodeId, GrantId, SessionId, UserId};
use crate::scopes::{Resource, Scope};
use crate::secret::SecretDigest;
use crate::sessions::Authentication;
use crate::users::{RequestedClaim, UserClaims};

/// A code about to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    /// Its key.
    pub id: CodeId,
    /// Under which it is found.
    pub digest: SecretDigest,
    /// Who may redeem it.
    pub client: ClientKey,
    /// Who gave it.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// What was granted.
    pub scope: Scope,
    /// For which resource servers.
    pub resources: Vec<Resource>,
    /// Where it was sent.
    pub redirect_uri: RedirectUri,
    /// PKCE, unless the client is exempt.
    pub code_challenge: Option<CodeChallenge>,
    /// Goes into the ID token.
    pub nonce: Option<String>,
    /// The claims that were asked for beside scopes, and allowed.
    pub claims: Vec<RequestedClaim>,
    /// How the user had proved who they are.
    pub authentication: Authentication,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it stops being accepted.
    pub expires_at: Timestamp,
}

/// A stored code with everything its redemption depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRecord {
    /// What was stored.
    pub code: NewCode,
    /// The grant that its redemption made; `None` while it was not redeemed.
    pub redeemed_as: Option<GrantId>,
    /// When it was redeemed.
    pub redeemed_at: Option<Timestamp>,
    /// From where.
    pub redeemed_from: Option<IpAddr>,
    /// The user, with the subject that all clients but pairwise ones know.
    pub user: UserClaims,
    /// What the coming grant's life depends on.
    pub liveness: LivenessFacts,
    /// The present version of the client's row.
    pub client_version: i64,
}

/// Whether the presented verifier belongs to the stored challenge, as `crypto` found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifierCheck {
    /// A challenge and its verifier, or neither.
    Matches,
    /// One without the other, or a wrong one.
    Differs,
}

/// Why a code is refused. None of these consumes or revokes anything (OAuth 2.1 §7.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    /// It was issued to another client.
    #[error("the code was issued to another client")]
    OtherClient,
    /// The redirect URI that was sent is not the one the code went to.
    #[error("the redirect_uri differs from the one of the authorization request")]
    RedirectUri,
    /// The verifier is missing, unexpected or wrong.
    #[error("the code_verifier does not belong to the code_challenge")]
    Verifier,
    /// Its time is over.
    #[error("the code has expired")]
    Expired,
    /// What it stands for has ended.
    #[error("what was authorized has ended")]
    NotAlive(#[from] NotAlive),
}

/// What to do with a presented code.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeRedemption {
    /// Redeem it.
    Proceed,
    /// It was redeemed before, by the same client with the same proof: revoke what came of it.
    Replayed(GrantId),
    /// Refuse it, and change nothing.
    Refused(CodeRefusal),
}

impl CodeRecord {
    /// What to do with the code when `client` presents it (OAuth 2.1 §4.1.3).
    pub fn plan_redemption(
        &self,
        client: ClientKey,
        redirect_uri: Option<&str>,
        verifier: VerifierCheck,
        now: Timestamp,
    ) -> CodeRedemption {
        if self.code.client != client {
            return CodeRedemption::Refused(CodeRefusal::OtherClient);
        }
        if verifier == VerifierCheck::Differs {
            return CodeRedemption::Refused(CodeRefusal::Verifier);
        }
        if redirect_uri.is_some_and(|sent| sent != self.code.redirect_uri.as_str()) {
            return CodeRedemption::Refused(CodeRefusal::RedirectUri);
        }
        if let Some(grant) = self.redeemed_as {
            return CodeRedemption::Replayed(grant);
        }
        if now >= self.code.expires_at {
            return CodeRedemption::Refused(CodeRefusal::Expired);
        }
        match grant_is_alive(&self.liveness) {
            Ok(()) => CodeRedemption::Proceed,
            Err(reason) => CodeRedemption::Refused(reason.into()),
        }
    }
}
