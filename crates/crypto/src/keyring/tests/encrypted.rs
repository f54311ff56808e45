//! What clients encrypt to us, and what only looks like it.

use authly_domain::clients::{ClientJwk, ClientJwtFlaw};
use authly_domain::keys::{ContentEncryption, EncryptionKeyRecord, KeyManagement, PublicKey};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{FIXTURE, QUARTER_HOUR, jwks, now};
use crate::base64url;
use crate::encryption::Encrypter;
use crate::entropy::OsEntropy;
use crate::keyring::KeyRing;
use crate::keys::generate_encryption_key;
use crate::master_key::MasterKey;

fn made() -> EncryptionKeyRecord {
    generate_encryption_key(&FIXTURE.master, now(), &OsEntropy).unwrap()
}

fn ring(keys: &[EncryptionKeyRecord]) -> KeyRing {
    let ring = KeyRing::build(&FIXTURE.records, &FIXTURE.master, now(), QUARTER_HOUR).unwrap();
    ring.with_encryption_keys(keys, &FIXTURE.master).unwrap()
}

/// What encrypts to a key as a client does that has found it in the key set.
fn encrypter(
    key: &EncryptionKeyRecord,
    alg: KeyManagement,
    enc: ContentEncryption,
    kid: Option<&str>,
) -> Encrypter {
    let public: PublicKey = serde_json::from_str(&key.public_jwk).unwrap();
    let key = ClientJwk {
        key: public,
        kid: kid.map(str::to_owned),
        key_use: None,
        key_ops: None,
        alg: None,
    };
    Encrypter::import(alg, enc, &key).unwrap()
}

fn token(key: &EncryptionKeyRecord, kid: Option<&str>) -> String {
    let encrypter = encrypter(key, KeyManagement::EcdhEs, ContentEncryption::A128Gcm, kid);
    encrypter.nested("a.b.c").unwrap()
}

/// The token with another header, as if it had been encrypted so.
fn with_header(token: &str, change: impl FnOnce(&mut Value)) -> String {
    let (header, rest) = token.split_once('.').unwrap();
    let mut header = serde_json::from_slice(&base64url::decode(header).unwrap()).unwrap();
    change(&mut header);
    format!("{}.{rest}", base64url::encode(header.to_string()))
}

/// The token with another part.
fn with_part(token: &str, place: usize, part: &str) -> String {
    let mut parts: Vec<_> = token.split('.').collect();
    parts[place] = part;
    parts.join(".")
}

fn flaw(ring: &KeyRing, token: &str) -> ClientJwtFlaw {
    ring.decrypt(token).unwrap_err()
}

#[test]
fn whatever_is_encrypted_in_a_way_that_is_offered_opens() {
    let key = made();
    let ring = ring(std::slice::from_ref(&key));
    for alg in KeyManagement::OPENED {
        for enc in ContentEncryption::OPENED {
            for kid in [None, Some(key.kid.as_str())] {
                let token = encrypter(&key, alg, enc, kid).nested("a.b.c").unwrap();
                assert!(KeyRing::is_encrypted(&token));
                assert_eq!(*ring.decrypt(&token).unwrap(), "a.b.c");
            }
        }
    }
    assert!(!KeyRing::is_encrypted("a.b.c"));
}

#[test]
fn the_key_is_published_without_its_private_half_until_it_is_replaced() {
    let (old, new) = (made(), made());
    let before = ring(std::slice::from_ref(&old));
    let set = jwks(&before);
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 5);
    let names: Vec<_> = keys[4].as_object().unwrap().keys().collect();
    assert_eq!(names, ["kty", "crv", "x", "y", "kid", "use"]);
    assert_eq!(keys[4]["kid"], old.kid.as_str());
    assert_eq!(keys[4]["use"], "enc");

    let replaced = EncryptionKeyRecord {
        replaced_at: Some(now()),
        ..old.clone()
    };
    let after = ring(&[replaced, new.clone()]);
    assert_eq!(jwks(&after)["keys"][4]["kid"], new.kid.as_str());
    assert_eq!(jwks(&after)["keys"].as_array().unwrap().len(), 5);
    assert_ne!(after.jwks_etag(), before.jwks_etag());
    // A client may have a copy of the former set.
    for kid in [None, Some(old.kid.as_str())] {
        assert_eq!(*after.decrypt(&token(&old, kid)).unwrap(), "a.b.c");
    }
}

#[test]
fn what_is_encrypted_in_another_way_is_not_even_tried() {
    let key = made();
    let ring = ring(std::slice::from_ref(&key));
    let token = token(&key, None);
    let otherwise = ClientJwtFlaw::EncryptedOtherwise;
    for (name, value) in [
        ("alg", json!("RSA-OAEP-256")),
        ("alg", json!("RSA1_5")),
        ("alg", json!("dir")),
        ("alg", json!("PBES2-HS256+A128KW")),
        ("enc", json!("A128CBC-HS256")),
        ("enc", json!("A192GCM")),
        ("zip", json!("DEF")),
        ("crit", json!(["exp"])),
    ] {
        let other = with_header(&token, |header| header[name] = value.clone());
        assert_eq!(flaw(&ring, &other), otherwise, "{name}: {value}");
    }
    // By the library itself, not by its name alone.
    let cbc = ContentEncryption::A256CbcHs512;
    let cbc = encrypter(&key, KeyManagement::EcdhEs, cbc, None);
    assert_eq!(flaw(&ring, &cbc.nested("a.b.c").unwrap()), otherwise);
}

