//! `throttles`.

use std::time::Duration;

use authly_domain::throttle::{ThrottleKind, ThrottleRule, wait};
use authly_repositories::throttle::Counter;
use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    attempts_are_let_through_until_there_are_too_many,
    a_window_ends_after_its_time_and_the_next_begins_anew,
    each_kind_and_key_has_a_counter_of_its_own,
    the_longest_wait_of_several_counters_counts,
    an_attempt_that_has_to_wait_is_counted_on_no_counter,
    parallel_attempts_are_all_counted,
    counters_that_overlap_do_not_lock_one_another_out,
    a_right_attempt_takes_itself_off_what_others_fill_too,
    a_right_attempt_empties_what_is_its_accounts_alone,
    an_attempt_that_was_not_tried_is_taken_back_alone,
);

fn counter(world: &World, kind: ThrottleKind, attempts: u32) -> Counter {
    let window = Duration::from_mins(1);
    Counter {
        account: None,
        kind,
        key: world.digest(),
        rule: ThrottleRule { attempts, window },
    }
}

/// Counts an attempt after so many seconds; how many more it has to wait.
async fn count(world: &World, counters: &[Counter], seconds: u64) -> Option<u64> {
    let conn = world.conn().await;
    let now = world.later(seconds);
    let spent = conn.reads().throttles().count(counters, now).await.unwrap();
    wait(&spent, now).map(|(wait, _kind)| wait.as_secs())
}

async fn stored(world: &World) -> Vec<(String, i64)> {
    world.database.stored().throttles().await
}

async fn attempts_are_let_through_until_there_are_too_many(world: World) {
    let counter = [counter(&world, ThrottleKind::ClientSecret, 2)];
    let mut waits = Vec::new();
    for seconds in [0, 10, 20, 59] {
        waits.push(count(&world, &counter, seconds).await);
    }
    assert_eq!(waits, [None, None, Some(40), Some(1)]);
    assert_eq!(stored(&world).await, [("client_secret".to_owned(), 2)]);
}

async fn a_window_ends_after_its_time_and_the_next_begins_anew(world: World) {
    let counter = [counter(&world, ThrottleKind::LoginAddress, 1)];
    let mut waits = Vec::new();
    for seconds in [0, 1, 60, 61] {
        waits.push(count(&world, &counter, seconds).await);
    }
    assert_eq!(waits, [None, Some(59), None, Some(59)]);
}

async fn each_kind_and_key_has_a_counter_of_its_own(world: World) {
    let first = counter(&world, ThrottleKind::LoginAddress, 1);
    let other_kind = Counter {
        account: None,
        kind: ThrottleKind::LoginAccount,
        ..first
    };
    let other_key = counter(&world, ThrottleKind::LoginAddress, 1);
    for counter in [first, other_kind, other_key] {
        assert_eq!(count(&world, &[counter], 0).await, None);
    }
    assert_eq!(count(&world, &[first], 0).await, Some(60));
}

async fn the_longest_wait_of_several_counters_counts(world: World) {
    let early = counter(&world, ThrottleKind::LoginAddress, 1);
    let late = counter(&world, ThrottleKind::LoginAccount, 1);
    let free = counter(&world, ThrottleKind::LoginAccountAtAddress, 1);
    assert_eq!(count(&world, &[early], 0).await, None);
    assert_eq!(count(&world, &[late], 10).await, None);
    assert_eq!(count(&world, &[early, late, free], 20).await, Some(50));
}

async fn an_attempt_that_has_to_wait_is_counted_on_no_counter(world: World) {
    let narrow = counter(&world, ThrottleKind::LoginAccountAtAddress, 2);
    let wide = counter(&world, ThrottleKind::LoginAccount, 10);
    for _ in 0..20 {
        count(&world, &[narrow, wide], 0).await;
    }
    let expected = [
        ("login_account".to_owned(), 2),
        ("login_account_at_address".to_owned(), 2),
    ];
    assert_eq!(stored(&world).await, expected);
    // A new key costs no row, where another counter is spent.
    let fresh = counter(&world, ThrottleKind::LoginAddress, 10);
    assert_eq!(count(&world, &[fresh, narrow], 0).await, Some(60));
    assert_eq!(stored(&world).await, expected);
}

