//! How the server is, and how much it holds.

use authly_protocol::admin::system::{Statistics, Status};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// How the node that answers is.
    pub fn system_status(&self) -> Call<'_, Status> {
        self.call(&NoPath)
    }

    /// How much there is.
    pub fn system_statistics(&self) -> Call<'_, Statistics> {
        self.call(&NoPath)
    }
}
