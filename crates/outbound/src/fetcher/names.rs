//! From names to addresses, of which only admitted ones are handed on. The connection is made to these
//! and to no others, so that nothing can change between the check and the connection.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::timeout;

use super::guard::Guard;
use super::places::Places;

/// The addresses of a name, on their way.
pub type AddressesFuture = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// What knows the addresses of names.
pub trait Names: Send + Sync {
    /// The addresses that the name has now.
    fn look_up(&self, name: &str) -> AddressesFuture;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn look_up(&self, name: &str) -> AddressesFuture {
        let name = name.to_owned();
        Box::pin(async move {
            let looking = tokio::task::spawn_blocking(move || {
                let found = (name.as_str(), 443).to_socket_addrs()?;
                Ok(found.map(|address| address.ip()).collect())
            });
            looking.await.map_err(io::Error::other)?
        })
    }
}

/// None of the addresses may be reached.
#[derive(Debug, thiserror::Error)]
#[error("the host has no address that may be reached")]
pub(super) struct ForbiddenAddress;

/// Too many names are being looked up: nobody was asked for this one.
#[derive(Debug, thiserror::Error)]
#[error("too many names are being looked up")]
pub(super) struct NotLookedUp;

/// Looks names up for the HTTP client, and keeps back what it must not reach.
pub(super) struct GuardedNames {
    pub(super) names: Arc<dyn Names>,
    pub(super) guard: Arc<Guard>,
    pub(super) places: Arc<Places<String>>,
    /// How long a lookup waits for its place.
    pub(super) wait: Duration,
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, guard) = (Arc::clone(&self.names), Arc::clone(&self.guard));
        let (places, wait) = (Arc::clone(&self.places), self.wait);
        Box::pin(async move {
            let taking = timeout(wait, places.take(name.as_str().to_owned()));
            let place = taking.await.map_err(|_elapsed| NotLookedUp)?;
            let looking = names.look_up(name.as_str());
            // Its place is given back when the system answers, not when the caller has lost patience.
            let looking = tokio::spawn(async move {
                let found = looking.await;
                place.settle();
                found
            });
            let found = looking.await??;
            let admitted: Vec<_> = found
                .into_iter()
                .filter(|address| guard.admits_at(name.as_str(), *address))
                // The client puts the URL's port in the place of 0.
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if admitted.is_empty() {
                return Err(ForbiddenAddress.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}
