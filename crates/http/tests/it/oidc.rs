//! `/oidc` and `/.well-known`.

mod cross_origin;
mod discovery;
mod encrypted;
mod jwks;
mod logout;
mod pairwise;
mod userinfo;
