//! Clients: who they are, how they prove it, and who looks after them.

mod admin;
mod authenticate;
mod cache;
mod encrypters;
mod jwks;

pub use admin::{
    Aim, ClientAdmin, ClientAdminError, ClientOrdered, CreatedClient, GivenSecret, RotatedSecret,
    Rotation,
};
pub use authenticate::{
    AuthenticatedClient, ClientAuthError, ClientAuthenticator, ClientThrottle,
    PresentedCredentials, RefusedClient,
};
pub use cache::ClientCache;
pub(crate) use encrypters::{Content, Encrypters};
pub use jwks::read_jwks;
