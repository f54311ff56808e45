//! Lists of clients.

use super::{ClientId, ClientType, GrantType};
use crate::page::Direction;

/// Which clients a list holds. What is `None` chooses none out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientFilter {
    /// The one of this name on the wire.
    pub id: Option<ClientId>,
    /// What the `client_id` or the name begins with, whatever the case.
    pub begins_with: Option<String>,
    /// Confidential or public ones.
    pub client_type: Option<ClientType>,
    /// Enabled or disabled ones.
    pub is_active: Option<bool>,
    /// Those that may use this grant.
    pub grant_type: Option<GrantType>,
}

/// By what a list of clients is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientSort {
    /// By the name on the wire, whatever the case.
    ClientId,
    /// By the name for people, whatever the case.
    Name,
    /// By when they were registered.
    CreatedAt,
}

/// The order of a list of clients; those that are equal in it go by their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientOrder {
    /// By what.
    pub by: ClientSort,
    /// From which end.
    pub direction: Direction,
}
