//! More passwords at once than can be hashed.

use authly_domain::users::{PasswordHash, PasswordScheme};
use authly_testing::fixtures::TestUser;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use crate::support::session_cookie;

/// A hash that takes long to compare with.
const SLOW: &str = "$2a$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q";

/// Lets it take long to look at this user's password.
pub(crate) async fn make_slow(app: &TestApp, user: &TestUser) {
    let conn = app.context.db.connect().await.unwrap();
    let hash = PasswordHash {
        scheme: PasswordScheme::Bcrypt,
        hash: SLOW.to_owned(),
    };
    let users = conn.reads().users();
    users.set_password(user.id, &hash).await.unwrap();
}

#[tokio::test]
async fn a_login_that_finds_the_queue_full_is_asked_to_come_back() {
    let patient = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 100;
    };
    let setup = Setup::default().policies(patient).password_threads(1, 1);
    let app: TestApp = setup.app().await;
    let alice = app.user("alice").create().await;
    let slow = app.user("slow").create().await;
    make_slow(&app, &slow).await;

    let mut browsers: Vec<_> = (0..12).map(|_| app.browser()).collect();
    let before = app.stored().protocol_state().await;
    let attempts = browsers.iter_mut().map(async |browser| {
        let login = browser.get("/login").await;
        browser.fill_in_login(&login, "slow", "wrong").await
    });
    let pages = join_all(attempts).await;
    let mut busy = 0;
    for page in pages {
        if page.status() == 503 {
            busy += 1;
            let wait: u64 = page.answer.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            assert!(page.text_of("login").is_some(), "the form is there again");
            assert!(
                page.text_of("problem")
                    .unwrap()
                    .contains("Try again in 2 seconds")
            );
        } else {
            assert_eq!(page.status(), 422, "{page:?}");
        }
    }
    let counted = app.stored().throttles().await;
    let tried = |(_, attempts): &(String, i64)| *attempts == i64::from(12 - busy);
    assert_eq!(counted.len(), 3);
    assert!(
        counted.iter().all(tried),
        "{busy} were not tried: {counted:?}"
    );
    // One is at work and one may wait: of the others some come while they do.
    assert!((1..=11).contains(&busy), "{busy}");
    assert!(
        browsers
            .iter()
            .all(|browser| session_cookie(browser).is_none())
    );
    assert_eq!(app.stored().protocol_state().await, before);

    let mut browser = app.browser();
    assert_eq!(browser.log_in(&alice).await.status(), 303);
}
