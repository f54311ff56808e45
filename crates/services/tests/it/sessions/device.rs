//! Browsers that are known again: what others do never makes them wait.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use authly_crypto::password::{PasswordHasher, PasswordHasherSettings};
use authly_domain::secret::{DeviceToken, Password};
use authly_domain::users::PasswordHash;
use authly_services::sessions::{Browser, LoginError};
use authly_testing::fixtures::TestUser;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow::{self, ELSEWHERE, HOME};

/// A node where an account is shut after three wrong passwords, and an address after six.
async fn strict() -> TestServices {
    let few = |policies: &mut Policies| {
        let throttle = &mut policies.sessions.throttle;
        throttle.login_account.attempts = 3;
        throttle.login_address.attempts = 6;
    };
    Setup::default().policies(few).services().await
}

/// What a login in this browser comes to. A right one gives it new cookies.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    In,
    Wrong,
    Waits,
}

async fn log_in(
    services: &TestServices,
    browser: &mut Browser,
    name: &str,
    password: &str,
) -> Outcome {
    let password = Password::new(password.to_owned());
    let sessions = &services.deps.sessions;
    match sessions.log_in(name, password, browser).await {
        Ok(logged_in) => {
            browser.session = Some(logged_in.session);
            browser.device = Some(logged_in.device.token);
            Outcome::In
        }
        Err(LoginError::WrongCredentials) => Outcome::Wrong,
        Err(LoginError::Throttled { .. }) => Outcome::Waits,
        Err(other) => panic!("{other:?}"),
    }
}

/// A browser somewhere with a copy of this one's device cookie.
fn copy(services: &TestServices, of: &Browser, address: IpAddr) -> Browser {
    let cookie = of.device.as_ref().unwrap().expose().to_owned();
    Browser {
        device: Some(DeviceToken::new(cookie)),
        ..flow::browser_at(services, address)
    }
}

/// Guesses at an account from many addresses until it is shut.
async fn shut(services: &TestServices, name: &str) {
    for last in 1..=3 {
        let mut guesser = flow::browser_at(services, IpAddr::from([203, 0, 113, last]));
        let tried = log_in(services, &mut guesser, name, "a wrong password").await;
        assert_eq!(tried, Outcome::Wrong);
    }
    let mut guesser = flow::browser_at(services, ELSEWHERE);
    let waits = log_in(services, &mut guesser, name, "a wrong password").await;
    assert_eq!(waits, Outcome::Waits);
}

async fn attempts(services: &TestServices, kind: &str) -> Vec<i64> {
    let all = services.stored().throttles().await;
    let of_kind = all.into_iter().filter(|(name, _)| name == kind);
    of_kind.map(|(_, attempts)| attempts).collect()
}

#[tokio::test]
async fn who_shuts_an_account_keeps_nobody_out_of_a_browser_that_is_known_for_it() {
    let services = strict().await;
    let alice = services.user("alice").create().await;
    let mut known = flow::logged_in(&services, &alice).await;
    shut(&services, "alice").await;

    let mut new = flow::browser(&services);
    let outcome = log_in(&services, &mut new, "alice", &alice.password).await;
    assert_eq!(outcome, Outcome::Waits);
    for (address, name) in [(HOME, "alice"), (ELSEWHERE, " ALICE ")] {
        known.address = address;
        let outcome = log_in(&services, &mut known, name, &alice.password).await;
        assert_eq!(outcome, Outcome::In);
    }
    assert_eq!(attempts(&services, "login_account").await, [3]);
}

#[tokio::test]
async fn a_guesser_at_the_same_address_does_not_make_a_known_browser_wait() {
    let services = strict().await;
    let alice = services.user("alice").create().await;
    let mut known = flow::logged_in(&services, &alice).await;
    let mut guesser = flow::browser(&services);
    for name in ["bob", "carol", "dave", "erin", "frank", "grace"] {
        let outcome = log_in(&services, &mut guesser, name, "a wrong password").await;
        assert_eq!(outcome, Outcome::Wrong);
    }
    let mut new = flow::browser(&services);
    let outcome = log_in(&services, &mut new, "alice", &alice.password).await;
    assert_eq!(outcome, Outcome::Waits);

    let outcome = log_in(&services, &mut known, "alice", "a wrong password").await;
    assert_eq!(outcome, Outcome::Wrong);
    assert_eq!(attempts(&services, "login_address").await, [7]);
    let outcome = log_in(&services, &mut known, "alice", &alice.password).await;
    assert_eq!(outcome, Outcome::In);
    assert_eq!(attempts(&services, "login_address").await, [7]);
    assert_eq!(attempts(&services, "login_device").await, [0]);
}

