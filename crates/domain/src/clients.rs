//! Clients: the applications that ask for tokens.

mod auth_method;
mod id;
mod metadata;
mod redirect_uri;

pub use auth_method::{AuthMethod, ClientSecretDigest};
pub use id::{ClientId, ClientIdError};
pub use metadata::{
    ApplicationType, Client, ClientType, ConsentPolicy, GrantType, NonceRule, PkceRule,
    RefreshRotation,
};
pub use redirect_uri::{MAX_REDIRECT_URI_LENGTH, RedirectUri, RedirectUriError};
