//! Several changes of one password at the same time.

use authly_domain::users::{PasswordHash, PasswordScheme};
use authly_testing::browser::{Browser, Form};
use authly_testing::{Setup, TestApp};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use super::{NEW, logged_in_as};

/// A hash that takes long to compare with.
const SLOW: &str = "$2a$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q";

/// Browsers in which Alice is about to change a password that takes long to compare with, and their
/// forms, each with a password of its own.
async fn about_to_change(app: &TestApp, count: usize) -> Vec<(Browser, Form, String)> {
    let alice = app.user("alice").requires_password_change().create().await;
    let mut all = Vec::new();
    for number in 0..count {
        let mut browser = app.browser();
        let page = browser.log_in(&alice).await;
        let page = browser.follow(&page).await;
        let new = format!("{NEW} {number}");
        let form = page.form("change_password").fill("new_password", &new);
        all.push((browser, form.fill("repeat_password", &new), new));
    }
    let slow = PasswordHash {
        scheme: PasswordScheme::Bcrypt,
        hash: SLOW.to_owned(),
    };
    let conn = app.context.db.connect().await.unwrap();
    let stored = conn.reads().users().set_password(alice.id, &slow).await;
    stored.unwrap();
    all
}

#[tokio::test]
async fn of_two_who_know_the_first_password_one_chooses_the_next_and_the_other_is_out() {
    let app = Setup::default().password_threads(2, 10).app().await;
    let mut both = about_to_change(&app, 2).await;
    let changes = both
        .iter_mut()
        .map(|(browser, form, _new)| browser.submit(form));
    join_all(changes).await;

    let mut insiders = Vec::new();
    for (browser, _form, new) in &mut both {
        if logged_in_as(browser).await.is_some() {
            insiders.push(new.clone());
        }
    }
    let [chosen] = insiders.as_slice() else {
        panic!("not one of them is in: {insiders:?}");
    };
    for (_browser, _form, new) in &both {
        let mut browser = app.browser();
        let login = browser.get("/login").await;
        let page = browser.fill_in_login(&login, "alice", new).await;
        let expected = if new == chosen { 303 } else { 422 };
        assert_eq!(page.status(), expected, "{new}, where {chosen} is in");
    }
}

#[tokio::test]
async fn a_change_that_finds_the_queue_full_is_asked_to_come_back() {
    let app = Setup::default().password_threads(1, 1).app().await;
    let mut all = about_to_change(&app, 5).await;
    let changes = all
        .iter_mut()
        .map(|(browser, form, _new)| browser.submit(form));
    let pages = join_all(changes).await;
    let busy: Vec<_> = pages.iter().filter(|page| page.status() == 503).collect();
    // One is at work and one may wait: of the others some come while they do.
    assert!((1..=4).contains(&busy.len()), "{pages:?}");
    for page in busy {
        let wait: u64 = page.answer.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        assert!(page.text_of("change_password").is_some(), "{page:?}");
    }
}
