//! Logins of the command line with a password.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::audit::Origin;
use authly_domain::secret::{Password, PresentedToken};
use authly_services::clients::{AuthenticatedClient, PresentedCredentials};
use authly_services::sessions::LoginError;
use authly_services::tokens::{IssuedTokens, PasswordGrant, PasswordLoginError};
use authly_testing::fixtures::TestUser;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestDatabase, TestServices};
use pretty_assertions::assert_eq;

use crate::flow::{self, HOME};

/// A node that takes passwords from the command line.
async fn node() -> TestServices {
    let on = |policies: &mut Policies| policies.admin.password_login = true;
    Setup::default().policies(on).services().await
}

/// The command line, as its requests authenticate it.
async fn command_line(services: &TestServices) -> AuthenticatedClient {
    let ensured = services.bootstrap().ensure_command_line().await;
    ensured.unwrap();
    let presented = PresentedCredentials::ClientIdOnly {
        client_id: "authly-cli".to_owned(),
    };
    let clients = &services.deps.clients;
    clients.authenticate(presented, HOME).await.unwrap()
}

async fn log_in(
    services: &TestServices,
    client: &AuthenticatedClient,
    user: &TestUser,
    password: &str,
) -> Result<IssuedTokens, PasswordLoginError> {
    let asked = PasswordGrant {
        username: user.username.clone(),
        password: Password::new(password.to_owned()),
        scope: "admin:users:read".parse().unwrap(),
        address: HOME,
        program: "authly".to_owned(),
        request: Some("request-of-a-test".to_owned()),
    };
    services.deps.password_logins.log_in(client, &asked).await
}

#[tokio::test]
async fn a_login_takes_nine_round_trips_a_refusal_three_and_a_logout_one() {
    let services = node().await;
    let client = command_line(&services).await;
    let alice = services.user("alice").create().await;
    let new = services.user("new").requires_password_change();
    let new = new.create().await;
    log_in(&services, &client, &alice, &alice.password)
        .await
        .unwrap();

    let right = log_in(&services, &client, &alice, &alice.password);
    let (right, took) = services.round_trips_of(right).await;
    let wrong = log_in(&services, &client, &alice, "a wrong password");
    let (wrong, wrong_took) = services.round_trips_of(wrong).await;
    let left = log_in(&services, &client, &new, &new.password);
    let (left, left_took) = services.round_trips_of(left).await;
    let token = flow::refresh_token(&right.unwrap()).to_owned();
    let token = PresentedToken::new(token);
    let logout = services.deps.password_logins.log_out(&client, &token, HOME);
    let (ended, logout_took) = services.round_trips_of(logout).await;

    wrong.unwrap_err();
    left.unwrap_err();
    ended.unwrap();
    assert_eq!((took, wrong_took, left_took, logout_took), (9, 3, 3, 1));
}

#[tokio::test]
async fn login_and_logout_are_written_down_as_the_users_with_the_number_of_the_request() {
    let services = node().await;
    let client = command_line(&services).await;
    let alice = services.user("alice").create().await;
    let tokens = log_in(&services, &client, &alice, &alice.password).await;
    let token = flow::refresh_token(&tokens.unwrap()).to_owned();
    let token = PresentedToken::new(token);
    services.advance(Duration::from_secs(1));
    let from = Origin {
        request: Some("another-request".to_owned()),
        ..HOME.into()
    };
    let logins = &services.deps.password_logins;
    logins.log_out(&client, &token, from.clone()).await.unwrap();
    // A second time there is nothing to end, and nothing to say.
    logins.log_out(&client, &token, from).await.unwrap();

    let mut events = services.stored().events().await;
    // The command line itself came by a seed.
    events.retain(|event| event.action != "seed.applied");
    let said = events.iter().map(|event| {
        let request = event.request.as_deref().unwrap();
        (&*event.action, &*event.actor_kind, request)
    });
    let said: Vec<_> = said.collect();
    assert_eq!(
        said,
        [
            ("login.succeeded", "user", "request-of-a-test"),
            ("logout", "user", "another-request"),
        ]
    );
    for event in &events {
        assert_eq!(event.actor_user, Some(*alice.id.as_uuid()));
        assert_eq!(event.user, Some(*alice.id.as_uuid()));
        assert_eq!(event.address, Some(HOME.to_string()));
    }
}

/// What becomes of a login with the right password, if somebody makes this change of the account while
/// the password is checked.
async fn overtaken_by(
    change: &str,
) -> (Arc<TestServices>, Result<IssuedTokens, PasswordLoginError>) {
    let services = Arc::new(node().await);
    let client = command_line(&services).await;
    let alice = services.user("alice").create().await;
    let administrator = services.database().session().await;
    administrator.batch_execute("BEGIN").await.unwrap();
    administrator.batch_execute(change).await.unwrap();

    let mut login = tokio::spawn({
        let services = Arc::clone(&services);
        async move { log_in(&services, &client, &alice, &alice.password).await }
    });
    tokio::select! {
        ended = &mut login => panic!("it did not wait: {ended:?}"),
        () = services.database().until_somebody_waits_for_a_row() => {}
    }
    administrator.batch_execute("COMMIT").await.unwrap();

    let ended = login.await.unwrap();
    (services, ended)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_changed_while_its_password_is_checked_gets_nothing() {
    for change in TestDatabase::CHANGES_OF_ACCOUNTS {
        let (services, ended) = overtaken_by(change).await;
        assert!(
            matches!(
                ended,
                Err(PasswordLoginError::Login(LoginError::WrongCredentials))
            ),
            "{change}: {ended:?}"
        );
        assert!(services.stored().sessions_of("alice").await.is_empty());
        assert!(services.stored().tokens_of("authly-cli").await.is_empty());
        let users = services.stored().users().await;
        assert!(users.iter().all(|user| !user.has_logged_in), "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn right_logins_at_once_all_succeed_and_leave_nothing_counted() {
    let services = Arc::new(node().await);
    let client = command_line(&services).await;
    let alice = services.user("alice").create().await;

    let logins = (0..12).map(|_| {
        let (services, client, alice) = (Arc::clone(&services), client.clone(), alice.clone());
        tokio::spawn(async move { log_in(&services, &client, &alice, &alice.password).await })
    });
    for login in logins.collect::<Vec<_>>() {
        login.await.unwrap().unwrap();
    }

    let counted = services.stored().throttles().await;
    assert!(
        counted.iter().all(|(_, attempts)| *attempts == 0),
        "{counted:?}"
    );
    assert_eq!(services.stored().sessions_of("alice").await.len(), 12);
    assert_eq!(services.stored().live_grants().await, 12);
}
