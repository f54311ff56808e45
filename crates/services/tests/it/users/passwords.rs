//! Passwords that administrators give.

use authly_domain::admin::Run;
use authly_domain::secret::Password;
use authly_domain::sessions::LoginStep;
use authly_domain::users::{
    AccountProtection, NewPasswordError, PasswordChange, PasswordFormError, Profile,
};
use authly_services::idempotency::{Answered, Keyed};
use authly_services::sessions::LoginError;
use authly_services::users::{NewPassword, NewUserOrder, TakenName, UserAdminError, WithPassword};
use authly_testing::TestServices;
use authly_testing::fixtures::TestUser;
use pretty_assertions::assert_eq;

use super::{machine, order, person};
use crate::flow;
use crate::idempotency::key;

fn given(text: &str) -> NewPassword {
    NewPassword::Given {
        password: Password::new(text.to_owned()),
        change: PasswordChange::NotRequired,
    }
}

fn new_user(name: &str, password: NewPassword) -> NewUserOrder {
    NewUserOrder {
        username: name.parse().unwrap(),
        email: Some(format!("{name}@example.com").parse().unwrap()),
        is_verified: false,
        is_admin: false,
        password,
        profile: Profile::default(),
    }
}

fn now(answered: Result<Answered<WithPassword>, UserAdminError>) -> WithPassword {
    match answered.unwrap() {
        Answered::Now(made) => made,
        Answered::Before(_) => panic!("it was done before"),
    }
}

/// The user as they log in with this password.
fn with_password(made: &WithPassword, password: &str) -> TestUser {
    TestUser {
        id: made.account.id,
        subject: made.account.subject.as_str().to_owned(),
        username: made.account.username.as_str().to_owned(),
        password: password.to_owned(),
    }
}

#[tokio::test]
async fn a_user_with_a_temporary_password_changes_it_at_the_first_login() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let by = person(&root);
    let ordered = new_user("alice", NewPassword::Temporary);
    let made = now(services
        .deps
        .user_admin
        .create(ordered, &by, Run::ForReal, None)
        .await);
    assert_eq!(made.account.password_change, PasswordChange::Required);
    let temporary = made.temporary.as_ref().unwrap().expose();
    assert!(temporary.len() >= 24, "more than 128 bits");
    let alice = with_password(&made, temporary);
    let mut browser = flow::browser(&services);
    let next = flow::log_in(&services, &mut browser, &alice).await;
    assert_eq!(next, Some(LoginStep::ChangePassword));
}

