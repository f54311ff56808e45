//! `signing_keys`, `encryption_keys` and `revisions`.

use authly_domain::keys::{
    EncryptionKeyRecord, KeyId, KeyPhase, SealedKey, SigningAlgorithm, SigningKeyRecord,
};
use pretty_assertions::assert_eq;

use crate::spoil::corrupt_column;
use crate::world::World;

in_both_modes!(
    a_key_reads_back_as_it_was_stored,
    a_second_key_that_signs_or_waits_is_refused_by_name,
    announced_keys_take_the_place_of_those_that_sign,
    the_private_half_of_a_key_that_retires_is_erased,
    keys_of_other_algorithms_stay_as_they_are,
    only_retiring_keys_are_let_go,
    one_key_for_encryption_is_published_and_those_that_were_replaced_are_forgotten,
    whoever_changes_keys_waits_for_the_one_before,
    what_we_never_write_is_corrupt,
);

async fn one_key_for_encryption_is_published_and_those_that_were_replaced_are_forgotten(
    world: World,
) {
    world.database.run("DELETE FROM encryption_keys").await;
    let conn = world.conn().await;
    let keys = conn.reads().keys();
    let key = |kid: &str| EncryptionKeyRecord {
        kid: KeyId::new(kid.to_owned()),
        public_jwk: r#"{"kty":"EC"}"#.to_owned(),
        sealed_private_key: SealedKey {
            master_key_id: "0011223344556677".to_owned(),
            ciphertext: vec![1, 2, 3],
        },
        created_at: world.now,
        replaced_at: None,
    };
    keys.publish_encryption_key(&key("a")).await.unwrap();
    assert_eq!(keys.encryption_keys().await.unwrap(), [key("a")]);
    keys.publish_encryption_key(&key("b")).await.unwrap();
    let replaced = EncryptionKeyRecord {
        replaced_at: Some(world.now),
        ..key("a")
    };
    assert_eq!(keys.encryption_keys().await.unwrap(), [replaced, key("b")]);
    // The published one stays, whoever wants it forgotten.
    let both = ["a", "b"].map(|kid| KeyId::new(kid.to_owned()));
    keys.forget_encryption_keys(&both).await.unwrap();
    assert_eq!(keys.encryption_keys().await.unwrap(), [key("b")]);
    // But who withdraws it.
    let withdraw = |kid: &str| {
        let kid = KeyId::new(kid.to_owned());
        async move { keys.withdraw_encryption_key(&kid).await.unwrap() }
    };
    assert!(!withdraw("a").await);
    assert!(withdraw("b").await);
    assert_eq!(keys.encryption_keys().await.unwrap(), []);
}

fn key(world: &World, kid: &str, phase: KeyPhase) -> SigningKeyRecord {
    SigningKeyRecord {
        kid: KeyId::new(kid.to_owned()),
        algorithm: SigningAlgorithm::EdDsa,
        public_jwk: r#"{"kty":"OKP"}"#.to_owned(),
        sealed_private_key: SealedKey {
            master_key_id: "0011223344556677".to_owned(),
            ciphertext: vec![1, 2, 3],
        },
        phase,
        created_at: world.now,
    }
}

const fn active(world: &World) -> KeyPhase {
    KeyPhase::Active { since: world.now }
}

/// A world in which these keys are all there are.
async fn only(world: &World, keys: &[SigningKeyRecord]) {
    world.database.run("DELETE FROM signing_keys").await;
    let conn = world.conn().await;
    for key in keys {
        conn.reads().keys().insert(key).await.unwrap();
    }
}

async fn phases(world: &World) -> Vec<(String, KeyPhase)> {
    let keys = world.conn().await.reads().keys().all().await.unwrap();
    keys.into_iter()
        .map(|key| (key.kid.to_string(), key.phase))
        .collect()
}

async fn a_key_reads_back_as_it_was_stored(world: World) {
    let keys = [
        key(&world, "a", active(&world)),
        key(&world, "b", KeyPhase::Announced),
    ];
    only(&world, &keys).await;
    assert_eq!(world.conn().await.reads().keys().all().await.unwrap(), keys);

    let sql = "UPDATE signing_keys SET state = 'revoked', revoked_at = activated_at
                WHERE kid = 'a'";
    world.database.run(sql).await;
    let revoked = KeyPhase::Revoked { since: world.now };
    assert_eq!(phases(&world).await[0], ("a".to_owned(), revoked));
}