#[tokio::test]
async fn a_stolen_cookie_gives_the_guesses_of_its_own_counter_and_those_of_anybody() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let mut owner = flow::logged_in(&services, &alice).await;
    let mut thief = copy(&services, &owner, ELSEWHERE);
    let outcome = log_in(&services, &mut owner, "alice", &alice.password).await;
    assert_eq!(outcome, Outcome::In);

    let mut tried = 0;
    for _ in 0..40 {
        let outcome = log_in(&services, &mut thief, "alice", "a wrong password").await;
        tried += usize::from(outcome == Outcome::Wrong);
    }
    assert_eq!(tried, 10 + 5);
    assert_eq!(attempts(&services, "login_device").await, [10]);
    // The owner's cookie is another one since.
    for password in ["a wrong password", &alice.password] {
        let outcome = log_in(&services, &mut owner, "alice", password).await;
        assert_ne!(outcome, Outcome::Waits);
    }
}

#[tokio::test]
async fn a_cookie_says_nothing_for_other_accounts() {
    let services = strict().await;
    let alice = services.user("alice").create().await;
    let mallory = services.user("mallory").create().await;
    let mut browser = flow::logged_in(&services, &mallory).await;
    shut(&services, "alice").await;
    let outcome = log_in(&services, &mut browser, "alice", &alice.password).await;
    assert_eq!(outcome, Outcome::Waits);
    // Nor does logging in to one's own account make new guesses at another's.
    for _ in 0..3 {
        let outcome = log_in(&services, &mut browser, "mallory", &mallory.password).await;
        assert_eq!(outcome, Outcome::In);
        let outcome = log_in(&services, &mut browser, "alice", &alice.password).await;
        assert_eq!(outcome, Outcome::Waits);
    }
}

#[tokio::test]
async fn logins_of_others_give_a_copied_cookie_no_new_guesses() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let mallory = services.user("mallory").create().await;
    let owner = flow::logged_in(&services, &alice).await;
    let mut thief = copy(&services, &owner, ELSEWHERE);
    let mut tried = 0;
    for _ in 0..20 {
        let outcome = log_in(&services, &mut thief, "mallory", &mallory.password).await;
        assert_eq!(outcome, Outcome::In);
        let outcome = log_in(&services, &mut thief, "alice", "a wrong password").await;
        tried += usize::from(outcome == Outcome::Wrong);
    }
    assert_eq!(tried, 10 + 5);
}

#[tokio::test]
async fn several_people_are_known_in_one_browser() {
    let services = strict().await;
    let alice = services.user("alice").create().await;
    let bob = services.user("bob").create().await;
    let mut shared = flow::browser(&services);
    for user in [&alice, &bob] {
        flow::log_in(&services, &mut shared, user).await;
    }
    shut(&services, "alice").await;
    shut(&services, "bob").await;
    for user in [&alice, &bob, &alice] {
        let outcome = log_in(&services, &mut shared, &user.username, &user.password).await;
        assert_eq!(outcome, Outcome::In);
    }
}

async fn waits_once_shut(services: &TestServices, known: &mut Browser, user: &TestUser) -> bool {
    shut(services, &user.username).await;
    log_in(services, known, &user.username, &user.password).await == Outcome::Waits
}

#[tokio::test]
async fn a_browser_is_known_for_so_long_after_its_last_login() {
    let services = strict().await;
    let alice = services.user("alice").create().await;
    let mut known = flow::logged_in(&services, &alice).await;
    let lifetime = services.policies().sessions.throttle.device_lifetime;
    let almost = lifetime.saturating_sub(Duration::from_hours(1));
    for _ in 0..2 {
        services.advance(almost);
        assert!(!waits_once_shut(&services, &mut known, &alice).await);
    }
    services.advance(lifetime);
    assert!(waits_once_shut(&services, &mut known, &alice).await);
}

