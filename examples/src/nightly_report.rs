//! A service without users that calls an API in its own name: client credentials (OAuth 2.1 §4.2).
//!
//! [`access_tokens`] gets a token and keeps it until shortly before its end, so that a thousand calls
//! cost one token; [`report`] is the call, which asks once more if the API does not take the token.

pub mod access_tokens;
pub mod report;
