//! How the server is.

use authly_protocol::health::Health;

use crate::{AdminClient, ClientError};

impl AdminClient {
    /// `GET /health`: how the server and the parts that it depends on are. A server that is down
    /// says so in the same document, so that this is no error.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or is none of ours.
    pub async fn health(&self) -> Result<Health, ClientError> {
        self.get("/health").await?.document(&[200, 503])
    }
}
