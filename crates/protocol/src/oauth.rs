//! OAuth 2.1: answers of the token, introspection and metadata endpoints, and the error codes.

mod error;
mod introspect;
mod metadata;
mod token;

pub use error::{ErrorCode, ErrorResponse};
pub use introspect::{Audience, IntrospectionResponse};
pub use metadata::AuthorizationServerMetadata;
pub use token::{TokenResponse, WireSecret};
