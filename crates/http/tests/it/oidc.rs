//! `/oidc` and `/.well-known`.

mod backchannel;
mod cross_origin;
mod discovery;
mod encrypted;
mod frontchannel;
mod jwks;
mod logout;
mod pairwise;
mod session;
mod userinfo;
