//! Behaviour of the password hasher, with the lowest cost.

use std::sync::mpsc;

use super::*;

const ONE: NonZeroUsize = NonZeroUsize::MIN;
const MATCHES: PasswordCheck = PasswordCheck::Matches {
    upgrade: Upgrade::UpToDate,
};

fn hasher(cost: u32) -> PasswordHasher {
    PasswordHasher::start(PasswordHasherSettings {
        threads: ONE,
        queue: ONE,
        cost,
    })
    .unwrap()
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

/// Hashes `set`, then checks `tried` against it.
async fn try_against(set: &str, tried: &str) -> PasswordCheck {
    let hasher = hasher(4);
    let stored = hasher.hash(&password(set)).await.unwrap();
    hasher
        .verify_or_dummy(Some(&stored), &password(tried))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_password_matches_its_own_hash_and_no_other() {
    assert_eq!(try_against("correct horse", "correct horse").await, MATCHES);
    assert_eq!(
        try_against("correct horse", "correct horsf").await,
        PasswordCheck::Differs
    );
    assert_eq!(try_against("ünïcödé", "ünïcödé").await, MATCHES);
}

#[tokio::test]
async fn passwords_of_72_bytes_and_more_are_told_apart_to_the_last_byte() {
    for length in [71, 72, 73, 200, 1_024] {
        let head = "x".repeat(length - 1);
        let (one, other) = (format!("{head}a"), format!("{head}b"));
        assert_eq!(try_against(&one, &one).await, MATCHES, "{length}");
        assert_eq!(
            try_against(&one, &other).await,
            PasswordCheck::Differs,
            "{length}"
        );
    }
}

#[tokio::test]
async fn a_hash_says_its_scheme_and_its_cost() {
    let hasher = hasher(5);
    let short = hasher.hash(&password(&"x".repeat(71))).await.unwrap();
    assert_eq!(short.scheme, PasswordScheme::Bcrypt);
    assert!(short.hash.starts_with("$2b$05$"), "{}", short.hash);
    let long = hasher.hash(&password(&"x".repeat(72))).await.unwrap();
    assert_eq!(long.scheme, PasswordScheme::BcryptSha256);
    let again = hasher.hash(&password(&"x".repeat(72))).await.unwrap();
    assert_ne!(long, again, "each hash has a salt of its own");
}

#[tokio::test]
async fn the_text_behind_a_long_passwords_hash_is_not_itself_a_password() {
    let long = "x".repeat(100);
    let behind = STANDARD.encode(Sha256::digest(&long));
    assert_eq!(try_against(&long, &behind).await, PasswordCheck::Differs);
    assert_eq!(try_against(&behind, &long).await, PasswordCheck::Differs);
}

#[tokio::test]
async fn no_stored_hash_never_matches() {
    let hasher = hasher(4);
    for text in ["x", &"x".repeat(100)] {
        let check = hasher.verify_or_dummy(None, &password(text)).await.unwrap();
        assert_eq!(check, PasswordCheck::Differs);
    }
}

#[test]
fn the_dummy_costs_a_real_bcrypt_of_the_configured_cost() {
    let dummy = format!("$2b$09${}", ".".repeat(53));
    assert_eq!(bcrypt::non_truncating_verify("x", &dummy).ok(), Some(false));
    assert_eq!(dummy.parse::<HashParts>().unwrap().get_cost(), 9);
}

#[tokio::test]
async fn a_hash_of_another_cost_matches_and_asks_for_a_new_one() {
    let old = hasher(4).hash(&password("correct horse")).await.unwrap();
    let newer = hasher(5);
    let check = newer
        .verify_or_dummy(Some(&old), &password("correct horse"))
        .await
        .unwrap();
    assert_eq!(
        check,
        PasswordCheck::Matches {
            upgrade: Upgrade::NeedsRehash
        }
    );
    let check = newer
        .verify_or_dummy(Some(&old), &password("correct horsf"))
        .await
        .unwrap();
    assert_eq!(check, PasswordCheck::Differs);
}

#[tokio::test]
async fn a_malformed_stored_hash_is_an_error_and_not_a_match() {
    let hasher = hasher(4);
    for hash in [
        "",
        "plain",
        "$2b$99$",
        &format!("$2b$40${}", ".".repeat(53)),
        "é".repeat(30).as_str(),
    ] {
        let stored = PasswordHash {
            scheme: PasswordScheme::Bcrypt,
            hash: (*hash).to_owned(),
        };
        let error = hasher
            .verify_or_dummy(Some(&stored), &password("x"))
            .await
            .unwrap_err();
        assert!(
            matches!(error, PasswordError::Malformed),
            "{hash}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_megabyte_nul_and_nothing_are_refused_by_form() {
    let hasher = hasher(4);
    let megabyte = "x".repeat(1_000_000);
    for (text, expected) in [
        ("", PasswordFormError::Empty),
        ("a\0b", PasswordFormError::Nul),
        (megabyte.as_str(), PasswordFormError::TooLong),
    ] {
        let refused = hasher.hash(&password(text)).await.unwrap_err();
        assert!(matches!(refused, PasswordError::Form(reason) if reason == expected));
        let refused = hasher
            .verify_or_dummy(None, &password(text))
            .await
            .unwrap_err();
        assert!(matches!(refused, PasswordError::Form(reason) if reason == expected));
    }
}

#[tokio::test]
async fn a_full_queue_answers_busy() {
    let hasher = hasher(4);
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let running = hasher.pool.submit(move || {
        started.send(()).unwrap();
        released.recv().unwrap();
    });
    has_started.recv().unwrap();
    let queued = hasher.pool.submit(|| ()).unwrap();

    let refused = hasher.hash(&password("x")).await.unwrap_err();
    assert!(matches!(refused, PasswordError::Busy));
    let refused = hasher
        .verify_or_dummy(None, &password("x"))
        .await
        .unwrap_err();
    assert!(matches!(refused, PasswordError::Busy));

    release.send(()).unwrap();
    running.unwrap().await.unwrap();
    queued.await.unwrap();
    assert!(hasher.hash(&password("x")).await.is_ok());
}

#[test]
fn a_hash_may_be_awaited_on_any_thread() {
    fn is_send(_: &impl Send) {}
    let (hasher, text) = (hasher(4), password("x"));
    is_send(&hasher.hash(&text));
    is_send(&hasher.verify_or_dummy(None, &text));
}

#[test]
fn a_cost_that_bcrypt_does_not_know_is_refused_at_the_start() {
    for cost in [0, 3, 32] {
        let settings = PasswordHasherSettings {
            threads: ONE,
            queue: ONE,
            cost,
        };
        let error = PasswordHasher::start(settings).err().unwrap();
        assert!(matches!(error, PasswordHasherError::Cost(refused) if refused == cost));
    }
}

#[tokio::test]
async fn a_hash_of_another_server_matches_asks_for_a_new_one_and_is_read_within_bounds() {
    let hasher = hasher(4);
    let stored = |scheme, hash: &str| PasswordHash {
        scheme,
        hash: hash.to_owned(),
    };
    let made =
        "$pbkdf2-sha256$i=1$AAECAwQFBgcICQoLDA0ODw$1j+h90zX49tJj90UoeiqNJN7oenPZj24OnkNRYqOhJo";
    let pbkdf2 = stored(PasswordScheme::Pbkdf2, made);
    let right = password("correct horse battery staple");
    let check = hasher.verify_or_dummy(Some(&pbkdf2), &right).await.unwrap();
    assert_eq!(
        check,
        PasswordCheck::Matches {
            upgrade: Upgrade::NeedsRehash
        }
    );
    for wrong in ["correct horse", &"x".repeat(200)] {
        let check = hasher
            .verify_or_dummy(Some(&pbkdf2), &password(wrong))
            .await;
        assert_eq!(check.unwrap(), PasswordCheck::Differs);
    }
    let costly = made.replace("i=1$", "i=4000000000$");
    for hash in ["", "$2b$", &costly] {
        let stored = stored(PasswordScheme::Argon2, hash);
        let error = hasher
            .verify_or_dummy(Some(&stored), &right)
            .await
            .unwrap_err();
        assert!(
            matches!(error, PasswordError::Malformed),
            "{hash}: {error:?}"
        );
    }
}
