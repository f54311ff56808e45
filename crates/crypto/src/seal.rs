//! Sealing: AES-256-GCM under a derived key, a random 96-bit nonce in front, the purpose bound in
//! as associated data. What is sealed for one purpose, key or name opens for no other.

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use authly_domain::entropy::Entropy;
use authly_domain::keys::{KeyId, SealedKey};
use authly_domain::secret::RefreshToken;
use authly_domain::tokens::SealedSuccessor;
use zeroize::Zeroizing;

use crate::derive::DerivedKey;
use crate::master_key::MasterKey;

const NONCE_BYTES: usize = 12;

/// The purpose of sealed private keys.
const PRIVATE_KEY_LABEL: &str = "authly/signing-key/v1";
/// The purpose of sealed successors of refresh tokens.
const SUCCESSOR_LABEL: &str = "authly/refresh-successor/v1";

/// Why a sealed value does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It was sealed under another master key than the one at hand.
    #[error("it is sealed under master key {sealed_under}, the master key here is {present}")]
    ForeignMasterKey {
        /// The id of the master key that sealed it.
        sealed_under: String,
        /// The id of the master key that was to open it.
        present: String,
    },
    /// The key, the purpose or the bytes are not those that were sealed.
    #[error("the sealed value does not open: it was changed, or sealed for something else")]
    Refused,
}

