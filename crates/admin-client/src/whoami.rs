//! Who calls.

use authly_protocol::admin::whoami::WhoAmI;
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// Who the server takes the caller for, and what the access token allows.
    pub fn whoami(&self) -> Call<'_, WhoAmI> {
        self.call(&NoPath)
    }
}
