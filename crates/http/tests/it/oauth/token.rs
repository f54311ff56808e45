//! `POST /api/v1/oauth/token`.

mod authorization_code;
mod client_auth;
mod client_credentials;
mod form;
mod refresh_token;
mod withdrawn;
