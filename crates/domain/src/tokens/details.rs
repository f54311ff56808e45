//! A token as administrators see it, whatever has become of it.

use super::{TokenNotAlive, TokenRecord};
use crate::clock::Timestamp;
use crate::grants::{NotAlive, Revoked};
use crate::id::UserId;
use crate::keys::KeyId;

/// A stored token with everything that is known of it, but its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenDetails {
    /// What others may learn of it too.
    pub token: TokenRecord,
    /// Who gave it; `None` for client credentials.
    pub user: Option<UserId>,
    /// Which key signed it; `None` for a refresh token.
    pub kid: Option<KeyId>,
    /// When it was exchanged for a successor.
    pub spent_at: Option<Timestamp>,
    /// That it was revoked by itself.
    pub revoked: Option<Revoked>,
}

/// Whether a token counts, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenStatus {
    /// It counts.
    Alive,
    /// Its time is over.
    Expired,
    /// It was exchanged for a successor.
    Spent,
    /// It was revoked by itself.
    Revoked,
    /// What it hangs on has ended.
    NotAlive(NotAlive),
}

impl TokenDetails {
    /// Whether it counts at `now`, by the rule that every other path asks
    /// ([`TokenRecord::is_alive`]).
    #[must_use]
    pub fn status(&self, now: Timestamp) -> TokenStatus {
        match self.token.is_alive(now) {
            Ok(()) => TokenStatus::Alive,
            Err(TokenNotAlive::Expired) => TokenStatus::Expired,
            Err(TokenNotAlive::Ended) if self.revoked.is_some() => TokenStatus::Revoked,
            Err(TokenNotAlive::Ended) => TokenStatus::Spent,
            Err(TokenNotAlive::Grant(reason)) => TokenStatus::NotAlive(reason),
        }
    }
}
