//! What varies in the paths of several endpoints.

use authly_domain::id::{ClientKey, ResourceServerId, UserId};

use super::Id;
use crate::endpoint::path_values;

path_values! {
    /// One client.
    pub ClientPath {
        /// Its id, which is not its `client_id`.
        client: Id<ClientKey>,
    }
}

path_values! {
    /// One user.
    pub UserPath {
        /// Their id, which is not their `sub`.
        user: Id<UserId>,
    }
}

path_values! {
    /// One resource server.
    pub ResourceServerPath {
        /// Its id, which is not its identifier.
        resource_server: Id<ResourceServerId>,
    }
}

path_values! {
    /// One scope.
    pub ScopePath {
        /// Its name.
        scope: String,
    }
}
