//! `/api/v1/oauth`.

pub(crate) mod authorize;
mod introspect;
mod revoke;
mod token;
