//! `idempotency_keys`.

use authly_repositories::DbError;
use authly_repositories::idempotency::{ClaimedKey, KeyedRequest};
use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    a_key_that_was_answered_yields_the_request_and_the_answer,
    who_comes_meanwhile_waits_and_gets_what_became_of_it,
    a_key_is_free_again_when_its_unit_of_work_is_not_committed,
    a_key_whose_time_is_over_is_free_before_clean_up_removes_it,
);

fn asked(world: &World) -> KeyedRequest {
    KeyedRequest {
        key: world.digest(),
        request: world.digest(),
    }
}

async fn claim(world: &World, asked: &KeyedRequest, at: u64) -> ClaimedKey {
    let conn = world.conn().await;
    let keys = conn.reads().idempotency_keys();
    let (now, until) = (world.later(at), world.later(at + 60));
    keys.claim(asked, now, until).await.unwrap()
}

async fn answer(world: &World, asked: &KeyedRequest, at: u64, sealed: &[u8]) {
    assert!(matches!(claim(world, asked, at).await, ClaimedKey::Ours));
    let conn = world.conn().await;
    let keys = conn.reads().idempotency_keys();
    keys.keep(&asked.key, sealed).await.unwrap();
}

#[track_caller]
fn assert_taken(claimed: ClaimedKey, by: &KeyedRequest, sealed: &[u8]) {
    match claimed {
        ClaimedKey::Taken { request, answer } => {
            assert_eq!((request, answer.as_slice()), (by.request, sealed));
        }
        ClaimedKey::Ours => panic!("the key is taken"),
    }
}

async fn a_key_that_was_answered_yields_the_request_and_the_answer(world: World) {
    let first = asked(&world);
    answer(&world, &first, 0, b"sealed").await;
    let other = KeyedRequest {
        request: world.digest(),
        ..first
    };
    for again in [first, other] {
        assert_taken(claim(&world, &again, 59).await, &first, b"sealed");
    }
}

async fn who_comes_meanwhile_waits_and_gets_what_became_of_it(world: World) {
    let asked = asked(&world);
    for commits in [false, true] {
        let mut conn = world.conn().await;
        let work = conn.begin("test.claim").await.unwrap();
        let (now, until) = (world.later(0), world.later(60));
        let claimed = work.idempotency_keys().claim(&asked, now, until).await;
        assert!(matches!(claimed.unwrap(), ClaimedKey::Ours));
        let second = claim(&world, &asked, 0);
        let finish = async {
            world.database.until_a_transaction_is_waited_for().await;
            let kept = work.idempotency_keys().keep(&asked.key, b"sealed").await;
            kept.unwrap();
            if commits {
                work.commit().await.unwrap();
            } else {
                drop(work);
            }
        };
        let (second, ()) = tokio::join!(second, finish);
        if commits {
            assert_taken(second, &asked, b"sealed");
        } else {
            assert!(matches!(second, ClaimedKey::Ours));
            remove(&world).await;
        }
    }
}

/// Removes the key that a statement outside of a transaction has claimed and left.
async fn remove(world: &World) {
    world.database.run("DELETE FROM idempotency_keys").await;
}

async fn a_key_is_free_again_when_its_unit_of_work_is_not_committed(world: World) {
    let asked = asked(&world);
    for _ in 0..2 {
        let mut conn = world.conn().await;
        let work = conn.begin("test.claim").await.unwrap();
        let (now, until) = (world.later(0), world.later(60));
        let claimed = work.idempotency_keys().claim(&asked, now, until).await;
        assert!(matches!(claimed.unwrap(), ClaimedKey::Ours));
        work.idempotency_keys()
            .keep(&asked.key, b"sealed")
            .await
            .unwrap();
    }
}

async fn a_key_whose_time_is_over_is_free_before_clean_up_removes_it(world: World) {
    let first = asked(&world);
    answer(&world, &first, 0, b"sealed").await;
    let second = KeyedRequest {
        request: world.digest(),
        ..first
    };
    answer(&world, &second, 60, b"another").await;
    assert_taken(claim(&world, &first, 119).await, &second, b"another");

    let conn = world.conn().await;
    let clean_up = conn.reads().clean_up();
    clean_up.answers(world.later(119)).await.unwrap();
    assert_taken(claim(&world, &first, 119).await, &second, b"another");
    clean_up.answers(world.later(120)).await.unwrap();
    let rows = world.database.session().await;
    let rows = rows.query("SELECT 1 FROM idempotency_keys", &[]).await;
    assert_eq!(rows.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_of_another_length_is_corrupt() {
    let world = World::new(authly_repositories::StatementMode::Prepared).await;
    let asked = asked(&world);
    answer(&world, &asked, 0, b"sealed").await;
    let conn = world.conn().await;
    let keys = conn.reads().idempotency_keys();
    let look = async || keys.claim(&asked, world.later(0), world.later(60)).await;
    let column = ("idempotency_keys", "request_digest");
    let seen = world.spoiled(column, r"'\x00'", look).await;
    let corrupt = matches!(
        seen,
        Err(DbError::Corrupt {
            column: "request_digest",
            ..
        })
    );
    assert!(corrupt, "{seen:?}");
}