async fn a_second_key_that_signs_or_waits_is_refused_by_name(world: World) {
    only(
        &world,
        &[
            key(&world, "a", active(&world)),
            key(&world, "b", KeyPhase::Announced),
        ],
    )
    .await;
    for (phase, constraint) in [
        (active(&world), "signing_keys_active_key"),
        (KeyPhase::Announced, "signing_keys_announced_key"),
    ] {
        let conn = world.conn().await;
        let refused = conn
            .reads()
            .keys()
            .insert(&key(&world, "c", phase))
            .await
            .unwrap_err();
        assert!(refused.violates(constraint), "{refused}");
    }
}

/// Lets the announced key sign in the place of the one that does.
async fn promote(world: &World, at: u64) {
    let conn = world.conn().await;
    let (keys, algorithms) = (conn.reads().keys(), [SigningAlgorithm::EdDsa]);
    keys.retire(&algorithms, world.later(at)).await.unwrap();
    let activated = keys.activate_announced(&algorithms, world.later(at));
    activated.await.unwrap();
}

async fn announced_keys_take_the_place_of_those_that_sign(world: World) {
    only(
        &world,
        &[
            key(&world, "a", active(&world)),
            key(&world, "b", KeyPhase::Announced),
        ],
    )
    .await;
    promote(&world, 5).await;

    let since = world.later(5);
    let expected = [
        ("a".to_owned(), KeyPhase::Retiring { since }),
        ("b".to_owned(), KeyPhase::Active { since }),
    ];
    assert_eq!(phases(&world).await, expected);
}

async fn the_private_half_of_a_key_that_retires_is_erased(world: World) {
    only(
        &world,
        &[
            key(&world, "a", active(&world)),
            key(&world, "b", KeyPhase::Announced),
        ],
    )
    .await;
    promote(&world, 5).await;
    let keys = world.conn().await.reads().keys().all().await.unwrap();
    let private = keys
        .iter()
        .map(|key| key.sealed_private_key.ciphertext.len());
    assert_eq!(private.collect::<Vec<_>>(), [0, 3]);
}

async fn keys_of_other_algorithms_stay_as_they_are(world: World) {
    let keys = [
        key(&world, "a", active(&world)),
        key(&world, "b", KeyPhase::Announced),
    ];
    only(&world, &keys).await;
    let conn = world.conn().await;
    let others = [SigningAlgorithm::Es256, SigningAlgorithm::Rs256];
    let now = world.later(5);
    let stored = conn.reads().keys();
    stored.retire(&others, now).await.unwrap();
    stored.activate_announced(&others, now).await.unwrap();
    assert_eq!(stored.all().await.unwrap(), keys);
}

async fn only_retiring_keys_are_let_go(world: World) {
    only(
        &world,
        &[
            key(&world, "a", active(&world)),
            key(&world, "b", KeyPhase::Announced),
        ],
    )
    .await;
    promote(&world, 5).await;
    let conn = world.conn().await;
    let all = ["a", "b"].map(|kid| KeyId::new(kid.to_owned()));
    let keys = conn.reads().keys();
    keys.let_go(&all, world.later(9)).await.unwrap();

    let (gone, signs) = (world.later(9), world.later(5));
    let expected = [
        ("a".to_owned(), KeyPhase::Gone { since: gone }),
        ("b".to_owned(), KeyPhase::Active { since: signs }),
    ];
    assert_eq!(phases(&world).await, expected);
}

async fn whoever_changes_keys_waits_for_the_one_before(world: World) {
    let mut first = world.conn().await;
    let begun = first.reads().keys().revision().await.unwrap();
    let work = first.begin("test.first").await.unwrap();
    assert_eq!(work.keys().lock_and_bump().await.unwrap(), begun + 1);

    let mut second = world.conn().await;
    let waiting = tokio::spawn(async move {
        let work = second.begin("test.second").await.unwrap();
        let revision = work.keys().lock_and_bump().await.unwrap();
        work.commit().await.unwrap();
        revision
    });
    work.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), begun + 2);
    assert_eq!(first.reads().keys().revision().await.unwrap(), begun + 2);
}

async fn what_we_never_write_is_corrupt(world: World) {
    only(&world, &[key(&world, "a", active(&world))]).await;
    let conn = world.conn().await;
    for (column, value, expected) in [
        ("state", "'asleep'", "state"),
        ("algorithm", "'HS256'", "algorithm"),
        ("activated_at", "NULL", "activated_at"),
        ("state", "'retiring'", "retired_at"),
        ("state", "'gone'", "gone_at"),
        ("state", "'revoked'", "revoked_at"),
    ] {
        let look = async || conn.reads().keys().all().await;
        let seen = world.spoiled(("signing_keys", column), value, look).await;
        assert_eq!(corrupt_column(seen), expected);
    }
}
