//! Signing keys.

use authly_protocol::admin::keys::{KeyPath, List, Revoke, Rotate};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// A page of the signing keys, the newest first.
    pub fn list_keys(&self) -> Call<'_, List> {
        self.call(&NoPath)
    }

    /// Lets other keys sign.
    pub fn rotate_keys(&self) -> Call<'_, Rotate> {
        self.call(&NoPath)
    }

    /// Withdraws the key with this `kid` at once, and everything that it signed.
    pub fn revoke_key(&self, kid: &str) -> Call<'_, Revoke> {
        let key = kid.to_owned();
        self.call(&KeyPath { key })
    }
}
