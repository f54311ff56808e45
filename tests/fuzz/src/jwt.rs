//! Tokens: header, payload and signature, a line each. A line that begins with `{`, `[` or `"` is
//! encoded, any other stands in the token as it is. In all of them `@ES256` and its like is the `kid`
//! of our key, and `@header`, `@payload` and `@signature` are those of a good token.

use std::time::Duration;

use authly_crypto::entropy::OsEntropy;
use authly_crypto::jws::TokenType;
use authly_crypto::keyring::KeyRing;
use authly_crypto::keys::generate_signing_key;
use authly_crypto::master_key::MasterKey;
use authly_domain::clock::Timestamp;
use authly_domain::keys::{KeyPhase, SigningAlgorithm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::{Check, of_text};

pub(crate) fn start() -> Check {
    let now = Timestamp::from_unix_seconds(1_700_000_000).expect("a moment");
    let master = MasterKey::generate(&OsEntropy);
    let keys = SigningAlgorithm::ALL.map(|algorithm| {
        let key = generate_signing_key(algorithm, &master, now, &OsEntropy);
        let mut key = key.expect("a key can be made");
        key.phase = KeyPhase::Active { since: now };
        key
    });
    let ring = KeyRing::build(&keys, &master, now, Duration::from_mins(15));
    let ring = ring.expect("the keys are good");
    let goods = SigningAlgorithm::ALL.map(|algorithm| Good::sign(&ring, algorithm));
    of_text(move |case| {
        for good in &goods {
            let token = good.token_of(case, &ring);
            let verified = ring.verify(&token, Some(TokenType::AccessToken));
            assert_eq!(verified.is_ok(), token == good.text, "{token}");
            assert!(ring.verify(&token, Some(TokenType::Jwt)).is_err());
        }
        assert!(ring.verify(case, None).is_err());
    })
}

/// A token that we have signed.
struct Good {
    text: String,
    parts: [String; 3],
}

impl Good {
    fn sign(ring: &KeyRing, algorithm: SigningAlgorithm) -> Self {
        let claims = serde_json::json!({ "sub": "alice", "exp": 1_700_000_900 });
        let token = ring.sign(algorithm, TokenType::AccessToken, &claims);
        let text = token.expect("the ring signs");
        let parts: Vec<_> = text.split('.').map(str::to_owned).collect();
        let parts = parts.try_into().expect("a token has three parts");
        Self { text, parts }
    }

    /// The token that a case writes down.
    fn token_of(&self, case: &str, ring: &KeyRing) -> String {
        let mut case = case.to_owned();
        for algorithm in SigningAlgorithm::ALL {
            let kid = ring.active_kid(algorithm).expect("an active key").as_str();
            case = case.replace(&format!("@{algorithm}"), kid);
        }
        for (name, part) in ["@header", "@payload", "@signature"]
            .iter()
            .zip(&self.parts)
        {
            case = case.replace(name, part);
        }
        let parts = case.split('\n').map(|line| {
            if line.starts_with(['{', '[', '"']) {
                URL_SAFE_NO_PAD.encode(line)
            } else {
                line.to_owned()
            }
        });
        parts.collect::<Vec<_>>().join(".")
    }
}
