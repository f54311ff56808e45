//! `/api/v1/oauth`.

pub(crate) mod authorize;
mod introspect;
mod register;
mod revoke;
mod token;
