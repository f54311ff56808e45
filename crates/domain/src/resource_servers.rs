//! Resource servers: the APIs that tokens are for (RFC 8707), and who may ask for each.

mod known;
mod registered;

use std::str::FromStr;

pub use known::{KnownServers, NotAdmitted};
pub use registered::{
    RegisteredServer, ResourceServerChange, ResourceServerFilter, ResourceServerFlaw,
};

use crate::id::ResourceServerId;
use crate::keys::UnknownValue;
use crate::scopes::Resource;

/// Which clients may ask for tokens for a resource server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenTo {
    /// Those that have it among their `resources`.
    ListedClients,
    /// Every client: what an API needs whose clients register themselves.
    EveryClient,
}

impl OpenTo {
    /// Its name on the wire and in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListedClients => "listed_clients",
            Self::EveryClient => "every_client",
        }
    }
}

impl FromStr for OpenTo {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        match text {
            "listed_clients" => Ok(Self::ListedClients),
            "every_client" => Ok(Self::EveryClient),
            _ => Err(UnknownValue),
        }
    }
}

/// A resource server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceServer {
    /// Its key.
    pub id: ResourceServerId,
    /// Its identifier, in the spelling that stands in `aud`.
    pub resource: Resource,
    /// What people know it as.
    pub name: String,
    /// Which clients may ask for tokens for it.
    pub open_to: OpenTo,
    /// Whether tokens are issued for it at all.
    pub is_active: bool,
}
