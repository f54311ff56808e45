//! The forced change of a password.

use authly_domain::secret::Password;
use authly_domain::sessions::LoginStep;
use authly_domain::users::NewPasswordError;
use authly_services::authorizations::AuthorizeStep;
use authly_services::sessions::{Browser, ChangePasswordError};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use crate::flow;

async fn change(
    services: &TestServices,
    browser: &mut Browser,
    new: &str,
) -> Result<(), ChangePasswordError> {
    let new = Password::new(new.to_owned());
    let changed = services.deps.sessions.change_password(new, browser).await?;
    assert_eq!(changed.next, None);
    browser.session = Some(changed.session);
    Ok(())
}

#[tokio::test]
async fn until_it_is_done_the_session_opens_nothing_else() {
    let services = TestServices::start().await;
    let client = services.client().first_party().create().await;
    let alice = services
        .user("alice")
        .requires_password_change()
        .create()
        .await;
    let mut browser = flow::browser(&services);
    let next = flow::log_in(&services, &mut browser, &alice).await;
    assert_eq!(next, Some(LoginStep::ChangePassword));

    let handle = match flow::ask(&services, &client, "openid", &browser).await {
        AuthorizeStep::FinishLogin(handle, LoginStep::ChangePassword) => handle,
        other => panic!("{other:?}"),
    };
    assert!(services.stored().codes_of(&client.id).await.is_empty());
    change(&services, &mut browser, "quite another passphrase")
        .await
        .unwrap();
    let step = services
        .deps
        .authorizations
        .resume(handle, &browser)
        .await
        .unwrap();
    assert!(flow::code_in(&step).is_some());
}

#[tokio::test]
async fn a_new_password_has_to_be_new_long_and_not_the_name() {
    let services = TestServices::start().await;
    let alice = services
        .user("alice")
        .requires_password_change()
        .create()
        .await;
    let mut browser = flow::browser(&services);
    flow::log_in(&services, &mut browser, &alice).await;
    let before = services.stored().user("alice").await;
    for (new, expected) in [
        ("short", NewPasswordError::TooShort { minimum: 12 }),
        (&alice.password, NewPasswordError::Unchanged),
        ("the password of Alice", NewPasswordError::HoldsName),
    ] {
        match change(&services, &mut browser, new).await.unwrap_err() {
            ChangePasswordError::Refused(reason) => assert_eq!(reason, expected),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(services.stored().user("alice").await, before);
    assert!(
        services
            .stored()
            .audit_actions_beside_logins()
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn afterwards_the_new_password_counts_and_the_old_one_does_not() {
    let services = TestServices::start().await;
    let alice = services
        .user("alice")
        .requires_password_change()
        .create()
        .await;
    let mut browser = flow::browser(&services);
    flow::log_in(&services, &mut browser, &alice).await;
    let cookie = browser.session.as_ref().unwrap().expose().to_owned();
    change(&services, &mut browser, "quite another passphrase")
        .await
        .unwrap();

    assert_ne!(browser.session.as_ref().unwrap().expose(), cookie);
    let log_in = async |password: &str| {
        let password = Password::new(password.to_owned());
        services
            .deps
            .sessions
            .log_in("alice", password, &flow::browser(&services))
            .await
    };
    log_in(&alice.password).await.unwrap_err();
    assert_eq!(log_in("quite another passphrase").await.unwrap().next, None);
}

#[tokio::test]
async fn a_change_that_is_not_due_is_refused() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let mut nobody = flow::browser(&services);
    let mut somebody = flow::logged_in(&services, &alice).await;
    for browser in [&mut nobody, &mut somebody] {
        let refused = change(&services, browser, "quite another passphrase").await;
        assert!(
            matches!(refused, Err(ChangePasswordError::NotDue)),
            "{refused:?}"
        );
    }
}
