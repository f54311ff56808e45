//! Logins, and the threads that check passwords.

use std::collections::BTreeSet;

use authly_domain::users::{PasswordHash, PasswordScheme};
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use futures_util::future::join;
use pretty_assertions::assert_eq;

use super::super::watch::Watch;

/// A hash of cost 16, which takes some seconds to compare with.
const SLOW: &str = "$2b$16$Sfea9klk71BZYuY6o3lh2ObdQkn.HYJ9hQOu5FqyHOa6JQpLO2nxO";

fn outcome(name: &str) -> String {
    format!("authly_logins_total{{outcome=\"{name}\"}}")
}

pub(super) async fn logins() -> BTreeSet<String> {
    let strict = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 1;
    };
    let app: TestApp = Setup::default().policies(strict).app().await;
    let alice = app.user("alice").create().await;
    let mut watch = Watch::of(&app.deps).await;

    app.logged_in(&alice).await;
    watch.moved(&[(&outcome("succeeded"), 1.0)]).await;

    let mut browser = app.browser();
    let login = browser.get("/login").await;
    let page = browser.fill_in_login(&login, "alice", "wrong").await;
    assert_eq!(page.status(), 422);
    watch.moved(&[(&outcome("wrong_credentials"), 1.0)]).await;

    let page = browser.fill_in_login(&login, "alice", "wrong").await;
    assert_eq!(page.status(), 429);
    let rule = r#"authly_throttled_attempts_total{kind="login_account_at_address"}"#;
    watch
        .moved(&[(&outcome("throttled"), 1.0), (rule, 1.0)])
        .await;

    let page = browser
        .fill_in_login(&login, "bob", &"x".repeat(1_025))
        .await;
    assert_eq!(page.status(), 422);
    watch.moved(&[(&outcome("malformed"), 1.0)]).await;
    watch.touched
}

pub(super) async fn a_full_queue() -> BTreeSet<String> {
    let app: TestApp = Setup::default().password_threads(1, 1).app().await;
    let hash = PasswordHash {
        scheme: PasswordScheme::Bcrypt,
        hash: SLOW.to_owned(),
    };
    // Attempts at one account come one after the other.
    for name in ["slow-1", "slow-2", "slow-3"] {
        let slow = app.user(name).create().await;
        let conn = app.context.db.connect().await.unwrap();
        let users = conn.reads().users();
        users.set_password(slow.id, &hash).await.unwrap();
    }

    let mut watch = Watch::of(&app.deps).await;
    // The pages are there before the first hash is computed, which takes some seconds and no more.
    let mut pages = Vec::new();
    for name in ["slow-1", "slow-2", "slow-3"] {
        let mut browser = app.browser();
        let login = browser.get("/login").await;
        pages.push((name, browser, login));
    }
    let attempts = pages
        .into_iter()
        .map(|(name, mut browser, login)| async move {
            browser.fill_in_login(&login, name, "wrong").await.status()
        });
    let [first, second, last] = <[_; 3]>::try_from(attempts.collect::<Vec<_>>())
        .ok()
        .unwrap();
    let third = async {
        watch
            .until(
                "authly_password_threads_busy",
                |busy| busy == 1.0,
                async || {},
            )
            .await;
        watch
            .until(
                "authly_password_queue_length",
                |waiting| waiting == 1.0,
                async || {},
            )
            .await;
        let status = last.await;
        let refused = ("authly_password_queue_refusals_total", 1.0);
        watch.moved(&[refused, (&outcome("busy"), 1.0)]).await;
        status
    };
    let (others, refused) = join(join(first, second), third).await;
    assert_eq!((others, refused), ((422, 422), 503));
    watch.moved(&[(&outcome("wrong_credentials"), 2.0)]).await;
    for series in [
        "authly_password_threads_busy",
        "authly_password_queue_length",
    ] {
        watch.until(series, |value| value == 0.0, async || {}).await;
    }
    watch.touched
}
