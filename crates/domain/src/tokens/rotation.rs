//! What to do with a presented refresh token (OAuth 2.1 §4.3, RFC 9700 §4.14.2; decisions 4, 5).

use std::time::Duration;

use super::{RefreshState, RefreshTokenRecord, SealedSuccessor, narrow_resources};
use crate::clock::Timestamp;
use crate::grants::{NotAlive, grant_is_alive};
use crate::id::ClientKey;
use crate::scopes::{Resource, Scope};

/// Why a refresh token is refused. None of these changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRefresh {
    /// It was issued to another client.
    #[error("the refresh token was issued to another client")]
    OtherClient,
    /// Its time is over.
    #[error("the refresh token has expired")]
    Expired,
    /// It was revoked.
    #[error("the refresh token was revoked")]
    Revoked,
    /// What it stands for has ended.
    #[error("what was authorized has ended")]
    NotAlive(#[from] NotAlive),
    /// More scope is asked for than was granted: `invalid_scope`.
    #[error("the scope asked for is beyond what was granted")]
    WiderScope,
    /// A resource is asked for that was not granted: `invalid_target`.
    #[error("a resource was not granted")]
    OtherResource,
}

/// What a refresh request asks for.
#[derive(Debug, Clone, Copy)]
pub struct RefreshRequest<'a> {
    /// Who asks.
    pub client: ClientKey,
    /// The scope of the new access token; `None` for all that was granted.
    pub scope: Option<&'a Scope>,
    /// The resources of the new access token; empty for all that were granted.
    pub resources: &'a [Resource],
}

/// What to do.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// Exchange it. The successor keeps the old one's own scope and resources.
    Proceed {
        /// The new access token's scope.
        scope: Scope,
        /// The new access token's resources.
        resources: Vec<Resource>,
    },
    /// It was spent a moment ago and its successor not yet used: give the same successor again.
    RepeatSuccessor {
        /// The successor, sealed.
        sealed: SealedSuccessor,
        /// The new access token's scope.
        scope: Scope,
        /// The new access token's resources.
        resources: Vec<Resource>,
    },
    /// It was spent, and its time for being repeated is over: theft, or a lost answer that looks
    /// like it.
    Reused,
    /// Refuse it, and change nothing.
    Refused(InvalidRefresh),
}

impl RefreshTokenRecord {
    /// What to do with the token when `request` presents it at `now`, with this long a `window` in
    /// which a spent token yields its successor again.
    pub fn plan_rotation(
        &self,
        request: &RefreshRequest<'_>,
        now: Timestamp,
        window: Duration,
    ) -> Rotation {
        if self.client != request.client {
            return Rotation::Refused(InvalidRefresh::OtherClient);
        }
        if let Err(reason) = grant_is_alive(&self.liveness) {
            return Rotation::Refused(reason.into());
        }
        let sealed = match &self.state {
            RefreshState::Revoked => return Rotation::Refused(InvalidRefresh::Revoked),
            RefreshState::Live if now >= self.expires_at => {
                return Rotation::Refused(InvalidRefresh::Expired);
            }
            RefreshState::Live => None,
            RefreshState::Spent {
                at,
                successor: Some(sealed),
            } if now.since(*at) < window => Some(sealed.clone()),
            // Its own time is over: whoever has it could not have used it any more either. Its row
            // goes then, so that a grant does not grow for as long as it is refreshed.
            RefreshState::Spent { .. } if now >= self.expires_at => {
                return Rotation::Refused(InvalidRefresh::Expired);
            }
            RefreshState::Spent { .. } => return Rotation::Reused,
        };
        let scope = match request.scope {
            None => self.scope.clone(),
            Some(asked) if self.scope.covers(asked) => asked.clone(),
            Some(_) => return Rotation::Refused(InvalidRefresh::WiderScope),
        };
        let Ok(resources) = narrow_resources(&self.resources, request.resources) else {
            return Rotation::Refused(InvalidRefresh::OtherResource);
        };
        match sealed {
            None => Rotation::Proceed { scope, resources },
            Some(sealed) => Rotation::RepeatSuccessor {
                sealed,
                scope,
                resources,
            },
        }
    }
}

#[cfg(test)]
mod tests;
