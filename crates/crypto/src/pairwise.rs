//! Pairwise subjects (OpenID Connect Core §8.1): each sector knows a user by another name, from which
//! nobody can tell the user, nor that two of them are the same.

use std::fmt;

use authly_domain::entropy::Entropy;
use authly_domain::id::SessionId;
use authly_domain::keys::SealedKey;
use authly_domain::users::Subject;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::base64url;
use crate::derive::DerivedKey;
use crate::master_key::MasterKey;
use crate::seal::{SealError, open, seal};

/// The purpose of the sealed salt.
const SALT_LABEL: &str = "authly/pairwise-salt/v1";

/// The purpose of the key that names sessions.
const SESSION_LABEL: &str = "authly/pairwise-sid/v1";

/// What makes pairwise subjects: random, kept sealed, and never changed (decisions 13), since with
/// another one every user would be a stranger to every pairwise client.
pub struct PairwiseSalt(Zeroizing<[u8; 32]>);

impl PairwiseSalt {
    /// Makes one.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut salt = Zeroizing::new([0_u8; 32]);
        entropy.fill(salt.as_mut_slice());
        Self(salt)
    }

    /// Seals it under the master key.
    #[must_use]
    pub fn seal(&self, master: &MasterKey, entropy: &dyn Entropy) -> SealedKey {
        let key = master.derive(SALT_LABEL);
        SealedKey {
            master_key_id: master.id().to_owned(),
            ciphertext: seal(&key, SALT_LABEL.as_bytes(), self.0.as_slice(), entropy),
        }
    }

    /// Opens what [`PairwiseSalt::seal`] sealed.
    ///
    /// # Errors
    /// When it was sealed under another master key, or changed.
    pub fn open(sealed: &SealedKey, master: &MasterKey) -> Result<Self, SealError> {
        if sealed.master_key_id != master.id() {
            return Err(SealError::ForeignMasterKey {
                sealed_under: sealed.master_key_id.clone(),
                present: master.id().to_owned(),
            });
        }
        let key = master.derive(SALT_LABEL);
        let opened = open(&key, SALT_LABEL.as_bytes(), &sealed.ciphertext)?;
        let salt = opened.as_slice().try_into();
        salt.map(|salt| Self(Zeroizing::new(salt)))
            .map_err(|_other_length| SealError::Refused)
    }

    /// What a sector that knows a user by this subject calls a session of theirs: other sectors call it
    /// otherwise, and it stays the same as long as the subject does.
    #[must_use]
    pub fn session(&self, known_as: &Subject, session: SessionId) -> String {
        let key = DerivedKey::from_secret(self.0.as_slice(), SESSION_LABEL);
        let mut code: Hmac<Sha256> = Hmac::new((&*block_sized(key.as_bytes())).into());
        code.update(known_as.as_str().as_bytes());
        code.update(b"\0");
        code.update(session.as_uuid().as_bytes());
        base64url::encode(code.finalize().into_bytes())
    }

    /// What a sector calls the user of this subject: a UUID (RFC 9562 §5.8), like every subject, so
    /// that no client can be named like one.
    #[must_use]
    pub fn subject(&self, sector: &str, of: &Subject) -> Subject {
        let mut code: Hmac<Sha256> = Hmac::new((&*block_sized(&self.0)).into());
        // No host holds a NUL, so that no two pairs make one text.
        code.update(sector.as_bytes());
        code.update(b"\0");
        code.update(of.as_str().as_bytes());
        let mut left = [0_u8; 16];
        for (place, byte) in left.iter_mut().zip(code.finalize().into_bytes()) {
            *place = byte;
        }
        Subject::of_digest(left)
    }
}

/// As HMAC itself does it (RFC 2104 §2): a short key is filled with zeros up to the block.
fn block_sized(key: &[u8; 32]) -> Zeroizing<[u8; 64]> {
    let mut block = Zeroizing::new([0_u8; 64]);
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    block
}

impl fmt::Debug for PairwiseSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairwiseSalt([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use authly_domain::clock::Timestamp;

    use super::*;
    use crate::entropy::OsEntropy;

    fn subject(text: &str) -> Subject {
        Subject::new(text.to_owned())
    }

    #[test]
    fn a_sector_knows_a_user_by_one_name_and_others_by_another() {
        let salt = PairwiseSalt::generate(&OsEntropy);
        let alice = salt.subject("app.example", &subject("alice"));
        assert_eq!(salt.subject("app.example", &subject("alice")), alice);
        let others = [
            salt.subject("other.example", &subject("alice")),
            salt.subject("app.example", &subject("bob")),
            salt.subject("app.examplea", &subject("lice")),
            PairwiseSalt::generate(&OsEntropy).subject("app.example", &subject("alice")),
        ];
        assert!(!others.contains(&alice), "{others:?}");
        assert_eq!(alice.as_str().len(), 36);
    }

    #[test]
    fn a_session_has_another_name_for_each_subject_and_salt() {
        let salt = PairwiseSalt::generate(&OsEntropy);
        let now = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        let [first, second] = [(), ()].map(|()| SessionId::generate(now, &OsEntropy));
        let one = salt.session(&subject("a"), first);
        assert_eq!(salt.session(&subject("a"), first), one);
        let others = [
            salt.session(&subject("b"), first),
            salt.session(&subject("a"), second),
            PairwiseSalt::generate(&OsEntropy).session(&subject("a"), first),
        ];
        assert!(!others.contains(&one), "{others:?}");
        assert_eq!(one.len(), 43);
    }

    #[test]
    fn a_sealed_salt_opens_under_its_master_key_alone() {
        let master = MasterKey::generate(&OsEntropy);
        let salt = PairwiseSalt::generate(&OsEntropy);
        let mut sealed = salt.seal(&master, &OsEntropy);
        let opened = PairwiseSalt::open(&sealed, &master).unwrap();
        let alice = subject("alice");
        assert_eq!(opened.subject("a", &alice), salt.subject("a", &alice));
        let other = MasterKey::generate(&OsEntropy);
        assert!(PairwiseSalt::open(&sealed, &other).is_err());
        sealed.ciphertext.pop();
        assert!(PairwiseSalt::open(&sealed, &master).is_err());
        assert_eq!(format!("{salt:?}"), "PairwiseSalt([redacted])");
    }
}
