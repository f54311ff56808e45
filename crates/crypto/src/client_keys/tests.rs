use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;

/// RFC 7638 §3.1.
const N: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPe\
    bWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368Q\
    QMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2N\
    cRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
/// RFC 7517 appendix A.1.
const X: &str = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
const Y: &str = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
/// RFC 8037 appendix A.2 and A.6.
const ED25519: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const X25519: &str = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";

fn rsa() -> Value {
    json!({ "kty": "RSA", "n": N, "e": "AQAB" })
}

fn p256() -> Value {
    json!({ "kty": "EC", "crv": "P-256", "x": X, "y": Y })
}

fn okp(crv: &str, x: &str) -> Value {
    json!({ "kty": "OKP", "crv": crv, "x": x })
}

/// The key with these members in addition, or in the place of its own.
fn with(mut key: Value, more: &Value) -> Value {
    let more = more.as_object().unwrap().clone();
    key.as_object_mut().unwrap().extend(more);
    key
}

fn read_all(keys: &[Value]) -> Result<ClientJwks, Vec<JwksFlaw>> {
    read(json!({ "keys": keys }).to_string().as_bytes())
}

/// What is wrong about one key.
fn flaw(key: Value) -> Option<JwkError> {
    let flaws = read_all(&[key]).err()?;
    assert_eq!(
        flaws.iter().map(|flaw| flaw.key).collect::<Vec<_>>(),
        [Some(0)]
    );
    flaws.first().map(|flaw| flaw.why)
}

#[test]
fn keys_of_every_kind_are_read_with_what_is_said_of_them() {
    let p384 = josekit::jwk::Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P384).unwrap();
    let p521 = josekit::jwk::Jwk::generate_ec_key(josekit::jwk::alg::ec::EcCurve::P521).unwrap();
    let public = |key: josekit::jwk::Jwk| {
        serde_json::from_str::<Value>(&key.to_public_key().unwrap().to_string()).unwrap()
    };
    let keys = [
        with(rsa(), &json!({ "kid": "a", "use": "sig", "alg": "PS256" })),
        with(
            rsa(),
            &json!({ "use": "enc", "key_ops": ["wrapKey"], "alg": "RSA-OAEP-256" }),
        ),
        with(
            p256(),
            &json!({ "kid": "b", "key_ops": ["deriveKey", "deriveBits"] }),
        ),
        public(p384),
        public(p521),
        with(okp("Ed25519", ED25519), &json!({ "alg": "EdDSA" })),
        with(okp("X25519", X25519), &json!({ "alg": "ECDH-ES+A256KW" })),
    ];
    let read = read_all(&keys).unwrap();
    let shown = serde_json::to_value(&read).unwrap();
    assert_eq!(shown["keys"].as_array().unwrap().as_slice(), keys);
    let again: ClientJwks = serde_json::from_value(shown).unwrap();
    assert_eq!(again, read);
}

#[test]
fn members_that_we_do_not_know_are_left_out() {
    let key = with(
        p256(),
        &json!({ "x5c": ["AA"], "x5u": "https://a.example", "iat": 1 }),
    );
    let read = read_all(&[key]).unwrap();
    assert_eq!(
        serde_json::to_value(&read).unwrap(),
        json!({ "keys": [p256()] })
    );
}

#[test]
fn private_and_symmetric_keys_are_refused() {
    assert_eq!(
        flaw(json!({ "kty": "oct", "k": "AAAA" })),
        Some(JwkError::Secret)
    );
    assert_eq!(flaw(json!({ "kty": "oct" })), Some(JwkError::Secret));
    for name in SECRET {
        assert_eq!(
            flaw(with(p256(), &json!({ name: "AA" }))),
            Some(JwkError::Secret),
            "{name}"
        );
        assert_eq!(
            flaw(with(rsa(), &json!({ name: null }))),
            Some(JwkError::Secret),
            "{name}"
        );
    }
}

