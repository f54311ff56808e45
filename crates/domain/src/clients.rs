//! Clients: the applications that ask for tokens.

#[macro_use]
mod named;

mod auth_method;
mod id;
mod metadata;
mod openid;
mod redirect_uri;
#[cfg(test)]
pub(crate) mod sample;

pub use auth_method::{AuthMethod, ClientSecretDigest};
pub use id::{ClientId, ClientIdError};
pub use metadata::{
    ApplicationType, Client, ClientType, ConsentPolicy, GrantType, NonceRule, PkceRule,
    RefreshRotation,
};
pub use openid::{OpenIdMetadata, SectorError, SubjectType};
pub use redirect_uri::{MAX_REDIRECT_URI_LENGTH, RedirectUri, RedirectUriError};
