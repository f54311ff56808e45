//! What travels between Authly and its callers, as types for both sides: the answers of the OAuth
//! and OpenID Connect endpoints, the admin API with its endpoints, and the health document.
//!
//! The types know JSON and nothing of HTTP: a status is a number, a path is the caller's business.
//! Members that do not apply are absent, never `null`; members that are not known are ignored when
//! reading, as the specifications ask.
//!
//! ```
//! use authly_protocol::oauth::{ErrorCode, ErrorResponse};
//!
//! let answer: ErrorResponse = serde_json::from_str(r#"{"error":"invalid_grant"}"#)?;
//! assert_eq!(answer.error, ErrorCode::InvalidGrant);
//! assert_eq!(answer.error.status(), 400);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! To add an answer: a struct in the module of its specification, each member documented with what
//! it means and whether it may be absent, and a test that shows the JSON.

pub mod admin;
pub mod endpoint;
pub mod health;
pub mod oauth;
pub mod oidc;