#[test]
fn weak_keys_are_refused() {
    let n = |bytes: usize, first: u8, last: u8| {
        let mut number = vec![0xA5; bytes];
        number[0] = first;
        number[bytes - 1] = last;
        json!({ "n": base64url::encode(number) })
    };
    for (key, why) in [
        (with(rsa(), &n(255, 0xFF, 1)), JwkError::Length),
        (with(rsa(), &n(256, 0x7F, 1)), JwkError::Length),
        (with(rsa(), &n(1_025, 1, 1)), JwkError::Length),
        (with(rsa(), &n(256, 0x80, 2)), JwkError::NoKey),
        (with(rsa(), &n(257, 0, 1)), JwkError::Number("n")),
        (with(rsa(), &json!({ "e": "AQ" })), JwkError::Exponent),
        (with(rsa(), &json!({ "e": "AQAA" })), JwkError::Exponent),
        (with(rsa(), &json!({ "e": "AQAAAAE" })), JwkError::Exponent),
        (with(rsa(), &json!({ "e": "" })), JwkError::Number("e")),
        // No point of the curve, and none at all.
        (with(p256(), &json!({ "y": X })), JwkError::NoKey),
        (with(p256(), &json!({ "y": "AA" })), JwkError::Number("y")),
        // Points that give everybody the secret zero.
        (okp("X25519", &base64url::encode([0; 32])), JwkError::NoKey),
        (
            okp("X25519", &base64url::encode([&[1][..], &[0; 31]].concat())),
            JwkError::NoKey,
        ),
        (okp("Ed25519", "AA"), JwkError::Number("x")),
    ] {
        assert_eq!(flaw(key.clone()), Some(why), "{key}");
    }
}