async fn parallel_attempts_are_all_counted(world: World) {
    let counter = counter(&world, ThrottleKind::LoginAccount, 5);
    let now = world.now;
    let attempts = (0..30).map(|_| {
        let db = world.db.clone();
        tokio::spawn(async move {
            let conn = db.connect().await.unwrap();
            let spent = conn.reads().throttles().count(&[counter], now).await;
            wait(&spent.unwrap(), now)
        })
    });
    let mut let_through = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            None => let_through += 1,
            Some((wait, kind)) => {
                assert_eq!(
                    (wait, kind),
                    (Duration::from_mins(1), ThrottleKind::LoginAccount)
                );
            }
        }
    }
    assert_eq!(let_through, 5);
    assert_eq!(stored(&world).await, [("login_account".to_owned(), 5)]);
}

async fn counters_that_overlap_do_not_lock_one_another_out(world: World) {
    let all = [
        counter(&world, ThrottleKind::LoginAddress, 1_000),
        counter(&world, ThrottleKind::LoginAccount, 1_000),
        counter(&world, ThrottleKind::LoginAccountAtAddress, 1_000),
    ];
    let now = world.now;
    let attempts = (0..60).map(|number| {
        let db = world.db.clone();
        let mut counters = all;
        counters.rotate_left(number % 3);
        tokio::spawn(async move {
            let mut conn = db.connect().await.unwrap();
            conn.reads()
                .throttles()
                .count(&counters, now)
                .await
                .unwrap();
            let work = conn.begin("test.forgive").await.unwrap();
            work.throttles().forgive(&counters).await.unwrap();
            work.commit().await.unwrap();
        })
    });
    for attempt in attempts.collect::<Vec<_>>() {
        attempt.await.unwrap();
    }
    let left: i64 = world
        .database
        .stored()
        .throttles()
        .await
        .iter()
        .map(|one| one.1)
        .sum();
    assert_eq!(left, 0);
}

async fn a_right_attempt_takes_itself_off_what_others_fill_too(world: World) {
    let counters = [
        counter(&world, ThrottleKind::LoginAddress, 3),
        counter(&world, ThrottleKind::LoginAccount, 3),
    ];
    let conn = world.conn().await;
    assert_eq!(count(&world, &counters, 0).await, None);
    for _ in 0..5 {
        assert_eq!(count(&world, &counters, 0).await, None);
        conn.reads().throttles().forgive(&counters).await.unwrap();
    }
    let expected = |attempts| {
        [
            ("login_account".to_owned(), attempts),
            ("login_address".to_owned(), attempts),
        ]
    };
    assert_eq!(stored(&world).await, expected(1));
    // Never below nothing.
    for _ in 0..2 {
        conn.reads().throttles().forgive(&counters).await.unwrap();
    }
    assert_eq!(stored(&world).await, expected(0));
}

async fn a_right_attempt_empties_what_is_its_accounts_alone(world: World) {
    let kinds = [
        ThrottleKind::LoginAccountAtAddress,
        ThrottleKind::LoginDevice,
    ];
    let [at_address, device] = kinds.map(|kind| counter(&world, kind, 2));
    let other = counter(&world, ThrottleKind::LoginAccountAtAddress, 1);
    for counter in [at_address, at_address, device, other] {
        assert_eq!(count(&world, &[counter], 0).await, None);
    }
    let conn = world.conn().await;
    let mine = [at_address, device];
    conn.reads().throttles().forgive(&mine).await.unwrap();
    for _ in 0..2 {
        assert_eq!(count(&world, &mine, 0).await, None);
    }
    assert_eq!(count(&world, &mine, 0).await, Some(60));
    assert_eq!(count(&world, &[other], 0).await, Some(60));
}

async fn an_attempt_that_was_not_tried_is_taken_back_alone(world: World) {
    let kinds = [
        ThrottleKind::LoginAccount,
        ThrottleKind::LoginAccountAtAddress,
    ];
    let counters = kinds.map(|kind| counter(&world, kind, 5));
    for _ in 0..3 {
        assert_eq!(count(&world, &counters, 0).await, None);
    }
    let conn = world.conn().await;
    conn.reads().throttles().take_back(&counters).await.unwrap();
    let expected = kinds.map(|kind| (kind.as_str().to_owned(), 2));
    assert_eq!(stored(&world).await, expected);
}