/// Seals a private key for the `kid` it belongs to.
pub(crate) fn seal_private_key(
    master: &MasterKey,
    kid: &KeyId,
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> SealedKey {
    let key = master.derive(PRIVATE_KEY_LABEL);
    SealedKey {
        master_key_id: master.id().to_owned(),
        ciphertext: seal(&key, &private_key_purpose(kid), plaintext, entropy),
    }
}

/// Opens a private key that [`seal_private_key`] sealed for this `kid`.
pub(crate) fn open_private_key(
    master: &MasterKey,
    kid: &KeyId,
    sealed: &SealedKey,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if sealed.master_key_id != master.id() {
        return Err(SealError::ForeignMasterKey {
            sealed_under: sealed.master_key_id.clone(),
            present: master.id().to_owned(),
        });
    }
    open(
        &master.derive(PRIVATE_KEY_LABEL),
        &private_key_purpose(kid),
        &sealed.ciphertext,
    )
}

/// Seals the successor of a refresh token under the value of the spent one, which the database does
/// not hold: only who presents the spent token again can read which one replaced it.
#[must_use]
pub fn seal_successor(
    spent: &RefreshToken,
    successor: &RefreshToken,
    entropy: &dyn Entropy,
) -> SealedSuccessor {
    let key = DerivedKey::from_secret(spent.expose().as_bytes(), SUCCESSOR_LABEL);
    let text = successor.expose().as_bytes();
    SealedSuccessor::new(seal(&key, SUCCESSOR_LABEL.as_bytes(), text, entropy))
}

/// Opens what [`seal_successor`] sealed, with the spent token as it was presented.
///
/// # Errors
/// When it was sealed under another token, or changed.
pub fn open_successor(
    spent: &RefreshToken,
    sealed: &SealedSuccessor,
) -> Result<RefreshToken, SealError> {
    let key = DerivedKey::from_secret(spent.expose().as_bytes(), SUCCESSOR_LABEL);
    let text = open(&key, SUCCESSOR_LABEL.as_bytes(), sealed.as_bytes())?;
    let text = std::str::from_utf8(&text).map_err(|_error| SealError::Refused)?;
    Ok(RefreshToken::new(text.to_owned()))
}

/// A private key is bound to its `kid`, so that two rows cannot change places.
fn private_key_purpose(kid: &KeyId) -> Vec<u8> {
    format!("{PRIVATE_KEY_LABEL}\0{kid}").into_bytes()
}

#[expect(
    clippy::expect_used,
    reason = "GCM refuses only plaintexts of 64 GiB and more, and these are a few kilobytes"
)]
pub(crate) fn seal(
    key: &DerivedKey,
    purpose: &[u8],
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Vec<u8> {
    let mut nonce = [0_u8; NONCE_BYTES];
    entropy.fill(&mut nonce);
    let ciphertext = Aes256Gcm::new(key.as_bytes().into())
        .encrypt(
            &Nonce::from(nonce),
            Payload {
                msg: plaintext,
                aad: purpose,
            },
        )
        .expect("the plaintext is short");
    [nonce.as_slice(), &ciphertext].concat()
}

pub(crate) fn open(
    key: &DerivedKey,
    purpose: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, ciphertext) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or(SealError::Refused)?;
    Aes256Gcm::new(key.as_bytes().into())
        .decrypt(
            &Nonce::from(*nonce),
            Payload {
                msg: ciphertext,
                aad: purpose,
            },
        )
        .map(Zeroizing::new)
        .map_err(|_error| SealError::Refused)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entropy::OsEntropy;

    fn token(text: &str) -> RefreshToken {
        RefreshToken::new(text.to_owned())
    }

    fn kid(text: &str) -> KeyId {
        KeyId::new(text.to_owned())
    }

    #[test]
    fn a_private_key_opens_under_its_master_key_and_kid() {
        let master = MasterKey::generate(&OsEntropy);
        let sealed = seal_private_key(&master, &kid("k1"), b"private", &OsEntropy);
        assert_eq!(sealed.master_key_id, master.id());
        let opened = open_private_key(&master, &kid("k1"), &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"private");
    }

    #[test]
    fn a_private_key_does_not_open_for_another_kid() {
        let master = MasterKey::generate(&OsEntropy);
        let sealed = seal_private_key(&master, &kid("k1"), b"private", &OsEntropy);
        let opened = open_private_key(&master, &kid("k2"), &sealed);
        assert_eq!(opened.unwrap_err(), SealError::Refused);
    }

    #[test]
    fn another_master_key_is_refused_by_name_and_also_when_the_name_lies() {
        let (master, other) = (
            MasterKey::generate(&OsEntropy),
            MasterKey::generate(&OsEntropy),
        );
        let mut sealed = seal_private_key(&master, &kid("k1"), b"private", &OsEntropy);
        let error = open_private_key(&other, &kid("k1"), &sealed).unwrap_err();
        let named = SealError::ForeignMasterKey {
            sealed_under: master.id().to_owned(),
            present: other.id().to_owned(),
        };
        assert_eq!(error, named);
        sealed.master_key_id = other.id().to_owned();
        let error = open_private_key(&other, &kid("k1"), &sealed).unwrap_err();
        assert_eq!(error, SealError::Refused);
    }

    #[test]
    fn a_successor_opens_with_the_spent_token_alone() {
        let sealed = seal_successor(&token("spent"), &token("next"), &OsEntropy);
        assert_eq!(
            open_successor(&token("spent"), &sealed).unwrap().expose(),
            "next"
        );
        let error = open_successor(&token("other"), &sealed).unwrap_err();
        assert_eq!(error, SealError::Refused);
    }

    #[test]
    fn a_changed_or_cut_value_is_refused_at_every_byte() {
        let sealed = seal_successor(&token("spent"), &token("next"), &OsEntropy);
        let open =
            |bytes: &[u8]| open_successor(&token("spent"), &SealedSuccessor::new(bytes.to_vec()));
        for index in 0..sealed.as_bytes().len() {
            let mut changed = sealed.as_bytes().to_vec();
            changed[index] ^= 1;
            assert!(open(&changed).is_err(), "{index}");
            assert!(open(&sealed.as_bytes()[..index]).is_err(), "{index}");
        }
    }

    #[test]
    fn the_same_value_is_never_sealed_the_same_way_twice() {
        let seal = || seal_successor(&token("spent"), &token("next"), &OsEntropy);
        assert_ne!(seal(), seal());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_sealed_opens_with_the_same_and_with_nothing_else(
            spent in "\\PC{0,40}",
            next in "\\PC{0,40}",
            other in "\\PC{0,40}",
            at: prop::sample::Index,
            change in 1_u8..,
        ) {
            let sealed = seal_successor(&token(&spent), &token(&next), &OsEntropy);
            let opened = open_successor(&token(&spent), &sealed).unwrap();
            prop_assert_eq!(opened.expose(), &next);
            prop_assert_eq!(open_successor(&token(&other), &sealed).is_ok(), other == spent);

            let mut bytes = sealed.as_bytes().to_vec();
            let index = at.index(bytes.len());
            bytes[index] ^= change;
            prop_assert!(open_successor(&token(&spent), &SealedSuccessor::new(bytes)).is_err());
        }
    }
}
