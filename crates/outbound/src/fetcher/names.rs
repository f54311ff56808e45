//! From names to addresses, of which only admitted ones are handed on. The connection is made to these
//! and to no others, so that nothing can change between the check and the connection.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::guard::Guard;

/// The most names that are looked up at once: each takes a thread until its server answers.
const LOOKUPS: usize = 16;

/// The addresses of a name, on their way.
pub type AddressesFuture = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// What knows the addresses of names.
pub trait Names: Send + Sync {
    /// The addresses that the name has now.
    fn look_up(&self, name: &str) -> AddressesFuture;
}

/// The system's resolver.
pub struct SystemNames {
    places: Arc<Semaphore>,
}

impl Default for SystemNames {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(LOOKUPS)),
        }
    }
}

impl Names for SystemNames {
    fn look_up(&self, name: &str) -> AddressesFuture {
        let name = name.to_owned();
        let places = Arc::clone(&self.places);
        Box::pin(async move {
            let place = places.acquire_owned().await.map_err(io::Error::other)?;
            let looking = tokio::task::spawn_blocking(move || {
                // Given back when the system answers, not when the caller has lost patience.
                let _place = place;
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

/// Looks names up for the HTTP client, and keeps back what it must not reach.
pub(super) struct GuardedNames {
    names: Arc<dyn Names>,
    guard: Arc<Guard>,
}

impl GuardedNames {
    pub(super) fn new(names: Arc<dyn Names>, guard: Arc<Guard>) -> Self {
        Self { names, guard }
    }
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let looking = self.names.look_up(name.as_str());
        let guard = Arc::clone(&self.guard);
        Box::pin(async move {
            let found = looking.await?;
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
