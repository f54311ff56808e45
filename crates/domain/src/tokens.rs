//! Tokens as records: what is stored of one, and what may be done with it.

mod access;
mod details;
mod refresh;
mod rotation;

pub use access::{
    InvalidTarget, NewAccessToken, TokenKind, TokenNotAlive, TokenRecord, narrow_resources,
};
pub use details::{TokenDetails, TokenStatus};
pub use refresh::{NewRefreshToken, RefreshState, RefreshTokenRecord, SealedSuccessor};
pub use rotation::{InvalidRefresh, RefreshRequest, Rotation};
