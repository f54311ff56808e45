//! `throttles`.

use std::time::Duration;

use authly_domain::throttle::{ThrottleKind, ThrottleRule, ThrottleVerdict};
use authly_repositories::throttle::Counter;
use pretty_assertions::assert_eq;

use crate::world::World;

in_both_modes!(
    attempts_are_let_through_until_there_are_too_many,
    a_window_ends_after_its_time_and_the_next_begins_anew,
    each_kind_and_key_has_a_counter_of_its_own,
    the_strictest_of_several_counters_speaks,
    parallel_attempts_are_all_counted,
    counters_that_overlap_do_not_lock_one_another_out,
    a_right_attempt_is_taken_off_again,
    a_counter_is_forgotten_as_a_whole,
);

fn counter(world: &World, kind: ThrottleKind, attempts: u32) -> Counter {
    let window = Duration::from_mins(1);
    Counter {
        kind,
        key: world.digest(),
        rule: ThrottleRule { attempts, window },
    }
}

async fn count(world: &World, counters: &[Counter], seconds: u64) -> ThrottleVerdict {
    let conn = world.conn().await;
    conn.reads()
        .throttles()
        .count(counters, world.later(seconds))
        .await
        .unwrap()
}

const fn wait(seconds: u64) -> ThrottleVerdict {
    ThrottleVerdict::Wait(Duration::from_secs(seconds))
}

async fn attempts_are_let_through_until_there_are_too_many(world: World) {
    let counter = [counter(&world, ThrottleKind::ClientSecret, 2)];
    let mut verdicts = Vec::new();
    for seconds in [0, 10, 20, 59] {
        verdicts.push(count(&world, &counter, seconds).await);
    }
    let proceed = ThrottleVerdict::Proceed;
    assert_eq!(verdicts, [proceed, proceed, wait(40), wait(1)]);
    let stored = world.database.stored().throttles().await;
    assert_eq!(stored, [("client_secret".to_owned(), 4)]);
}

async fn a_window_ends_after_its_time_and_the_next_begins_anew(world: World) {
    let counter = [counter(&world, ThrottleKind::LoginAddress, 1)];
    assert_eq!(count(&world, &counter, 0).await, ThrottleVerdict::Proceed);
    assert_eq!(count(&world, &counter, 1).await, wait(59));
    assert_eq!(count(&world, &counter, 60).await, ThrottleVerdict::Proceed);
    assert_eq!(count(&world, &counter, 61).await, wait(59));
}

async fn each_kind_and_key_has_a_counter_of_its_own(world: World) {
    let first = counter(&world, ThrottleKind::LoginAddress, 1);
    let other_kind = Counter {
        kind: ThrottleKind::LoginAccount,
        ..first
    };
    let other_key = counter(&world, ThrottleKind::LoginAddress, 1);
    for counter in [first, other_kind, other_key] {
        assert_eq!(count(&world, &[counter], 0).await, ThrottleVerdict::Proceed);
    }
    assert_eq!(count(&world, &[first], 0).await, wait(60));
}

async fn the_strictest_of_several_counters_speaks(world: World) {
    let lenient = counter(&world, ThrottleKind::LoginAddress, 5);
    let strict = counter(&world, ThrottleKind::LoginAccount, 1);
    assert_eq!(
        count(&world, &[lenient, strict], 0).await,
        ThrottleVerdict::Proceed
    );
    assert_eq!(count(&world, &[lenient, strict], 20).await, wait(40));
    assert_eq!(
        count(&world, &[lenient], 20).await,
        ThrottleVerdict::Proceed
    );
}

async fn parallel_attempts_are_all_counted(world: World) {
    let counter = counter(&world, ThrottleKind::LoginAccount, 5);
    let now = world.now;
    let attempts = (0..30).map(|_| {
        let db = world.db.clone();
        tokio::spawn(async move {
            let conn = db.connect().await.unwrap();
            conn.reads()
                .throttles()
                .count(&[counter], now)
                .await
                .unwrap()
        })
    });
    let mut let_through = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        let_through += usize::from(attempt.await.unwrap() == ThrottleVerdict::Proceed);
    }
    assert_eq!(let_through, 5);
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

async fn a_right_attempt_is_taken_off_again(world: World) {
    let counters = [
        counter(&world, ThrottleKind::LoginAddress, 1),
        counter(&world, ThrottleKind::LoginAccount, 1),
    ];
    let conn = world.conn().await;
    for _ in 0..5 {
        assert_eq!(count(&world, &counters, 0).await, ThrottleVerdict::Proceed);
        conn.reads().throttles().forgive(&counters).await.unwrap();
    }
    // Never below nothing.
    conn.reads().throttles().forgive(&counters).await.unwrap();
    let stored = world.database.stored().throttles().await;
    assert_eq!(
        stored,
        [
            ("login_account".to_owned(), 0),
            ("login_address".to_owned(), 0)
        ]
    );
}

async fn a_counter_is_forgotten_as_a_whole(world: World) {
    let (one, other) = (
        counter(&world, ThrottleKind::LoginAccountAtAddress, 1),
        counter(&world, ThrottleKind::LoginAccountAtAddress, 1),
    );
    for counter in [one, one, one, other] {
        count(&world, &[counter], 0).await;
    }
    let conn = world.conn().await;
    conn.reads().throttles().reset(&one).await.unwrap();
    assert_eq!(count(&world, &[one], 0).await, ThrottleVerdict::Proceed);
    assert_eq!(count(&world, &[other], 0).await, wait(60));
}
