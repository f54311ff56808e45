//! Clients: who they are, how they prove it, and who looks after them.

mod admin;
mod assertions;
mod authenticate;
mod cache;
mod encrypters;
mod jwks;
mod key_sets;
mod presented;
mod refused;
mod signatures;

pub use admin::{
    Aim, ClientAdmin, ClientAdminError, ClientOrdered, CreatedClient, GivenSecret, RotatedSecret,
    Rotation,
};
pub(crate) use admin::{check_entitled, made_id, store_scopes, unknown_scopes};
pub use authenticate::{AuthenticatedClient, ClientAuthenticator, ClientThrottle, Whereabouts};
pub use cache::ClientCache;
pub(crate) use encrypters::{Content, Encrypters};
pub use jwks::read_jwks;
pub use presented::PresentedCredentials;
pub(crate) use refused::of_jwt;
pub use refused::{ClientAuthError, RefusedClient};
pub use signatures::ClientSignatures;