#[tokio::test]
async fn a_given_password_has_to_be_good_enough_and_nothing_is_stored_otherwise() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let alice = services.user("alice").create().await;
    let by = person(&root);
    let before = services.stored().registry().await;
    let order = order(&by);
    for (password, reason) in [
        ("short", NewPasswordError::TooShort { minimum: 12 }),
        ("", PasswordFormError::Empty.into()),
        ("a password\0 with NUL", PasswordFormError::Nul.into()),
        (&"x".repeat(1_025), PasswordFormError::TooLong.into()),
        ("alice and robin meet", NewPasswordError::HoldsName),
    ] {
        let users = &services.deps.user_admin;
        let ordered = new_user("robin", given(password));
        let create = users.create(ordered, &by, Run::ForReal, None).await;
        let reset = users.reset_password(alice.id, given(password), &order, None);
        for refused in [create, reset.await] {
            match refused.err().unwrap() {
                UserAdminError::Password(found) => assert_eq!(found, reason, "{password:.20}"),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn names_that_others_have_are_named_and_nothing_is_stored() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    services.user("alice").create().await;
    let by = person(&root);
    let before = services.stored().registry().await;
    for (name, email, taken) in [
        ("ALICE", "other@example.com", TakenName::Username),
        ("other", "ALICE@example.com", TakenName::Email),
        ("alice", "alice@example.com", TakenName::Both),
    ] {
        for run in [Run::Dry, Run::ForReal] {
            let mut ordered = new_user("x", given("a good long passphrase"));
            ordered.username = name.parse().unwrap();
            ordered.email = Some(email.parse().unwrap());
            let refused = services
                .deps
                .user_admin
                .create(ordered, &by, run, None)
                .await;
            match refused.err().unwrap() {
                UserAdminError::Taken(found) => assert_eq!(found, taken),
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn a_service_client_makes_no_administrator_and_resets_none() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let agent = services.client().create().await;
    let by = machine(&agent);
    let before = services.stored().registry().await;
    let mut ordered = new_user("eve", NewPassword::Temporary);
    ordered.is_admin = true;
    let users = &services.deps.user_admin;
    for refused in [
        users.create(ordered, &by, Run::ForReal, None).await,
        users
            .reset_password(root.id, NewPassword::Temporary, &order(&by), None)
            .await,
    ] {
        match refused.err().unwrap() {
            UserAdminError::Protected(why) => assert_eq!(why, AccountProtection::PersonRequired),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(services.stored().registry().await, before);
}

#[tokio::test]
async fn a_reset_ends_everything_and_forgets_what_was_mistyped() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let alice = services.user("alice").create().await;
    let web = services.client().create().await;
    let tokens = flow::tokens(&services, &web, &alice, "openid offline_access").await;
    let client = flow::authenticated(&services, &web).await;
    let guess = async |text: &str| {
        let browser = flow::browser(&services);
        let password = Password::new(text.to_owned());
        services
            .deps
            .sessions
            .log_in("alice", password, &browser)
            .await
    };
    for _ in 0..5 {
        guess("a wrong password").await.unwrap_err();
    }
    let waits = guess(&alice.password).await.unwrap_err();
    assert!(matches!(waits, LoginError::Throttled { .. }), "{waits:?}");

    let by = person(&root);
    let users = &services.deps.user_admin;
    let new = "quite another passphrase";
    let made = now(users
        .reset_password(alice.id, given(new), &order(&by), None)
        .await);
    assert!(made.temporary.is_none());
    let token = tokens.access_token.expose();
    assert!(!flow::is_active(&services, &client, token).await);
    let refresh = flow::refresh_token(&tokens);
    assert!(flow::refresh(&services, &client, refresh).await.is_err());
    for session in services.stored().sessions_of("alice").await {
        assert_eq!(session.ended_reason.as_deref(), Some("password_changed"));
    }
    let wrong = guess(&alice.password).await.unwrap_err();
    assert!(matches!(wrong, LoginError::WrongCredentials), "{wrong:?}");
    guess(new).await.unwrap();
}

#[tokio::test]
async fn unlocking_forgets_what_was_guessed_under_either_name_from_anywhere() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let alice = services.user("alice").create().await;
    services.user("bob").create().await;
    let try_at = async |address, name: &str, text: &str| {
        let browser = flow::browser_at(&services, address);
        let password = Password::new(text.to_owned());
        services
            .deps
            .sessions
            .log_in(name, password, &browser)
            .await
    };
    for address in [flow::HOME, flow::ELSEWHERE] {
        for name in ["alice", "alice@example.com", "bob"] {
            for _ in 0..5 {
                try_at(address, name, "a wrong password").await.unwrap_err();
            }
        }
    }
    let by = person(&root);
    services
        .deps
        .user_admin
        .unlock(alice.id, &order(&by))
        .await
        .unwrap();
    for address in [flow::HOME, flow::ELSEWHERE] {
        for name in ["alice", "alice@example.com"] {
            try_at(address, name, &alice.password).await.unwrap();
        }
        let waits = try_at(address, "bob", "a wrong password")
            .await
            .unwrap_err();
        assert!(matches!(waits, LoginError::Throttled { .. }), "{waits:?}");
    }
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_password_and_makes_nobody_twice() {
    let services = TestServices::start().await;
    let root = services.user("root").administrator().create().await;
    let by = person(&root);
    let write = |made: &WithPassword| {
        let password = made.temporary.as_ref().map_or("", Password::expose);
        format!("{} {password}", made.account.id)
    };
    let (first, second) = (key(&services), key(&services));
    let users = &services.deps.user_admin;
    let keyed = Keyed::new(&first, &by, &["create"], &write);
    let create = async || {
        let ordered = new_user("alice", NewPassword::Temporary);
        users.create(ordered, &by, Run::ForReal, Some(&keyed)).await
    };
    let made = now(create().await);
    match create().await.unwrap() {
        Answered::Before(again) => assert_eq!(again.expose(), write(&made)),
        Answered::Now(_) => panic!("it was done again"),
    }
    let keyed = Keyed::new(&second, &by, &["reset"], &write);
    let reset = async || {
        let seen = authly_services::users::Order {
            version: Some(made.account.version),
            ..order(&by)
        };
        let password = NewPassword::Temporary;
        users
            .reset_password(made.account.id, password, &seen, Some(&keyed))
            .await
    };
    let reset_once = now(reset().await);
    match reset().await.unwrap() {
        Answered::Before(again) => assert_eq!(again.expose(), write(&reset_once)),
        Answered::Now(_) => panic!("it was done again"),
    }
    let temporary = reset_once.temporary.as_ref().unwrap().expose();
    let alice = with_password(&reset_once, temporary);
    flow::logged_in(&services, &alice).await;
}
