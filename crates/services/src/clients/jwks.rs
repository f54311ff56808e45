//! The keys that a client registers by value.

use authly_crypto::client_keys::{self, JwksFlaw};
use authly_domain::clients::ClientJwks;

/// Reads a key set that is to be registered (RFC 7517 §5).
///
/// # Errors
/// With everything that is wrong about it.
pub fn read_jwks(document: &[u8]) -> Result<ClientJwks, Vec<JwksFlaw>> {
    client_keys::read(document)
}
