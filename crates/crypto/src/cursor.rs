//! Cursors of lists: where a page ended, sealed, so that callers can neither read nor make one.

use authly_domain::entropy::Entropy;
use zeroize::Zeroizing;

use crate::base64url;
use crate::derive::DerivedKey;
use crate::master_key::MasterKey;
use crate::seal::{SealError, open, seal};

/// The purpose of the key under which cursors are sealed.
const KEY_LABEL: &str = "authly/cursor/v1";

/// Seals cursors; every node with the same master key opens them.
pub struct CursorKey(DerivedKey);

impl CursorKey {
    /// The key that belongs to a master key.
    #[must_use]
    pub fn from_master(master: &MasterKey) -> Self {
        Self(master.derive(KEY_LABEL))
    }

    /// Seals a position in the list that `list` names, with its filters and its order.
    #[must_use]
    pub fn seal(&self, list: &[u8], position: &[u8], entropy: &dyn Entropy) -> String {
        base64url::encode(seal(&self.0, list, position, entropy))
    }

    /// Opens a cursor of the same list, filters and order.
    ///
    /// # Errors
    /// When it is none of ours, or of another list.
    pub fn open(&self, list: &[u8], cursor: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let sealed = base64url::decode(cursor).ok_or(SealError::Refused)?;
        open(&self.0, list, &sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    #[test]
    fn a_cursor_opens_in_its_own_list_and_nowhere_else() {
        let key = CursorKey::from_master(&MasterKey::generate(&OsEntropy));
        let cursor = key.seal(b"users?q=a", b"alice", &OsEntropy);
        assert_eq!(
            key.open(b"users?q=a", &cursor).unwrap().as_slice(),
            b"alice"
        );
        assert!(key.open(b"users?q=b", &cursor).is_err());
        let other = CursorKey::from_master(&MasterKey::generate(&OsEntropy));
        assert!(other.open(b"users?q=a", &cursor).is_err());
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let key = CursorKey::from_master(&MasterKey::generate(&OsEntropy));
        for text in ["", "a", "====", "AAAA", "é", &"A".repeat(5_000)] {
            assert!(key.open(b"users", text).is_err(), "{text:.20}");
        }
    }
}
