//! The ring as a whole: what it publishes and signs. Hostile tokens are in `hostile`, encrypted ones in
//! `encrypted`.

mod encrypted;
mod hostile;

use std::sync::LazyLock;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::entropy::OsEntropy;
use crate::keys::generate_signing_key;

const QUARTER_HOUR: Duration = Duration::from_mins(15);

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_800_000_000).unwrap()
}

/// One key for each algorithm, all active. RSA keys take long to make: one set serves all tests.
struct Fixture {
    master: MasterKey,
    records: Vec<SigningKeyRecord>,
    ring: KeyRing,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let master = MasterKey::generate(&OsEntropy);
    let make = |algorithm| with_phase(make_key(algorithm, &master), active());
    let records: Vec<_> = SigningAlgorithm::ALL.into_iter().map(make).collect();
    let ring = KeyRing::build(&records, &master, now(), QUARTER_HOUR).unwrap();
    Fixture {
        master,
        records,
        ring,
    }
});

fn active() -> KeyPhase {
    KeyPhase::Active { since: now() }
}

fn make_key(algorithm: SigningAlgorithm, master: &MasterKey) -> SigningKeyRecord {
    generate_signing_key(algorithm, master, now(), &OsEntropy).unwrap()
}

fn with_phase(mut record: SigningKeyRecord, phase: KeyPhase) -> SigningKeyRecord {
    record.phase = phase;
    record
}

/// A ring of these records, `later` after they were made.
fn ring_of(records: &[SigningKeyRecord], master: &MasterKey, later: Duration) -> KeyRing {
    KeyRing::build(records, master, now().plus(later), QUARTER_HOUR).unwrap()
}

fn jwks(ring: &KeyRing) -> Value {
    serde_json::from_slice(&ring.jwks_bytes()).unwrap()
}

