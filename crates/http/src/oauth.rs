//! The OAuth 2.1 endpoints.

pub(crate) mod authorize;
pub(crate) mod introspect;
pub(crate) mod register;
pub(crate) mod revoke;
pub(crate) mod token;
