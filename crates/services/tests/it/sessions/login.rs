//! Logging in.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::secret::Password;
use authly_services::sessions::LoginError;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow;

async fn try_log_in(services: &TestServices, name: &str, password: &str) -> Result<(), LoginError> {
    let browser = flow::browser(services);
    let password = Password::new(password.to_owned());
    let logged_in = services
        .deps
        .sessions
        .log_in(name, password, &browser)
        .await;
    logged_in.map(|_session| ())
}

#[tokio::test]
async fn a_user_logs_in_by_name_or_address_whatever_the_case() {
    let services = TestServices::start().await;
    let alice = services.user("Alice").create().await;
    for name in [
        "alice",
        "ALICE",
        " alice ",
        "Alice@example.com",
        "alice@EXAMPLE.COM",
    ] {
        try_log_in(&services, name, &alice.password).await.unwrap();
    }
    assert_eq!(services.stored().sessions_of("Alice").await.len(), 5);
    assert!(services.stored().user("Alice").await.unwrap().has_logged_in);
}

#[tokio::test]
async fn wrong_credentials_say_no_more_and_store_no_session() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let disabled = services.user("disabled").create().await;
    services.disable_user(&disabled).await;
    let before = services.stored().protocol_state().await;
    for (name, password) in [
        ("alice", "a wrong password"),
        ("nobody", alice.password.as_str()),
        ("no name at all", alice.password.as_str()),
        ("", alice.password.as_str()),
        ("disabled", disabled.password.as_str()),
    ] {
        let refused = try_log_in(&services, name, password).await.unwrap_err();
        assert!(
            matches!(refused, LoginError::WrongCredentials),
            "{name}: {refused:?}"
        );
    }
    assert_eq!(services.stored().protocol_state().await, before);
    assert!(!services.stored().user("alice").await.unwrap().has_logged_in);
}

#[tokio::test]
async fn what_cannot_be_a_password_is_refused_before_anything_else() {
    let services = TestServices::start().await;
    services.user("alice").create().await;
    let before = services.db.round_trips();
    for password in [
        "",
        "with a \0 in it",
        &"x".repeat(1_025),
        &"x".repeat(1_000_000),
    ] {
        let refused = try_log_in(&services, "alice", password).await.unwrap_err();
        assert!(matches!(refused, LoginError::Form(_)), "{refused:?}");
    }
    assert_eq!(services.db.round_trips(), before);
}

#[tokio::test]
async fn a_long_password_counts_to_its_last_byte() {
    let services = TestServices::start().await;
    let long = "x".repeat(1_024);
    services.user("alice").password(&long).create().await;
    try_log_in(&services, "alice", &long).await.unwrap();
    let almost = format!("{}y", "x".repeat(1_023));
    try_log_in(&services, "alice", &almost).await.unwrap_err();
    try_log_in(&services, "alice", &"x".repeat(72))
        .await
        .unwrap_err();
}

#[tokio::test]
async fn logging_in_again_gives_the_same_session_another_cookie() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let mut browser = flow::logged_in(&services, &alice).await;
    let first = services
        .deps
        .sessions
        .current(&browser)
        .await
        .unwrap()
        .unwrap();
    let cookie = browser.session.as_ref().unwrap().expose().to_owned();
    services.advance(Duration::from_secs(30));

    flow::log_in(&services, &mut browser, &alice).await;

    assert_ne!(browser.session.as_ref().unwrap().expose(), cookie);
    let second = services
        .deps
        .sessions
        .current(&browser)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(second.id, first.id);
    assert!(second.authentication.auth_time > first.authentication.auth_time);
    browser.session = Some(authly_domain::secret::SessionToken::new(cookie));
    assert_eq!(
        services.deps.sessions.current(&browser).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn somebody_else_in_the_same_browser_replaces_the_session() {
    let services = TestServices::start().await;
    let (alice, bob) = (
        services.user("alice").create().await,
        services.user("bob").create().await,
    );
    let mut browser = flow::logged_in(&services, &alice).await;
    flow::log_in(&services, &mut browser, &bob).await;

    let current = services
        .deps
        .sessions
        .current(&browser)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(current.username.as_str(), "bob");
    let ended = services.stored().sessions_of("alice").await;
    assert_eq!(ended[0].ended_reason.as_deref(), Some("replaced"));
}

#[tokio::test]
async fn a_session_ends_when_it_idles_and_in_any_case_after_a_week() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let idle = flow::logged_in(&services, &alice).await;
    let used = flow::logged_in(&services, &alice).await;
    let is_live = async |browser| {
        services
            .deps
            .sessions
            .current(browser)
            .await
            .unwrap()
            .is_some()
    };
    for _ in 0..13 {
        services.advance(Duration::from_hours(11));
        assert!(is_live(&used).await);
    }
    assert!(!is_live(&idle).await);
    services.advance(Duration::from_hours(11));
    assert!(is_live(&used).await);
    services.advance(Duration::from_hours(11));
    services.advance(Duration::from_hours(3));
    assert!(!is_live(&used).await);
}

#[tokio::test]
async fn after_logout_the_cookie_opens_nothing() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    for _ in 0..2 {
        services.deps.sessions.log_out(&browser).await.unwrap();
        assert_eq!(
            services.deps.sessions.current(&browser).await.unwrap(),
            None
        );
    }
    let ended = services.stored().sessions_of("alice").await;
    assert_eq!(ended[0].ended_reason.as_deref(), Some("logged_out"));
    services
        .deps
        .sessions
        .log_out(&flow::browser(&services))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn when_too_many_passwords_wait_the_next_is_told_to_come_back() {
    let services = Setup::default().password_threads(1, 1);
    let no_limit = |policies: &mut authly_testing::policies::Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 1_000;
    };
    let services = Arc::new(services.policies(no_limit).services().await);
    let attempts = (0..60).map(|_| {
        let services = Arc::clone(&services);
        tokio::spawn(async move { try_log_in(&services, "nobody", "a wrong password").await })
    });
    let mut busy = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.unwrap().unwrap_err() {
            LoginError::Busy => busy += 1,
            LoginError::WrongCredentials => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(busy > 0);
}
