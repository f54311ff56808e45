use authly_domain::clients::{ClientJwks, ClientJwtFlaw};
use authly_domain::keys::SigningAlgorithm;
use josekit::jws::JwsSigner;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;
use crate::base64url;
use crate::client_jwt::ClientJwtVerifier;
use crate::jwk::{GeneratedKey, generate, signer};
use crate::jws::MAX_TOKEN_BYTES;

fn payload() -> Value {
    json!({ "iss": "app", "sub": "app", "aud": "https://auth.example", "exp": 1_780_000_000, "jti": "1" })
}

/// Signed with the header as it is: the library would write a `kid` of its own into it.
fn sign(header: &Value, payload: &[u8], signer: &dyn JwsSigner) -> String {
    let mut header = header.clone();
    header["alg"] = signer.algorithm().name().into();
    let input = [header.to_string().as_bytes(), payload]
        .map(base64url::encode)
        .join(".");
    let signature = signer.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", base64url::encode(signature))
}

fn by(key: &GeneratedKey, algorithm: SigningAlgorithm, header: &Value) -> ClientAssertion {
    let signer = signer(algorithm, key.private.as_bytes()).unwrap();
    let text = sign(header, payload().to_string().as_bytes(), &*signer);
    ClientAssertion::read(&text).unwrap()
}

/// The public half of a key, with these members of its own.
fn set(keys: &[(&GeneratedKey, Value)]) -> ClientJwks {
    let keys: Vec<_> = keys
        .iter()
        .map(|(key, more)| {
            let mut public = serde_json::to_value(&key.public.key).unwrap();
            public
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            public
        })
        .collect();
    serde_json::from_value(json!({ "keys": keys })).unwrap()
}

/// Text that nobody has signed.
fn unsigned(header: &str, payload: &str) -> Result<AssertionClaims, AssertionFlaw> {
    let text = [header, payload, "signature"]
        .map(base64url::encode)
        .join(".");
    ClientAssertion::read(&text).map(|assertion| assertion.claims)
}

#[test]
fn every_algorithm_is_verified_by_its_own_key() {
    let verifier = ClientJwtVerifier::default();
    for algorithm in SigningAlgorithm::ALL {
        let (key, other) = (generate(algorithm).unwrap(), generate(algorithm).unwrap());
        let assertion = by(&key, algorithm, &json!({}));
        assert_eq!(
            verifier.check(assertion.jwt(), &set(&[(&key, json!({}))])),
            Ok(())
        );
        assert_eq!(
            verifier.check(assertion.jwt(), &set(&[(&key, json!({}))])),
            Ok(()),
            "imported"
        );
        let both = set(&[(&other, json!({})), (&key, json!({}))]);
        assert_eq!(verifier.check(assertion.jwt(), &both), Ok(()));
        let foreign = verifier.check(assertion.jwt(), &set(&[(&other, json!({}))]));
        assert_eq!(foreign, Err(ClientJwtFlaw::Signature));
    }
}

#[test]
fn the_key_is_the_one_that_is_named_or_one_without_a_name() {
    let verifier = ClientJwtVerifier::default();
    let (key, other) = (
        generate(SigningAlgorithm::Es256).unwrap(),
        generate(SigningAlgorithm::Es256).unwrap(),
    );
    let named = by(&key, SigningAlgorithm::Es256, &json!({ "kid": "one" }));
    let unnamed = by(&key, SigningAlgorithm::Es256, &json!({}));
    for (keys, of_named, of_unnamed) in [
        (set(&[(&key, json!({ "kid": "one" }))]), Ok(()), Ok(())),
        (set(&[(&key, json!({}))]), Ok(()), Ok(())),
        (
            set(&[(&key, json!({ "kid": "two" }))]),
            Err(ClientJwtFlaw::UnknownKey),
            Ok(()),
        ),
        (
            set(&[
                (&other, json!({ "kid": "one" })),
                (&key, json!({ "kid": "two" })),
            ]),
            Err(ClientJwtFlaw::Signature),
            Ok(()),
        ),
        (
            set(&[]),
            Err(ClientJwtFlaw::UnknownKey),
            Err(ClientJwtFlaw::UnknownKey),
        ),
    ] {
        assert_eq!(verifier.check(named.jwt(), &keys), of_named, "{keys:?}");
        assert_eq!(verifier.check(unnamed.jwt(), &keys), of_unnamed, "{keys:?}");
    }
}

#[test]
fn a_key_that_is_for_something_else_does_not_count() {
    let verifier = ClientJwtVerifier::default();
    let key = generate(SigningAlgorithm::Ps256).unwrap();
    let assertion = by(&key, SigningAlgorithm::Ps256, &json!({}));
    for more in [
        json!({ "use": "enc" }),
        json!({ "key_ops": ["wrapKey"] }),
        json!({ "alg": "RS256" }),
    ] {
        let refused = verifier.check(assertion.jwt(), &set(&[(&key, more.clone())]));
        assert_eq!(refused, Err(ClientJwtFlaw::UnknownKey), "{more}");
    }
    for more in [
        json!({ "use": "sig" }),
        json!({ "alg": "PS256", "key_ops": ["verify"] }),
    ] {
        assert_eq!(
            verifier.check(assertion.jwt(), &set(&[(&key, more)])),
            Ok(())
        );
    }
}

