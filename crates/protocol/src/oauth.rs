//! OAuth 2.1: answers of the token, introspection and metadata endpoints, what clients say of themselves, and
//! the error codes.

mod error;
mod introspect;
mod metadata;
mod registration;
mod token;

pub use error::{ErrorCode, ErrorResponse};
pub use introspect::{Audience, IntrospectionResponse};
pub use metadata::AuthorizationServerMetadata;
pub use registration::{CHECKED_MEMBERS, DECLARED_MEMBERS, REGISTERED_MEMBERS, TRANSLATED_MEMBERS};
pub use token::{TokenResponse, WireSecret};
