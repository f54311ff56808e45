//! Clients: who they are, and how they prove it.

mod authenticate;
mod cache;

pub use authenticate::{
    AuthenticatedClient, ClientAuthError, ClientAuthenticator, ClientThrottle,
    PresentedCredentials, RefusedClient,
};
pub use cache::ClientCache;
