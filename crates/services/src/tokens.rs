//! The token endpoint's work, and what is later asked about tokens.

mod admin;
mod audience;
mod authorization_code;
mod client_credentials;
mod error;
mod facts;
mod hint;
mod id_token;
mod introspect;
mod issue;
mod password;
mod refresh_token;
mod revoke;
mod service;
mod window;

pub(crate) use admin::end_own;
pub use admin::{RevokedOfClient, TokenAdmin, TokenAdminError, TokenFilter, TokenName, TokenView};
pub use error::{InvalidGrant, InvalidScope, InvalidTarget, TokenError};
pub(crate) use facts::{of_audience, of_dead_token, of_scope, of_token};
pub(crate) use hint::IdTokenHint;
pub use introspect::Introspection;
pub use issue::IssuedTokens;
pub use password::{PasswordGrant, PasswordLoginError, PasswordLogins};
pub use service::{
    AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant, TokenGrant, TokenService,
};
