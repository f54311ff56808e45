//! The OpenID Connect endpoints, and the metadata.

pub(crate) mod discovery;
pub(crate) mod end_session;
pub(crate) mod jwks;
pub(crate) mod session;
pub(crate) mod userinfo;