fn published_kids(ring: &KeyRing) -> Vec<String> {
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    jwks(ring)["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(kid)
        .collect()
}

fn claims() -> Value {
    json!({ "sub": "alice", "exp": 1_800_000_900 })
}

#[test]
fn each_algorithm_signs_and_verifies_with_its_own_key() {
    for algorithm in SigningAlgorithm::ALL {
        let ring = &FIXTURE.ring;
        let token = ring
            .sign(algorithm, TokenType::AccessToken, &claims())
            .unwrap();
        let verified = ring.verify(&token, Some(TokenType::AccessToken)).unwrap();
        assert_eq!(Some(verified.kid()), ring.active_kid(algorithm));
        assert_eq!(verified.typ(), TokenType::AccessToken);
        assert_eq!(verified.payload(), br#"{"sub":"alice","exp":1800000900}"#);

        let header = base64url::decode(token.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        let kid = ring.active_kid(algorithm).unwrap().as_str();
        assert_eq!(
            header,
            json!({ "alg": algorithm.as_str(), "typ": "at+jwt", "kid": kid })
        );
    }
}

#[test]
fn an_es256_signature_is_the_64_raw_bytes_of_rfc_7518() {
    for _ in 0..50 {
        let token = FIXTURE
            .ring
            .sign(SigningAlgorithm::Es256, TokenType::Jwt, &claims())
            .unwrap();
        let signature = base64url::decode(token.rsplit('.').next().unwrap()).unwrap();
        assert_eq!(signature.len(), 64);
    }
}

#[test]
fn signing_without_an_active_key_or_with_claims_that_are_no_json_fails() {
    let ring = ring_of(&[], &FIXTURE.master, Duration::ZERO);
    let error = ring
        .sign(SigningAlgorithm::Es256, TokenType::Jwt, &claims())
        .unwrap_err();
    assert!(matches!(
        error,
        SigningError::NoActiveKey(SigningAlgorithm::Es256)
    ));
    assert_eq!(ring.active_kid(SigningAlgorithm::Es256), None);
    assert_eq!(jwks(&ring), json!({ "keys": [] }));

    let unwritable = HashMap::from([((1, 2), 3)]);
    let error = FIXTURE
        .ring
        .sign(SigningAlgorithm::Es256, TokenType::Jwt, &unwritable)
        .unwrap_err();
    assert!(matches!(error, SigningError::Claims(_)));
}

#[test]
fn the_key_set_holds_no_private_member() {
    let set = jwks(&FIXTURE.ring);
    let keys = set["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4);
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert_eq!(key.get(private), None, "{private}");
        }
        assert_eq!(key["use"], "sig");
    }
}

#[test]
fn a_private_member_in_a_stored_public_key_is_not_published() {
    let mut record = FIXTURE.records[2].clone();
    record.public_jwk = record.public_jwk.replacen('{', r#"{"d":"AAAA","#, 1);
    let ring = ring_of(&[record], &FIXTURE.master, Duration::ZERO);
    assert_eq!(jwks(&ring)["keys"][0].get("d"), None);
}

#[test]
fn the_key_set_lists_active_then_announced_then_retiring_keys_and_no_others() {
    let master = &FIXTURE.master;
    let make = |algorithm, phase| with_phase(make_key(algorithm, master), phase);
    let (es256, eddsa) = (SigningAlgorithm::Es256, SigningAlgorithm::EdDsa);
    let since = now();
    let expected = [
        make(es256, active()),
        make(eddsa, active()),
        make(es256, KeyPhase::Announced),
        make(eddsa, KeyPhase::Announced),
        make(es256, KeyPhase::Retiring { since }),
    ];
    let mut records = vec![
        make(es256, KeyPhase::Gone { since }),
        make(es256, KeyPhase::Revoked { since }),
    ];
    records.extend(expected.iter().rev().cloned());
    let kids: Vec<&str> = expected.iter().map(|record| record.kid.as_str()).collect();

    let ring = ring_of(&records, master, Duration::from_secs(899));
    assert_eq!(published_kids(&ring), kids);
    records.reverse();
    let same = ring_of(&records, master, Duration::from_secs(899));
    assert_eq!(same.jwks_bytes(), ring.jwks_bytes());
    assert_eq!(same.jwks_etag(), ring.jwks_etag());

    let later = ring_of(&records, master, QUARTER_HOUR);
    assert_eq!(published_kids(&later), kids[..4]);
    assert_ne!(later.jwks_etag(), ring.jwks_etag());
}

#[test]
fn the_entity_tag_is_strong_and_quoted() {
    let etag = FIXTURE.ring.jwks_etag();
    assert!(
        etag.starts_with('"') && etag.ends_with('"') && etag.len() == 45,
        "{etag}"
    );
}

#[test]
fn of_two_active_keys_the_one_activated_last_signs_and_both_verify() {
    let master = &FIXTURE.master;
    let older = FIXTURE.records[2].clone();
    let token = ring_of(std::slice::from_ref(&older), master, Duration::ZERO)
        .sign(SigningAlgorithm::Es256, TokenType::Jwt, &claims())
        .unwrap();
    let since = now().plus(Duration::from_secs(1));
    let key = make_key(SigningAlgorithm::Es256, master);
    let newer = with_phase(key, KeyPhase::Active { since });
    let ring = ring_of(&[older, newer.clone()], master, Duration::from_secs(2));
    assert_eq!(ring.active_kid(SigningAlgorithm::Es256), Some(&newer.kid));
    assert!(ring.verify(&token, None).is_ok());
}

#[test]
fn a_key_verifies_as_long_as_its_phase_allows() {
    let since = now();
    let phases = [
        (KeyPhase::Announced, Ok(()), Ok(())),
        (active(), Ok(()), Ok(())),
        (KeyPhase::Retiring { since }, Ok(()), Ok(())),
        (
            KeyPhase::Gone { since },
            Err(VerifyError::UnknownKey),
            Ok(()),
        ),
        (
            KeyPhase::Revoked { since },
            Err(VerifyError::UnknownKey),
            Err(VerifyError::UnknownKey),
        ),
    ];
    let token = FIXTURE
        .ring
        .sign(SigningAlgorithm::Es256, TokenType::Jwt, &claims())
        .unwrap();
    for (phase, as_token, as_hint) in phases {
        let record = with_phase(FIXTURE.records[2].clone(), phase);
        let ring = ring_of(&[record], &FIXTURE.master, Duration::ZERO);
        assert_eq!(
            ring.verify(&token, Some(TokenType::Jwt)).map(drop),
            as_token,
            "{phase:?}"
        );
        assert_eq!(
            ring.verify_id_token_hint(&token).map(drop),
            as_hint,
            "{phase:?}"
        );
    }
}

#[test]
fn an_access_token_is_no_id_token_hint() {
    let ring = &FIXTURE.ring;
    let token = ring
        .sign(SigningAlgorithm::Es256, TokenType::AccessToken, &claims())
        .unwrap();
    assert_eq!(ring.verify_id_token_hint(&token), Err(VerifyError::Type));
}

#[test]
fn another_master_key_is_refused_with_the_kid_and_both_names() {
    let other = MasterKey::generate(&OsEntropy);
    let record = &FIXTURE.records[2];
    let error =
        KeyRing::build(std::slice::from_ref(record), &other, now(), QUARTER_HOUR).unwrap_err();
    assert!(error.to_string().contains(record.kid.as_str()), "{error}");
    let source = error.source().unwrap().to_string();
    assert!(
        source.contains(other.id()) && source.contains(FIXTURE.master.id()),
        "{source}"
    );
}

#[test]
fn a_sealed_key_under_the_name_of_another_is_refused() {
    let mut record = FIXTURE.records[2].clone();
    record.sealed_private_key =
        make_key(SigningAlgorithm::Es256, &FIXTURE.master).sealed_private_key;
    let error = KeyRing::build(&[record], &FIXTURE.master, now(), QUARTER_HOUR).unwrap_err();
    assert!(matches!(
        error,
        KeyRingError::Sealed {
            source: SealError::Refused,
            ..
        }
    ));
}

#[test]
fn a_public_half_that_is_not_the_records_is_refused() {
    let good = &FIXTURE.records[2];
    let replaced = |from: &str, to: &str| good.public_jwk.replace(from, to);
    for public_jwk in [
        String::new(),
        "{}".to_owned(),
        replaced("ES256", "ES384"),
        replaced("P-256", "P-999"),
        replaced(good.kid.as_str(), "other"),
        FIXTURE.records[3].public_jwk.clone(),
    ] {
        let record = SigningKeyRecord {
            public_jwk,
            ..good.clone()
        };
        let built = KeyRing::build(&[record], &FIXTURE.master, now(), QUARTER_HOUR);
        assert!(matches!(built.unwrap_err(), KeyRingError::PublicKey { .. }));
    }
}

#[test]
fn a_replaced_ring_serves_the_next_load_and_the_old_one_lives_on() {
    let shared = SharedKeyRing::new(ring_of(&[], &FIXTURE.master, Duration::ZERO));
    let before = shared.load();
    let records = std::slice::from_ref(&FIXTURE.records[2]);
    shared.replace(ring_of(records, &FIXTURE.master, Duration::ZERO));
    assert_eq!(before.active_kid(SigningAlgorithm::Es256), None);
    assert!(shared.load().active_kid(SigningAlgorithm::Es256).is_some());
}

#[test]
fn debug_output_names_keys_and_shows_nothing_of_them() {
    let text = format!("{:?}", FIXTURE.ring);
    let kid = FIXTURE.records[0].kid.as_str();
    assert!(text.contains(kid) && text.len() < 300, "{text}");
}