#[test]
fn what_is_for_others_or_was_changed_does_not_open() {
    let key = made();
    let ring = ring(std::slice::from_ref(&key));
    let others = made();
    let named = token(&others, Some(others.kid.as_str()));
    assert_eq!(flaw(&ring, &named), ClientJwtFlaw::EncryptedToOthers);
    let closed = ClientJwtFlaw::DoesNotOpen;
    assert_eq!(flaw(&ring, &token(&others, None)), closed);

    let token = token(&key, None);
    assert_eq!(*ring.decrypt(&token).unwrap(), "a.b.c");
    let none = base64url::encode([0; 16]);
    assert_eq!(flaw(&ring, &with_part(&token, 4, &none)), closed);
    assert_eq!(flaw(&ring, &with_part(&token, 3, "AAAA")), closed);
    assert_eq!(flaw(&ring, &with_part(&token, 3, "")), closed);
    let signed = with_header(&token, |header| header["typ"] = json!("JWT"));
    assert_eq!(flaw(&ring, &signed), closed);
    let zeros = base64url::encode([0; 32]);
    let nowhere = json!({"kty": "EC", "crv": "P-256", "x": zeros, "y": zeros});
    let nowhere = with_header(&token, |header| header["epk"] = nowhere);
    assert_eq!(flaw(&ring, &nowhere), closed);
}

/// Authlib and others leave out the zeros that a coordinate begins with.
#[test]
fn a_key_of_the_sender_s_that_is_not_whole_is_named() {
    let key = made();
    let ring = ring(std::slice::from_ref(&key));
    let token = token(&key, None);
    let whole = base64url::encode([7; 32]);
    let short = base64url::encode([7; 31]);
    for epk in [
        json!(null),
        json!({}),
        json!({"kty": "EC", "crv": "P-256", "x": whole}),
        json!({"kty": "EC", "crv": "P-256", "x": whole, "y": short}),
        json!({"kty": "EC", "crv": "P-256", "x": short, "y": whole}),
        json!({"kty": "EC", "crv": "P-384", "x": whole, "y": whole}),
        json!({"kty": "OKP", "crv": "X25519", "x": whole}),
    ] {
        let other = with_header(&token, |header| header["epk"] = epk.clone());
        assert_eq!(flaw(&ring, &other), ClientJwtFlaw::EphemeralKey, "{epk}");
    }
}

#[test]
fn lengths_that_the_libraries_would_trust_are_refused() {
    let key = made();
    let ring = ring(std::slice::from_ref(&key));
    let direct = token(&key, None);
    let alg = KeyManagement::EcdhEsA128Kw;
    let wrapped = encrypter(&key, alg, ContentEncryption::A128Gcm, None);
    let wrapped = wrapped.nested("a.b.c").unwrap();
    let zeros = |count: usize| base64url::encode(vec![0; count]);
    let malformed = ClientJwtFlaw::Malformed;
    for (token, place, length) in [
        (&direct, 1, 24),
        (&wrapped, 1, 0),
        (&wrapped, 1, 7),
        (&wrapped, 1, 40),
        (&direct, 2, 0),
        (&direct, 2, 100),
        (&direct, 4, 0),
        (&direct, 4, 4),
        (&direct, 4, 15),
    ] {
        let token = with_part(token, place, &zeros(length));
        assert_eq!(flaw(&ring, &token), malformed, "{place}: {length}");
    }
    let header =
        |name: &'static str, value: Value| with_header(&direct, |header| header[name] = value);
    for token in [
        "....".to_owned(),
        with_part(&direct, 0, "AA"),
        with_part(&direct, 2, "not base64url!"),
        format!("{direct}.AA"),
        header("kid", json!(7)),
        header("alg", json!(7)),
        header("enc", json!(null)),
        with_part(&direct, 3, &"A".repeat(30_000)),
    ] {
        assert_eq!(flaw(&ring, &token), malformed, "{token:.80}");
    }
}

#[test]
fn a_record_that_holds_no_key_of_ours_builds_no_ring() {
    let key = made();
    let other = MasterKey::generate(&OsEntropy);
    let build = |records: &[EncryptionKeyRecord], master: &MasterKey| {
        let ring = KeyRing::build(&[], master, now(), QUARTER_HOUR).unwrap();
        let built = ring.with_encryption_keys(records, master);
        built.unwrap_err().to_string()
    };
    let sealed = build(std::slice::from_ref(&key), &other);
    assert!(sealed.contains("does not open"), "{sealed}");
    let exchanged = EncryptionKeyRecord {
        public_jwk: made().public_jwk,
        ..key
    };
    let exchanged = build(&[exchanged], &FIXTURE.master);
    assert!(exchanged.contains("public half"), "{exchanged}");
}

proptest! {
    #[test]
    fn nothing_that_comes_breaks_the_ring(
        header in r#"\{"alg":"ECDH-ES(\+A128KW)?","enc":"A(128|256)GCM"(,"epk":\{[a-z":,A-Z0-9-]{0,60}\})?(,"ap[uv]":"[A-Za-z0-9=]{0,20}")?\}"#,
        parts in prop::collection::vec("[A-Za-z0-9_-]{0,48}", 0..6),
    ) {
        let ring = ring(&[made()]);
        let token = [base64url::encode(&header)].into_iter().chain(parts);
        let token = token.collect::<Vec<_>>().join(".");
        prop_assert!(ring.decrypt(&token).is_err());
    }
}
