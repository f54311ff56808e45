//! Tokens that somebody else made or changed.

use hmac::{Hmac, KeyInit as _, Mac as _};
use pretty_assertions::assert_eq;
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use serde_json::json;
use sha2::Sha256;

use super::{FIXTURE, claims};
use crate::base64url;
use crate::jws::{MAX_TOKEN_BYTES, TokenType, VerifyError};
use crate::strict_json::StrictJsonError;
use authly_domain::keys::SigningAlgorithm;

/// A good token: its three parts.
fn parts(algorithm: SigningAlgorithm) -> [String; 3] {
    let token = FIXTURE
        .ring
        .sign(algorithm, TokenType::AccessToken, &claims())
        .unwrap();
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts.try_into().unwrap()
}

fn kid(algorithm: SigningAlgorithm) -> &'static str {
    FIXTURE.ring.active_kid(algorithm).unwrap().as_str()
}

fn refusal(token: &str) -> VerifyError {
    FIXTURE
        .ring
        .verify(token, Some(TokenType::AccessToken))
        .unwrap_err()
}

/// What a token with this header text, and an ES256 payload and signature, is refused for.
fn refusal_of_header(header: &str) -> VerifyError {
    let [_, payload, signature] = parts(SigningAlgorithm::Es256);
    refusal(&format!(
        "{}.{payload}.{signature}",
        base64url::encode(header)
    ))
}

#[test]
fn the_algorithm_none_is_refused_with_and_without_a_signature() {
    let [_, payload, signature] = parts(SigningAlgorithm::Es256);
    for alg in ["none", "None", "NONE", ""] {
        let header = json!({ "alg": alg, "typ": "at+jwt", "kid": kid(SigningAlgorithm::Es256) });
        let header = base64url::encode(header.to_string());
        assert_eq!(
            refusal(&format!("{header}.{payload}.")),
            VerifyError::Algorithm
        );
        assert_eq!(
            refusal(&format!("{header}.{payload}.{signature}")),
            VerifyError::Algorithm
        );
    }
}

#[test]
fn an_hmac_over_our_public_key_is_refused() {
    let algorithm = SigningAlgorithm::Rs256;
    let public = FIXTURE.records[0].public_jwk.as_bytes();
    for alg in ["HS256", "RS256"] {
        let header = json!({ "alg": alg, "typ": "at+jwt", "kid": kid(algorithm) });
        let [_, payload, _] = parts(algorithm);
        let input = format!("{}.{payload}", base64url::encode(header.to_string()));
        let mut code = Hmac::<Sha256>::new_from_slice(public).unwrap();
        code.update(input.as_bytes());
        let token = format!(
            "{input}.{}",
            base64url::encode(code.finalize().into_bytes())
        );
        let expected = if alg == "HS256" {
            VerifyError::Algorithm
        } else {
            VerifyError::Signature
        };
        assert_eq!(refusal(&token), expected);
    }
}

#[test]
fn a_key_verifies_its_own_algorithm_only() {
    for signed in SigningAlgorithm::ALL {
        for claimed in SigningAlgorithm::ALL
            .into_iter()
            .filter(|other| *other != signed)
        {
            let [_, payload, signature] = parts(signed);
            let forge = |kid: &str| {
                let header = json!({ "alg": claimed.as_str(), "typ": "at+jwt", "kid": kid });
                format!(
                    "{}.{payload}.{signature}",
                    base64url::encode(header.to_string())
                )
            };
            assert_eq!(refusal(&forge(kid(signed))), VerifyError::Algorithm);
            assert_eq!(refusal(&forge(kid(claimed))), VerifyError::Signature);
        }
    }
}