#[test]
fn of_keys_that_are_kept_elsewhere_those_are_read_that_could_be_registered() {
    let short = json!({ "n": base64url::encode([0xFF; 128]) });
    let keys = [
        with(rsa(), &short),
        with(p256(), &json!({ "y": X })),
        with(p256(), &json!({ "d": X })),
        json!({ "kty": "oct", "k": "AAAA" }),
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" }),
        json!(7),
        with(p256(), &json!({ "kid": "sound" })),
    ];
    let read = read_usable(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
    let names: Vec<_> = read.keys().iter().map(|key| key.kid.as_deref()).collect();
    assert_eq!(names, [Some("sound")]);
}

#[test]
fn what_is_no_key_that_is_known_is_refused() {
    for (key, why) in [
        (json!("key"), JwkError::NotAnObject),
        (json!({}), JwkError::Member("kty")),
        (json!({ "kty": 7 }), JwkError::Member("kty")),
        (json!({ "kty": "rsa" }), JwkError::Unknown),
        (json!({ "kty": "RSA" }), JwkError::Member("n")),
        (
            json!({ "kty": "EC", "crv": "P-256", "x": X }),
            JwkError::Member("y"),
        ),
        (
            with(p256(), &json!({ "crv": "secp256k1" })),
            JwkError::Unknown,
        ),
        (
            with(p256(), &json!({ "crv": "Ed25519" })),
            JwkError::Unknown,
        ),
        (with(p256(), &json!({ "x": "+/" })), JwkError::Number("x")),
        (okp("Ed448", ED25519), JwkError::Unknown),
        (with(rsa(), &json!({ "kid": "" })), JwkError::Kid),
        (with(rsa(), &json!({ "kid": "a\u{0}" })), JwkError::Kid),
        (
            with(rsa(), &json!({ "kid": "k".repeat(257) })),
            JwkError::Kid,
        ),
        (with(rsa(), &json!({ "kid": 1 })), JwkError::Member("kid")),
    ] {
        assert_eq!(flaw(key.clone()), Some(why), "{key}");
    }
}

#[test]
fn use_operations_and_algorithm_have_to_be_known_and_to_agree() {
    for (key, why) in [
        (with(rsa(), &json!({ "use": "tls" })), JwkError::Purpose),
        (
            with(rsa(), &json!({ "use": "sig", "key_ops": ["wrapKey"] })),
            JwkError::Purpose,
        ),
        (
            with(rsa(), &json!({ "use": "enc", "alg": "RS256" })),
            JwkError::Purpose,
        ),
        (
            with(rsa(), &json!({ "use": "sig", "alg": "RSA-OAEP-256" })),
            JwkError::Purpose,
        ),
        (
            with(rsa(), &json!({ "key_ops": ["sign"] })),
            JwkError::Purpose,
        ),
        (
            with(rsa(), &json!({ "key_ops": ["verify", "verify"] })),
            JwkError::Purpose,
        ),
        (with(rsa(), &json!({ "key_ops": [] })), JwkError::Purpose),
        (
            with(rsa(), &json!({ "key_ops": "verify" })),
            JwkError::Member("key_ops"),
        ),
        (
            with(rsa(), &json!({ "alg": "RSA1_5" })),
            JwkError::Algorithm,
        ),
        (
            with(rsa(), &json!({ "alg": "RSA-OAEP" })),
            JwkError::Algorithm,
        ),
        (with(rsa(), &json!({ "alg": "none" })), JwkError::Algorithm),
        (with(rsa(), &json!({ "alg": "HS256" })), JwkError::Algorithm),
        (with(rsa(), &json!({ "alg": "ES256" })), JwkError::Algorithm),
        (
            with(p256(), &json!({ "alg": "ES384" })),
            JwkError::Algorithm,
        ),
        (
            with(okp("X25519", X25519), &json!({ "alg": "EdDSA" })),
            JwkError::Algorithm,
        ),
        (
            with(okp("Ed25519", ED25519), &json!({ "alg": "ECDH-ES" })),
            JwkError::Algorithm,
        ),
    ] {
        assert_eq!(flaw(key.clone()), Some(why), "{key}");
    }
}

#[test]
fn every_wrong_key_is_named_and_so_is_a_kid_that_two_have() {
    let named = |kid: &str| with(p256(), &json!({ "kid": kid }));
    let keys = [
        named("a"),
        json!(1),
        p256(),
        p256(),
        named("a"),
        json!({ "kty": "oct" }),
    ];
    let flaws = read_all(&keys).unwrap_err();
    let expected = [
        (1, JwkError::NotAnObject),
        (4, JwkError::SameKid),
        (5, JwkError::Secret),
    ];
    let expected = expected.map(|(at, why)| JwksFlaw { key: Some(at), why });
    assert_eq!(flaws, expected);
}

#[test]
fn a_set_is_one_bounded_document_that_says_nothing_twice() {
    let many = vec![p256(); MAX_KEYS + 1];
    let twice =
        format!(r#"{{"keys":[{{"kty":"EC","kty":"EC","crv":"P-256","x":"{X}","y":"{Y}"}}]}}"#);
    let large = format!(
        r#"{{"keys":[{}],"more":"{}"}}"#,
        p256(),
        "x".repeat(MAX_JWKS_BYTES)
    );
    for (document, why) in [
        (json!([p256()]).to_string(), JwkError::NotASet),
        (json!({ "keys": p256() }).to_string(), JwkError::NotASet),
        (p256().to_string(), JwkError::NotASet),
        (json!({ "keys": [] }).to_string(), JwkError::Count),
        (json!({ "keys": many }).to_string(), JwkError::Count),
        (twice, JwkError::Json(StrictJsonError::DuplicateMember)),
        (large, JwkError::Json(StrictJsonError::TooLarge)),
        ("{".to_owned(), JwkError::Json(StrictJsonError::Malformed)),
    ] {
        let flaws = read(document.as_bytes()).unwrap_err();
        assert_eq!(flaws, [JwksFlaw { key: None, why }], "{document:.80}");
    }
    assert!(read_all(&vec![p256(); MAX_KEYS]).is_ok());
}
