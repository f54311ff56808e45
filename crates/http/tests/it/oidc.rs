//! `/oidc` and `/.well-known`.

mod cross_origin;
mod discovery;
mod encrypted;
mod jwks;
mod pairwise;
mod userinfo;
