//! The token endpoint's work.

mod authorization_code;
mod client_credentials;
mod liveness;
mod password;
mod refresh_token;
mod stale_client;