#[test]
fn what_is_signed_with_nothing_or_with_a_shared_secret_is_refused() {
    for alg in [
        "none", "None", "HS256", "HS512", "RS512", "ES512", "", "RSA1_5",
    ] {
        let header = json!({ "alg": alg }).to_string();
        let refused = unsigned(&header, &payload().to_string());
        assert_eq!(
            refused,
            Err(AssertionFlaw::Jwt(ClientJwtFlaw::Algorithm)),
            "{alg}"
        );
    }
}

#[test]
fn a_key_that_comes_along_proves_nothing() {
    let verifier = ClientJwtVerifier::default();
    let (key, other) = (
        generate(SigningAlgorithm::Es256).unwrap(),
        generate(SigningAlgorithm::Es256).unwrap(),
    );
    let header = json!({ "jwk": key.public.key, "jku": "https://evil.example/jwks" });
    let assertion = by(&key, SigningAlgorithm::Es256, &header);
    let refused = verifier.check(assertion.jwt(), &set(&[(&other, json!({}))]));
    assert_eq!(refused, Err(ClientJwtFlaw::Signature));
}

#[test]
fn other_types_of_token_are_no_assertions() {
    let read = |typ: Value| {
        let header = json!({ "alg": "ES256", "typ": typ }).to_string();
        unsigned(&header, &payload().to_string()).map(|_claims| ())
    };
    for typ in ["JWT", "jwt", "client-authentication+jwt"] {
        assert_eq!(read(json!(typ)), Ok(()), "{typ}");
    }
    for typ in [
        json!("at+jwt"),
        json!("dpop+jwt"),
        json!("logout+jwt"),
        json!(""),
        json!(1),
        json!(null),
    ] {
        assert_eq!(
            read(typ.clone()),
            Err(AssertionFlaw::Jwt(ClientJwtFlaw::Type)),
            "{typ}"
        );
    }
}

#[test]
fn a_claim_that_is_missing_or_of_another_type_is_named() {
    let read = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut payload = payload();
        change(payload.as_object_mut().unwrap());
        unsigned(r#"{"alg":"ES256"}"#, &payload.to_string())
    };
    for name in ["iss", "sub", "aud", "exp", "jti"] {
        let missing = read(&|claims| drop(claims.remove(name)));
        assert_eq!(missing, Err(AssertionFlaw::Claim(name)), "{name}");
        for wrong in [json!(null), json!({}), json!(true), json!("")] {
            let is_empty_audience = name == "aud" && wrong == json!("");
            let refused = read(&|claims| drop(claims.insert(name.to_owned(), wrong.clone())));
            if !is_empty_audience {
                assert_eq!(refused, Err(AssertionFlaw::Claim(name)), "{name} {wrong}");
            }
        }
    }
    for (name, wrong) in [
        ("iss", json!(1)),
        ("aud", json!(["a", 1])),
        ("aud", json!(1)),
        ("exp", json!("1780000000")),
        ("exp", json!(1e300)),
        ("exp", json!(-1e300)),
        ("nbf", json!("0")),
        ("iat", json!(null)),
        ("iat", json!(u64::MAX)),
    ] {
        let refused = read(&|claims| drop(claims.insert(name.to_owned(), wrong.clone())));
        assert_eq!(refused, Err(AssertionFlaw::Claim(name)), "{name} {wrong}");
    }
    let fraction = read(&|claims| drop(claims.insert("exp".to_owned(), json!(1_780_000_000.9))));
    assert_eq!(fraction.unwrap().exp, 1_780_000_000);
}

#[test]
fn what_is_no_strict_jwt_is_malformed() {
    let long = "a".repeat(MAX_TOKEN_BYTES + 1);
    for text in [
        "",
        "a",
        "a.b",
        "a.b.c",
        "a.b.c.d.e",
        "....",
        "eyJhbGciOiJFUzI1NiJ9.e30",
        &long,
    ] {
        let refused = ClientAssertion::read(text).map(|_read| ());
        assert_eq!(
            refused,
            Err(AssertionFlaw::Jwt(ClientJwtFlaw::Malformed)),
            "{text:.20}"
        );
    }
    for (header, payload) in [
        (r#"{"alg":"ES256","alg":"ES256"}"#, "{}"),
        (r#"{"alg":"ES256","crit":["b64"],"b64":true}"#, "{}"),
        (r#"{"alg":"ES256","kid":1}"#, "{}"),
        (r#"{"alg":1}"#, "{}"),
        ("[]", "{}"),
        (r#"{"alg":"ES256"}"#, "[]"),
        (r#"{"alg":"ES256"}"#, r#"{"iss":"a","iss":"a"}"#),
        (r#"{"alg":"ES256"}"#, "{"),
        (r#"{"alg":"ES256"}"#, r#"{"exp":1e400}"#),
    ] {
        let refused = unsigned(header, payload).map(|_read| ());
        assert_eq!(
            refused,
            Err(AssertionFlaw::Jwt(ClientJwtFlaw::Malformed)),
            "{header} {payload}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn nothing_makes_the_reader_panic(text in "\\PC{0,80}", header in "\\PC{0,40}", payload in "\\PC{0,60}") {
        drop(ClientAssertion::read(&text));
        drop(unsigned(&header, &payload));
        drop(unsigned(r#"{"alg":"ES256"}"#, &payload));
    }
}
