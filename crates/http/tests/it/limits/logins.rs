//! Everybody logs in at once.

use std::time::Duration;

use authly_testing::Setup;
use authly_testing::policies::Policies;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use crate::support::session_cookie;

const EVERYBODY: usize = 500;

#[tokio::test]
async fn five_hundred_logins_at_once_are_each_answered_and_afterwards_all_is_well() {
    let patient = |policies: &mut Policies| {
        // However long the preparations take.
        policies.http.keep_alive = Duration::from_hours(1);
        let throttle = &mut policies.sessions.throttle;
        throttle.login_address.attempts = 10_000;
        throttle.login_account_at_address.attempts = 10_000;
        throttle.login_account.attempts = 10_000;
    };
    let setup = Setup::default().policies(patient).password_threads(1, 8);
    let app = setup.app().await;
    let alice = app.user("alice").create().await;
    let mut browsers: Vec<_> = (0..EVERYBODY).map(|_| app.browser()).collect();
    let mut forms = Vec::with_capacity(EVERYBODY);
    for browser in &mut browsers {
        forms.push(browser.get("/login").await);
    }

    let logins = browsers
        .iter_mut()
        .zip(&forms)
        .map(async |(browser, form)| {
            let page = browser.fill_in_login(form, "alice", &alice.password).await;
            (page, session_cookie(browser).is_some())
        });
    let (mut inside, mut sent_away) = (0, 0);
    for (page, has_session) in join_all(logins).await {
        match page.status() {
            303 => inside += 1,
            503 => {
                sent_away += 1;
                assert!(!page.answer.header("retry-after").is_empty());
            }
            other => panic!("{other}: {page:?}"),
        }
        assert_eq!(has_session, page.status() == 303);
    }
    assert!(
        inside > 0 && sent_away > 0,
        "{inside} inside, {sent_away} not"
    );
    assert_eq!(app.stored().sessions_of("alice").await.len(), inside);
    assert_eq!(app.browser().log_in(&alice).await.status(), 303);
}
