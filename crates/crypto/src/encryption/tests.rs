use authly_domain::keys::PublicKey;
use josekit::jwe::JweDecrypter;
use josekit::jwe::alg::ecdh_es::EcdhEsJweAlgorithm as Agreement;
use josekit::jwe::alg::rsaes::RsaesJweAlgorithm::RsaOaep256;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ecx::EcxCurve;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;

fn public(key: &Jwk) -> ClientJwk {
    let key = serde_json::to_value(key.to_public_key().unwrap().as_ref()).unwrap();
    ClientJwk {
        key: serde_json::from_value::<PublicKey>(key).unwrap(),
        kid: Some("the key".to_owned()),
        key_use: None,
        key_ops: None,
        alg: None,
    }
}

fn decrypter(alg: KeyManagement, key: &Jwk) -> Box<dyn JweDecrypter> {
    let agreement = match alg {
        KeyManagement::RsaOaep256 => {
            return Box::new(RsaOaep256.decrypter_from_jwk(key).unwrap());
        }
        KeyManagement::EcdhEs => Agreement::EcdhEs,
        KeyManagement::EcdhEsA128Kw => Agreement::EcdhEsA128kw,
        KeyManagement::EcdhEsA256Kw => Agreement::EcdhEsA256kw,
    };
    Box::new(agreement.decrypter_from_jwk(key).unwrap())
}

fn keys_for(alg: KeyManagement) -> Vec<Jwk> {
    if alg == KeyManagement::RsaOaep256 {
        return vec![Jwk::generate_rsa_key(2_048).unwrap()];
    }
    let curves = [EcCurve::P256, EcCurve::P384, EcCurve::P521];
    let points = curves.map(|curve| Jwk::generate_ec_key(curve).unwrap());
    let mut keys = Vec::from(points);
    keys.push(Jwk::generate_ecx_key(EcxCurve::X25519).unwrap());
    keys
}

#[test]
fn what_is_encrypted_can_be_read_by_its_recipient_in_every_way() {
    for alg in KeyManagement::ALL {
        for key in keys_for(alg) {
            for enc in ContentEncryption::ALL {
                let encrypter = Encrypter::import(alg, enc, &public(&key)).unwrap();
                let decrypter = decrypter(alg, &key);
                let read = |token: &str| jwe::deserialize_compact(token, &*decrypter).unwrap();

                let (content, header) = read(&encrypter.nested("a.b.c").unwrap());
                assert_eq!(content, b"a.b.c");
                assert_eq!(header.algorithm(), Some(alg.as_str()));
                assert_eq!(header.content_encryption(), Some(enc.as_str()));
                assert_eq!(header.key_id(), Some("the key"));
                assert_eq!(header.content_type(), Some("JWT"));
                assert_eq!(header.compression(), None);

                let claims = json!({ "sub": "alice" });
                let (content, header) = read(&encrypter.claims(&claims).unwrap());
                assert_eq!(serde_json::from_slice::<Value>(&content).unwrap(), claims);
                assert_eq!(header.content_type(), None);
            }
        }
    }
}

#[test]
fn nothing_is_encrypted_twice_alike() {
    let key = Jwk::generate_ec_key(EcCurve::P256).unwrap();
    let (alg, enc) = (KeyManagement::EcdhEs, ContentEncryption::A256Gcm);
    let encrypter = Encrypter::import(alg, enc, &public(&key)).unwrap();
    let [first, second] = [(), ()].map(|()| encrypter.nested("a.b.c").unwrap());
    let parts = first.split('.').zip(second.split('.'));
    // The key that is agreed upon is that of the content: there is no part for it.
    let alike: Vec<_> = parts.filter(|(one, other)| one == other).collect();
    assert_eq!(alike, [("", "")]);
}

#[test]
fn a_key_of_another_kind_is_refused() {
    let (rsa, ec) = (
        Jwk::generate_rsa_key(2_048).unwrap(),
        Jwk::generate_ec_key(EcCurve::P256).unwrap(),
    );
    let enc = ContentEncryption::A128Gcm;
    for (alg, key) in [
        (KeyManagement::RsaOaep256, &ec),
        (KeyManagement::EcdhEs, &rsa),
        (KeyManagement::EcdhEsA256Kw, &rsa),
    ] {
        let refused = Encrypter::import(alg, enc, &public(key));
        assert!(matches!(refused, Err(EncryptionError::Key(_))), "{alg:?}");
    }
}
