use pretty_assertions::assert_eq;

use super::*;
use crate::keys::SealedKey;

const HOUR: i64 = 3_600;
const SCHEDULE: KeySchedule = KeySchedule {
    announced_for: Duration::from_hours(24),
    active_for: Duration::from_hours(240),
    longest_token: Duration::from_hours(1),
};

fn at(hour: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_000_000 + hour * HOUR).unwrap()
}

fn key(algorithm: SigningAlgorithm, phase: KeyPhase, made: Timestamp) -> SigningKeyRecord {
    SigningKeyRecord {
        kid: KeyId::new(format!("{algorithm} {}", made.unix_seconds())),
        algorithm,
        public_jwk: String::new(),
        sealed_private_key: SealedKey {
            master_key_id: String::new(),
            ciphertext: Vec::new(),
        },
        phase,
        created_at: made,
    }
}

/// A key of each algorithm in this phase.
fn all(phase: KeyPhase, made: Timestamp) -> Vec<SigningKeyRecord> {
    SigningAlgorithm::ALL
        .map(|alg| key(alg, phase, made))
        .into()
}

fn active(since: Timestamp) -> Vec<SigningKeyRecord> {
    all(KeyPhase::Active { since }, since)
}

fn for_each(change: fn(SigningAlgorithm) -> KeyChange) -> Vec<KeyChange> {
    SigningAlgorithm::ALL.map(change).into()
}

#[test]
fn where_there_are_no_keys_each_algorithm_gets_one_that_signs_at_once() {
    assert_eq!(SCHEDULE.due(&[], at(0)), for_each(KeyChange::Begin));
}

#[test]
fn an_algorithm_that_comes_later_gets_its_key_alone() {
    let mut keys = active(at(0));
    keys.retain(|key| key.algorithm != SigningAlgorithm::EdDsa);
    let expected = [KeyChange::Begin(SigningAlgorithm::EdDsa)];
    assert_eq!(SCHEDULE.due(&keys, at(1)), expected);
}

#[test]
fn the_next_key_is_announced_for_its_whole_time_before_the_present_one_ends() {
    let keys = active(at(0));
    assert_eq!(SCHEDULE.due(&keys, at(215)), []);
    assert_eq!(SCHEDULE.due(&keys, at(216)), for_each(KeyChange::Announce));
}

#[test]
fn an_announced_key_signs_when_the_present_one_has_had_its_time() {
    let keys = [active(at(0)), all(KeyPhase::Announced, at(216))].concat();
    assert_eq!(SCHEDULE.due(&keys, at(239)), []);
    assert_eq!(SCHEDULE.due(&keys, at(240)), for_each(KeyChange::Promote));
}

#[test]
fn a_key_that_was_announced_late_still_waits_for_its_whole_time() {
    let keys = [active(at(0)), all(KeyPhase::Announced, at(500))].concat();
    assert_eq!(SCHEDULE.due(&keys, at(523)), []);
    assert_eq!(SCHEDULE.due(&keys, at(524)), for_each(KeyChange::Promote));
}

#[test]
fn a_key_that_was_announced_early_waits_until_the_present_one_has_had_its_time() {
    let keys = [active(at(0)), all(KeyPhase::Announced, at(0))].concat();
    assert_eq!(SCHEDULE.due(&keys, at(239)), []);
    assert_eq!(SCHEDULE.due(&keys, at(240)), for_each(KeyChange::Promote));
}

#[test]
fn where_none_signs_the_announced_key_does_at_once() {
    let keys = all(KeyPhase::Announced, at(0));
    assert_eq!(SCHEDULE.due(&keys, at(0)), for_each(KeyChange::Promote));
}

#[test]
fn a_retiring_key_goes_once_the_last_token_of_a_late_node_has_expired() {
    let since = at(0);
    let mut keys = active(at(0));
    let retired = key(
        SigningAlgorithm::Es256,
        KeyPhase::Retiring { since },
        at(-9),
    );
    let kid = retired.kid.clone();
    keys.push(retired);
    let last = at(1).plus(Duration::from_mins(1));
    assert_eq!(SCHEDULE.due(&keys, last.minus(Duration::from_secs(1))), []);
    assert_eq!(SCHEDULE.due(&keys, last), [KeyChange::LetGo(kid)]);
}

#[test]
fn keys_that_are_past_are_left_alone() {
    let mut keys = active(at(0));
    let since = at(0);
    keys.extend(all(KeyPhase::Gone { since }, at(-9)));
    keys.extend(all(KeyPhase::Revoked { since }, at(-8)));
    assert_eq!(SCHEDULE.due(&keys, at(200)), []);
}

/// Follows the schedule for years at odd moments, and holds every step to the promises.
#[test]
fn over_years_each_algorithm_always_signs_and_with_nothing_that_clients_do_not_know() {
    let mut keys = Vec::new();
    let mut promoted = 0;
    for step in 0..6_000 {
        let now = at(0).plus(Duration::from_secs(step * 17_993));
        for change in SCHEDULE.due(&keys, now) {
            match change {
                KeyChange::Begin(alg) => {
                    assert_eq!(step, 0, "only a new installation has none");
                    keys.push(key(alg, KeyPhase::Active { since: now }, now));
                }
                KeyChange::Announce(alg) => keys.push(key(alg, KeyPhase::Announced, now)),
                KeyChange::Promote(alg) => {
                    promoted += 1;
                    for key in keys.iter_mut().filter(|key| key.algorithm == alg) {
                        match key.phase {
                            KeyPhase::Active { .. } => {
                                key.phase = KeyPhase::Retiring { since: now }
                            }
                            KeyPhase::Announced => {
                                assert!(now.since(key.created_at) >= SCHEDULE.announced_for);
                                key.phase = KeyPhase::Active { since: now };
                            }
                            _ => {}
                        }
                    }
                }
                KeyChange::LetGo(kid) => keys.retain(|key| key.kid != kid),
            }
        }
        for alg in SigningAlgorithm::ALL {
            let of = |wanted: &str| {
                let ours =
                    |key: &&SigningKeyRecord| key.algorithm == alg && key.phase.as_str() == wanted;
                keys.iter().filter(ours).count()
            };
            assert_eq!(of("active"), 1);
            assert!(of("announced") <= 1 && of("retiring") <= 1);
        }
    }
    // 1,250 days of periods of 10 days, each up to two looks late.
    assert!(promoted > 4 * 110, "{promoted}");
}
