//! The master key: the one secret outside the database that seals what is in it.

use std::fmt;

use authly_domain::entropy::Entropy;
use authly_domain::secret::SecretText;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::{DecodePaddingMode, general_purpose};
use zeroize::Zeroizing;

pub use crate::derive::DerivedKey;

/// How many bytes a master key has.
const KEY_BYTES: usize = 32;

/// Names the purpose of the derived value that [`MasterKey::id`] shows.
const ID_LABEL: &str = "authly/master-key-id/v1";

/// How many bytes of that value are shown.
const ID_BYTES: usize = 8;

/// People make keys with whatever tool is at hand, so that padding may be there or not.
const LENIENT: GeneralPurposeConfig =
    general_purpose::PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD_LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE_LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Why a text is not a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// It is not base64.
    #[error("the master key is not base64 text: make one with `openssl rand -base64 32`")]
    NotBase64,
    /// It has more or fewer than 32 bytes.
    #[error("the master key does not have 32 bytes: make one with `openssl rand -base64 32`")]
    Length,
}

/// The key under which private keys are sealed, and from which the other keys are derived; wiped
/// when dropped.
pub struct MasterKey {
    bytes: Zeroizing<[u8; KEY_BYTES]>,
    id: String,
}

impl MasterKey {
    fn from_bytes(bytes: Zeroizing<[u8; KEY_BYTES]>) -> Self {
        let derived = DerivedKey::from_secret(bytes.as_slice(), ID_LABEL);
        let shown = derived
            .as_bytes()
            .first_chunk::<ID_BYTES>()
            .copied()
            .unwrap_or_default();
        Self {
            bytes,
            id: format!("{:016x}", u64::from_be_bytes(shown)),
        }
    }

    /// Reads a key of exactly 32 bytes from base64 text: standard or URL-safe alphabet, padded or
    /// not, white space around it ignored.
    ///
    /// # Errors
    /// When the text is not base64, or not of 32 bytes.
    pub fn parse(text: &SecretText) -> Result<Self, MasterKeyError> {
        let text = text.expose().trim();
        let decoded = STANDARD_LENIENT
            .decode(text)
            .or_else(|_| URL_SAFE_LENIENT.decode(text));
        let decoded = Zeroizing::new(decoded.map_err(|_error| MasterKeyError::NotBase64)?);
        let bytes = <[u8; KEY_BYTES]>::try_from(decoded.as_slice());
        let bytes = bytes.map_err(|_error| MasterKeyError::Length)?;
        Ok(Self::from_bytes(Zeroizing::new(bytes)))
    }

    /// Makes a new key.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        entropy.fill(bytes.as_mut_slice());
        Self::from_bytes(bytes)
    }

    /// The key as base64 text: for the file or the provider that keeps it.
    #[must_use]
    pub fn to_text(&self) -> SecretText {
        SecretText::new(STANDARD.encode(self.bytes.as_slice()))
    }

    /// A short name for it, of 16 hexadecimal digits: not secret, the same for the same key, and
    /// stored beside everything that it seals.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key for one purpose (HKDF, RFC 5869). Each purpose has a label of its own, and the label
    /// never changes.
    #[must_use]
    pub fn derive(&self, label: &'static str) -> DerivedKey {
        DerivedKey::from_secret(self.bytes.as_slice(), label)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base64url;
    use crate::entropy::OsEntropy;

    fn parse(text: &str) -> Result<MasterKey, MasterKeyError> {
        MasterKey::parse(&SecretText::new(text.to_owned()))
    }

    #[test]
    fn every_usual_spelling_gives_the_same_key() {
        let bytes = [0xFB_u8; 32];
        let padded = STANDARD.encode(bytes);
        let url_safe = base64url::encode(bytes);
        let id = parse(&padded).unwrap().id().to_owned();
        assert_eq!(id.len(), 16);
        for text in [
            padded.trim_end_matches('=').to_owned(),
            format!("{url_safe}="),
            url_safe,
            format!("  {padded}\n"),
        ] {
            assert_eq!(parse(&text).unwrap().id(), id, "{text:?}");
        }
    }

    #[test]
    fn a_key_of_another_length_and_other_text_are_refused() {
        for length in [0, 16, 31, 33, 64] {
            let text = STANDARD.encode(vec![1_u8; length]);
            assert_eq!(
                parse(&text).unwrap_err(),
                MasterKeyError::Length,
                "{length}"
            );
        }
        assert_eq!(
            parse("correct horse battery").unwrap_err(),
            MasterKeyError::NotBase64
        );
    }

    #[test]
    fn a_key_reads_back_from_its_text_and_shows_only_its_id() {
        let key = MasterKey::generate(&OsEntropy);
        let again = MasterKey::parse(&key.to_text()).unwrap();
        assert_eq!(again.id(), key.id());
        assert_eq!(format!("{key:?}"), format!("MasterKey({})", key.id()));
        assert_ne!(MasterKey::generate(&OsEntropy).id(), key.id());
    }

    #[test]
    fn keys_for_two_purposes_differ_and_each_is_stable() {
        let key = parse(&STANDARD.encode([7_u8; 32])).unwrap();
        assert_eq!(key.derive("a").as_bytes(), key.derive("a").as_bytes());
        assert_ne!(key.derive("a").as_bytes(), key.derive("b").as_bytes());
    }

    proptest! {
        #[test]
        fn a_key_is_32_bytes_in_whatever_base64_and_nothing_else(
            bytes in prop::collection::vec(any::<u8>(), 30..35),
            text in "[A-Za-z0-9+/_=-]{40,46}",
        ) {
            let is_key = bytes.len() == KEY_BYTES;
            let (padded, url_safe) = (STANDARD.encode(&bytes), base64url::encode(&bytes));
            let ids = [padded.as_str(), padded.trim_end_matches('='), &url_safe]
                .map(|text| parse(text).map(|key| key.id().to_owned()));
            prop_assert!(ids.iter().all(|id| id.is_ok() == is_key && *id == ids[0]));
            if let Ok(key) = parse(&text) {
                let again = MasterKey::parse(&key.to_text()).unwrap();
                prop_assert_eq!(again.id(), key.id());
                prop_assert!((43..=44).contains(&text.len()));
            }
        }
    }
}
