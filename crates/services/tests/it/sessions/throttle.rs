//! How guessing passwords is slowed.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use authly_domain::secret::Password;
use authly_services::sessions::LoginError;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow::{self, ELSEWHERE, HOME};

async fn try_log_in(
    services: &TestServices,
    from: IpAddr,
    name: &str,
    password: &str,
) -> Result<(), LoginError> {
    let browser = flow::browser_at(services, from);
    let password = Password::new(password.to_owned());
    let logged_in = services
        .deps
        .sessions
        .log_in(name, password, &browser)
        .await;
    logged_in.map(|_session| ())
}

fn is_throttled(result: &Result<(), LoginError>) -> bool {
    matches!(result, Err(LoginError::Throttled { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_are_all_counted() {
    let services = Arc::new(TestServices::start().await);
    services.user("alice").create().await;
    let guesses = (0..30).map(|number| {
        let services = Arc::clone(&services);
        let guess = format!("guess number {number}");
        tokio::spawn(async move { try_log_in(&services, HOME, "alice", &guess).await })
    });
    let mut tried = 0;
    for guess in guesses.collect::<Vec<_>>() {
        let result = guess.await.unwrap();
        tried += usize::from(matches!(result, Err(LoginError::WrongCredentials)));
    }
    assert_eq!(tried, 5);
}

#[tokio::test]
async fn the_guesser_waits_and_the_user_elsewhere_does_not() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let bob = services.user("bob").create().await;
    for _ in 0..5 {
        try_log_in(&services, HOME, "alice", "a wrong password")
            .await
            .unwrap_err();
    }
    let waiting = try_log_in(&services, HOME, "alice", &alice.password).await;
    match waiting.unwrap_err() {
        LoginError::Throttled { retry_after, .. } => {
            assert_eq!(retry_after, Duration::from_mins(15));
        }
        other => panic!("{other:?}"),
    }
    try_log_in(&services, ELSEWHERE, "alice", &alice.password)
        .await
        .unwrap();
    try_log_in(&services, HOME, "bob", &bob.password)
        .await
        .unwrap();

    services.advance(Duration::from_mins(15));
    try_log_in(&services, HOME, "alice", &alice.password)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_right_password_forgives_what_was_mistyped_before() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    for _ in 0..3 {
        for _ in 0..4 {
            try_log_in(&services, HOME, "alice", "a wrong password")
                .await
                .unwrap_err();
        }
        try_log_in(&services, HOME, "alice", &alice.password)
            .await
            .unwrap();
    }
    let stored = services.stored().throttles().await;
    let expected = [
        ("login_account".to_owned(), 12),
        ("login_account_at_address".to_owned(), 0),
        ("login_address".to_owned(), 12),
    ];
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn right_passwords_alone_are_never_slowed() {
    let few = |policies: &mut Policies| {
        let throttle = &mut policies.sessions.throttle;
        throttle.login_address.attempts = 2;
        throttle.login_account.attempts = 2;
        throttle.login_account_at_address.attempts = 2;
    };
    let services = Setup::default().policies(few).services().await;
    let alice = services.user("alice").create().await;
    for _ in 0..10 {
        try_log_in(&services, HOME, "alice", &alice.password)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_is_slowed() {
    let few = |policies: &mut Policies| policies.sessions.throttle.login_address.attempts = 3;
    let services = Setup::default().policies(few).services().await;
    let alice = services.user("alice").create().await;
    for name in ["bob", "carol", "no name at all"] {
        let refused = try_log_in(&services, HOME, name, "a wrong password").await;
        assert!(matches!(refused, Err(LoginError::WrongCredentials)));
    }
    assert!(is_throttled(
        &try_log_in(&services, HOME, "alice", &alice.password).await
    ));
    try_log_in(&services, ELSEWHERE, "alice", &alice.password)
        .await
        .unwrap();
}

#[tokio::test]
async fn one_guesser_fills_no_counter_that_others_share() {
    let few = |policies: &mut Policies| {
        let throttle = &mut policies.sessions.throttle;
        throttle.login_address.attempts = 7;
        throttle.login_account.attempts = 7;
    };
    let services = Setup::default().policies(few).services().await;
    let alice = services.user("alice").create().await;
    let bob = services.user("bob").create().await;
    for _ in 0..50 {
        try_log_in(&services, HOME, "alice", "a wrong password")
            .await
            .unwrap_err();
    }
    let stored = services.stored().throttles().await;
    let counted = |kind: &str| (kind.to_owned(), 5);
    let expected = [
        counted("login_account"),
        counted("login_account_at_address"),
        counted("login_address"),
    ];
    assert_eq!(stored, expected);
    // Neither the account elsewhere nor the neighbours here wait for the guesser.
    try_log_in(&services, ELSEWHERE, "alice", &alice.password)
        .await
        .unwrap();
    try_log_in(&services, HOME, "bob", &bob.password)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_account_that_many_addresses_try_is_slowed() {
    let few = |policies: &mut Policies| policies.sessions.throttle.login_account.attempts = 3;
    let services = Setup::default().policies(few).services().await;
    services.user("alice").create().await;
    for last in 1..=3 {
        let from = IpAddr::from([203, 0, 113, last]);
        let refused = try_log_in(&services, from, "alice", "a wrong password").await;
        assert!(matches!(refused, Err(LoginError::WrongCredentials)));
    }
    assert!(is_throttled(
        &try_log_in(&services, ELSEWHERE, "alice", "a wrong password").await
    ));
}

#[tokio::test]
async fn one_subscribers_ipv6_addresses_are_one_guesser() {
    let services = TestServices::start().await;
    services.user("alice").create().await;
    for host in 1..=5_u16 {
        let from = IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, host]);
        try_log_in(&services, from, "alice", "a wrong password")
            .await
            .unwrap_err();
    }
    let next = IpAddr::from([0x2001, 0xdb8, 1, 2, 9, 9, 9, 9]);
    assert!(is_throttled(
        &try_log_in(&services, next, "alice", "a wrong password").await
    ));
    let neighbour = IpAddr::from([0x2001, 0xdb8, 1, 3, 0, 0, 0, 1]);
    assert!(!is_throttled(
        &try_log_in(&services, neighbour, "alice", "a wrong password").await
    ));
}