#[test]
fn a_changed_header_payload_or_signature_is_refused_for_every_algorithm() {
    for algorithm in SigningAlgorithm::ALL {
        let [header, payload, signature] = parts(algorithm);
        let mut bytes = base64url::decode(&signature).unwrap();
        bytes[0] ^= 1;
        let changed = base64url::encode(&bytes);
        assert_eq!(
            refusal(&format!("{header}.{payload}.{changed}")),
            VerifyError::Signature
        );
        let other = base64url::encode(r#"{"sub":"mallory"}"#);
        assert_eq!(
            refusal(&format!("{header}.{other}.{signature}")),
            VerifyError::Signature
        );
        let spaced = json!({ "kid": kid(algorithm), "alg": algorithm.as_str(), "typ": "at+jwt" });
        let spaced = base64url::encode(format!(" {spaced}"));
        assert_eq!(
            refusal(&format!("{spaced}.{payload}.{signature}")),
            VerifyError::Signature
        );
    }
}

#[test]
fn signatures_of_zeros_and_of_any_length_are_refused() {
    for algorithm in SigningAlgorithm::ALL {
        let [header, payload, _] = parts(algorithm);
        for length in [0, 1, 63, 64, 65, 255, 256, 257] {
            for byte in [0_u8, 0xFF] {
                let signature = base64url::encode(vec![byte; length]);
                let token = format!("{header}.{payload}.{signature}");
                assert_eq!(
                    refusal(&token),
                    VerifyError::Signature,
                    "{algorithm} {length} {byte}"
                );
            }
        }
    }
}

#[test]
fn a_token_has_exactly_three_parts() {
    let [header, payload, signature] = parts(SigningAlgorithm::Es256);
    for token in [
        String::new(),
        ".".to_owned(),
        header.clone(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}.{signature}"),
        format!("{header}.{payload}.{signature}.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}."),
        format!(".{header}.{payload}.{signature}"),
    ] {
        assert_eq!(refusal(&token), VerifyError::NotCompact, "{token}");
    }
}

#[test]
fn padding_white_space_and_the_other_alphabet_are_refused() {
    let [header, payload, signature] = parts(SigningAlgorithm::Es256);
    for token in [
        format!("{header}.{payload}.{signature}=="),
        format!("{header}=.{payload}.{signature}"),
        format!(" {header}.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}\n"),
        format!("{header}.{payload} .{signature}"),
        format!("{header}.{payload}+.{signature}"),
        format!("{header}.{payload}/.{signature}"),
        format!("{header}.{payload}\0.{signature}"),
    ] {
        assert_eq!(refusal(&token), VerifyError::Encoding, "{token:?}");
    }
}

#[test]
fn stray_bits_at_the_end_of_a_signature_are_refused() {
    let [header, payload, signature] = parts(SigningAlgorithm::Es256);
    // 64 bytes end in a character that carries 4 unused bits: it is A, Q, g or w when they are 0.
    let (rest, last) = signature.split_at(signature.len() - 1);
    let stray = match last {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        _ => "x",
    };
    assert_eq!(
        refusal(&format!("{header}.{payload}.{rest}{stray}")),
        VerifyError::Encoding
    );
}

#[test]
fn a_repeated_header_member_is_refused() {
    let kid = kid(SigningAlgorithm::Es256);
    let header = format!(r#"{{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"{kid}"}}"#);
    let expected = VerifyError::Header(StrictJsonError::DuplicateMember);
    assert_eq!(refusal_of_header(&header), expected);
}

#[test]
fn a_critical_extension_is_refused_whatever_it_is() {
    let kid = kid(SigningAlgorithm::Es256);
    for crit in [json!(["b64"]), json!([]), json!("exp"), json!(null)] {
        let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid, "crit": crit });
        assert_eq!(
            refusal_of_header(&header.to_string()),
            VerifyError::Critical
        );
    }
}

#[test]
fn a_header_that_lacks_a_member_or_is_no_object_is_refused() {
    for header in [
        json!({ "typ": "at+jwt", "kid": "k" }),
        json!({ "alg": "ES256", "kid": "k" }),
        json!({ "alg": "ES256", "typ": "at+jwt" }),
        json!({ "alg": 1, "typ": "at+jwt", "kid": "k" }),
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": ["k"] }),
        json!(["alg"]),
        json!("alg"),
        json!(null),
    ] {
        assert_eq!(
            refusal_of_header(&header.to_string()),
            VerifyError::HeaderMember,
            "{header}"
        );
    }
    let malformed = VerifyError::Header(StrictJsonError::Malformed);
    assert_eq!(refusal_of_header("alg"), malformed);
    assert_eq!(refusal_of_header(""), malformed);
}

