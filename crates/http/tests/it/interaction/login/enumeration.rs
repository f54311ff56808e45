//! Whoever tries names at the login page does not learn which accounts there are. How long answers
//! take is measured by `make enumeration-report`.

use authly_testing::fixtures::PASSWORD;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

use super::seen;

/// Names of one length: an active user, a disabled one, one without a password, one who has to
/// change it, and nobody's.
const NAMES: [&str; 5] = ["alice", "carol", "frank", "peter", "nobod"];

async fn app(attempts: u32) -> TestApp {
    let policies = move |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = attempts;
    };
    let app = Setup::default().policies(policies).app().await;
    app.user("alice").create().await;
    let carol = app.user("carol").create().await;
    app.disable_user(&carol).await;
    let frank = app.user("frank").create().await;
    app.take_password(&frank).await;
    app.user("peter").requires_password_change().create().await;
    app
}

#[tokio::test]
async fn whoever_has_to_wait_sees_the_same_for_every_name() {
    let app = app(2).await;
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    let mut views = Vec::new();
    for name in NAMES {
        let mut statuses = Vec::new();
        for password in ["wrong", "wrong", "wrong", PASSWORD] {
            let page = browser.fill_in_login(&login, name, password).await;
            statuses.push(page.status());
            if page.status() == 429 {
                views.push(seen(&page, name));
            }
        }
        assert_eq!(statuses, [422, 422, 429, 429], "{name}");
    }
    views.dedup();
    assert_eq!(views.len(), 1, "{views:?}");
}

#[tokio::test]
async fn an_attempt_takes_as_many_round_trips_whoever_it_is_for() {
    let app = app(2).await;
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    for name in NAMES {
        // Each failure is written down, and so is the first one that has to wait.
        for expected in [3, 3, 3, 1] {
            let attempt = browser.fill_in_login(&login, name, "wrong");
            let (page, round_trips) = app.round_trips_of(attempt).await;
            assert_ne!(page.status(), 303);
            assert_eq!(round_trips, expected, "{name}");
        }
    }
}
