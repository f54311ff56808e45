//! An application that has access in a user's name.

use crate::clock::Timestamp;
use crate::id::ClientKey;
use crate::scopes::Scope;

/// A client with everything together that a user has allowed it and that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The client.
    pub client: ClientKey,
    /// Its name.
    pub name: String,
    /// A page about it.
    pub client_uri: Option<String>,
    /// What it may do.
    pub scope: Scope,
    /// Since when.
    pub since: Timestamp,
    /// Whether it works on when its user signs out.
    pub works_offline: bool,
}
