//! `tokens`: every token that was handed out, by digest.

mod access;
mod caller;
mod details;
mod record;
mod refresh;
mod writer;

pub use access::AccessTokens;
pub use caller::{CallerRecord, CallingUserRecord};
pub use details::TokensOf;
pub use record::{Asker, TokenAnswer, Tokens, UserInfoRecord};
pub use refresh::{RefreshTokens, Rotated};
pub use writer::{AccessTokenWriter, Written};