/// Gives a user this password as it is hashed with a cost that is no longer the present one.
async fn set_old_hash(services: &TestServices, user: &TestUser) -> PasswordHash {
    let hasher = PasswordHasher::start(PasswordHasherSettings {
        threads: NonZeroUsize::MIN,
        queue: NonZeroUsize::MIN,
        cost: authly_testing::passwords::COST + 1,
    });
    let password = Password::new(user.password.clone());
    let hash = hasher.unwrap().hash(&password).await.unwrap();
    let conn = services.context.db.connect().await.unwrap();
    let users = conn.reads().users();
    assert!(users.set_password(user.id, &hash).await.unwrap().is_some());
    hash
}

#[tokio::test]
async fn a_change_of_the_password_makes_every_browser_a_new_one() {
    let services = strict().await;
    let alice = services.user("alice").create().await;
    let mut known = flow::logged_in(&services, &alice).await;
    set_old_hash(&services, &alice).await;
    assert!(waits_once_shut(&services, &mut known, &alice).await);
}

#[tokio::test]
async fn a_new_hash_of_the_same_password_leaves_every_browser_known() {
    let services = strict().await;
    let alice = services.user("alice").create().await;
    let old = set_old_hash(&services, &alice).await;
    let mut known = flow::logged_in(&services, &alice).await;
    let mut first = copy(&services, &known, HOME);
    let conn = services.context.db.connect().await.unwrap();
    let user = conn.reads().users().credentials_of(alice.id).await;
    assert_ne!(
        user.unwrap().unwrap().password,
        Some(old),
        "it was hashed anew"
    );
    drop(conn);
    assert!(!waits_once_shut(&services, &mut known, &alice).await);
    let outcome = log_in(&services, &mut first, "alice", &alice.password).await;
    assert_eq!(outcome, Outcome::In);
}

/// Right passwords at once; who does not get in.
async fn at_once(nodes: &[Arc<TestServices>], browsers: Vec<Browser>, user: &TestUser) -> usize {
    let logins = browsers
        .into_iter()
        .enumerate()
        .map(|(number, mut browser)| {
            let node = Arc::clone(&nodes[number % nodes.len()]);
            let (name, password) = (user.username.clone(), user.password.clone());
            tokio::spawn(async move { log_in(&node, &mut browser, &name, &password).await })
        });
    let mut refused = 0;
    for login in logins.collect::<Vec<_>>() {
        refused += usize::from(login.await.unwrap() != Outcome::In);
    }
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn right_passwords_at_once_from_a_known_browser_are_all_let_in_by_two_nodes() {
    let first = Arc::new(TestServices::start().await);
    let nodes = [Arc::clone(&first), Arc::new(first.another_node().await)];
    let alice = first.user("alice").create().await;
    let known = flow::logged_in(&first, &alice).await;
    let browsers = (0..40).map(|_| copy(&first, &known, HOME)).collect();
    assert_eq!(at_once(&nodes, browsers, &alice).await, 0);
    assert_eq!(attempts(&first, "login_device").await, [0]);
    assert_eq!(attempts(&first, "login_address").await, [0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn right_passwords_at_once_from_new_browsers_at_one_address_are_all_let_in() {
    let first = Arc::new(TestServices::start().await);
    let nodes = [Arc::clone(&first), Arc::new(first.another_node().await)];
    let alice = first.user("alice").create().await;
    let browsers = (0..40).map(|_| flow::browser(&first)).collect();
    assert_eq!(at_once(&nodes, browsers, &alice).await, 0);
    assert_eq!(attempts(&first, "login_account_at_address").await, [0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn right_passwords_at_once_are_all_let_in_while_the_hash_is_renewed() {
    let services = Arc::new(TestServices::start().await);
    let alice = services.user("alice").create().await;
    set_old_hash(&services, &alice).await;
    let addresses = (1..=16).map(|last| IpAddr::from([203, 0, 113, last]));
    let browsers = addresses.map(|from| flow::browser_at(&services, from));
    let browsers = browsers.collect();
    assert_eq!(at_once(&[services], browsers, &alice).await, 0);
}
