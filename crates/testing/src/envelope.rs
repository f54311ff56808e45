//! What clients encrypt to the server, with a library that is not the server's alone.

use authly_crypto::encryption::Encrypter;
use authly_domain::clients::ClientJwk;
use authly_domain::keys::{ContentEncryption, KeyManagement, PublicKey};
use serde_json::Value;

/// The key for encryption in a key set as it is published.
///
/// # Panics
/// When there is not exactly one.
#[must_use]
pub fn encryption_key(key_set: &[u8]) -> Value {
    let set: Value = serde_json::from_slice(key_set).expect("the key set is JSON");
    let keys = set["keys"].as_array().expect("it has keys");
    let mut keys = keys.iter().filter(|key| key["use"] == "enc");
    let key = keys.next().expect("there is a key for encryption");
    assert_eq!(keys.next(), None);
    key.clone()
}

/// A signed token, encrypted to this key of a key set.
///
/// # Panics
/// When that cannot be done.
#[must_use]
pub fn encrypt(key: &Value, (alg, enc): (KeyManagement, ContentEncryption), token: &str) -> String {
    let public: PublicKey = serde_json::from_value(key.clone()).expect("it is a key");
    let key = ClientJwk {
        key: public,
        kid: key["kid"].as_str().map(str::to_owned),
        key_use: None,
        key_ops: None,
        alg: None,
    };
    let encrypter = Encrypter::import(alg, enc, &key).expect("the key is of this kind");
    encrypter.nested(token).expect("a token can be encrypted")
}