#[test]
fn a_foreign_kid_is_refused_even_with_a_key_in_the_header() {
    let ours = kid(SigningAlgorithm::Es256);
    let with = |kid: &str| {
        let header = json!({
            "alg": "ES256", "typ": "at+jwt", "kid": kid,
            "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x5u",
            "jwk": { "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }, "x5c": ["AA"],
        });
        refusal_of_header(&header.to_string())
    };
    for foreign in [
        "foreign",
        "",
        "../../../../dev/null",
        "' OR '1'='1",
        "https://evil.example/jwks",
        &ours[..ours.len() - 1],
        &format!("{ours} "),
        &ours.to_uppercase(),
    ] {
        assert_eq!(with(foreign), VerifyError::UnknownKey, "{foreign}");
    }
    // Under our own name it is our own key that counts.
    assert_eq!(with(ours), VerifyError::Signature);
}

#[test]
fn a_token_of_another_type_is_refused() {
    let ring = &FIXTURE.ring;
    let token = ring
        .sign(SigningAlgorithm::Es256, TokenType::Jwt, &claims())
        .unwrap();
    assert_eq!(refusal(&token), VerifyError::Type);
    assert_eq!(ring.verify(&token, None).unwrap().typ(), TokenType::Jwt);
    let kid = kid(SigningAlgorithm::Es256);
    for typ in ["AT+JWT", "dpop+jwt", "at+jwt ", ""] {
        let header = json!({ "alg": "ES256", "typ": typ, "kid": kid });
        assert_eq!(
            refusal_of_header(&header.to_string()),
            VerifyError::Type,
            "{typ:?}"
        );
    }
}

#[test]
fn a_token_over_the_limit_is_refused_unread() {
    assert_eq!(
        refusal(&"a".repeat(MAX_TOKEN_BYTES + 1)),
        VerifyError::TooLong
    );
    assert_eq!(
        refusal(&"a".repeat(MAX_TOKEN_BYTES)),
        VerifyError::NotCompact
    );
    let nested = "[".repeat(MAX_TOKEN_BYTES / 2);
    assert_eq!(
        refusal_of_header(&nested),
        VerifyError::Header(StrictJsonError::TooDeep)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_makes_verifying_panic_or_succeed(text in r"[\PC.]{0,300}") {
        assert!(FIXTURE.ring.verify(&text, None).is_err());
    }

    #[test]
    fn no_header_and_no_signature_make_verifying_panic_or_succeed(
        header in prop::collection::vec(any::<u8>(), 0..60),
        signature in prop::collection::vec(any::<u8>(), 0..80),
        which in 0..4_usize,
    ) {
        let [good, payload, _] = parts(SigningAlgorithm::ALL[which]);
        let signature = base64url::encode(signature);
        let token = format!("{}.{payload}.{signature}", base64url::encode(header));
        assert!(FIXTURE.ring.verify(&token, None).is_err());
        let token = format!("{good}.{payload}.{signature}");
        assert_eq!(FIXTURE.ring.verify(&token, None), Err(VerifyError::Signature));
    }

    #[test]
    fn whatever_is_signed_verifies_and_one_other_character_does_not(
        claims in prop::collection::btree_map("\\PC{0,8}", any::<i64>(), 0..5),
        which in 0..4_usize,
        at: prop::sample::Index,
        put in "[A-Za-z0-9_.=+/ -]",
    ) {
        let ring = &FIXTURE.ring;
        let algorithm = SigningAlgorithm::ALL[which];
        let token = ring.sign(algorithm, TokenType::AccessToken, &claims).unwrap();
        let verified = ring.verify(&token, Some(TokenType::AccessToken)).unwrap();
        assert_eq!(verified.payload(), serde_json::to_vec(&claims).unwrap());
        assert_eq!(verified.kid().as_str(), kid(algorithm));

        let index = at.index(token.len());
        let changed = format!("{}{put}{}", &token[..index], &token[index + 1..]);
        assert_eq!(ring.verify(&changed, None).is_ok(), changed == token);
    }
}
