//! What leaves an event beside the admin API, and what it says.

use std::time::Duration;

use authly_domain::secret::PresentedToken;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use super::{actions_since, faults, seal};
use crate::flow;

#[tokio::test]
async fn a_login_says_who_from_where_and_by_which_request() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    flow::logged_in(&services, &alice).await;
    let events = services.stored().events().await;
    let [login] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(login.action, "login.succeeded");
    assert_eq!((&*login.outcome, &*login.actor_kind), ("succeeded", "user"));
    assert_eq!(login.actor_user, Some(*alice.id.as_uuid()));
    assert_eq!(login.user, Some(*alice.id.as_uuid()));
    assert_eq!(login.address, Some(flow::HOME.to_string()));
    assert_eq!(login.request.as_deref(), Some("request-of-a-test"));
}

#[tokio::test]
async fn a_failed_login_names_the_account_and_never_what_was_typed_for_none() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    flow::failed_login(&services, &alice).await;
    // Ids of one moment have no order.
    services.advance(Duration::from_secs(1));
    flow::login_of_nobody(&services, "my-pass-word-in-the-wrong-field").await;
    let events = services.stored().events().await;
    let said: Vec<_> = events
        .iter()
        .map(|event| {
            let user = event.user.is_some();
            (
                &*event.action,
                &*event.outcome,
                user,
                event.username.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("login.failed", "refused", true, Some("alice")),
            ("login.failed", "refused", false, None),
        ]
    );
}

#[tokio::test]
async fn who_has_to_wait_is_written_down_once_for_each_window() {
    let few = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 2;
    };
    let services = Setup::default().policies(few).services().await;
    let alice = services.user("alice").create().await;
    for _ in 0..5 {
        flow::failed_login(&services, &alice).await;
    }
    let events = services.stored().events().await;
    let throttled = events.iter().filter(|one| one.action == "login.throttled");
    let throttled: Vec<_> = throttled.collect();
    assert_eq!((events.len(), throttled.len()), (3, 1));
    assert_eq!(throttled[0].user, Some(*alice.id.as_uuid()));
    assert_eq!(throttled[0].outcome, "refused");

    services.advance(Duration::from_hours(1));
    for _ in 0..4 {
        flow::failed_login(&services, &alice).await;
    }
    assert_eq!(services.stored().events().await.len(), 6);
}

#[tokio::test]
async fn a_client_that_guesses_is_written_down_once_for_each_window() {
    let three = |policies: &mut Policies| {
        policies.sessions.throttle.clients.client.attempts = 3;
    };
    let services = Setup::default().policies(three).services().await;
    let client = services.client().create().await;
    let guess = async || {
        let presented = flow::credentials(&client, Some("a guess"));
        let clients = &services.deps.clients;
        clients
            .authenticate(presented, flow::HOME)
            .await
            .unwrap_err()
    };
    for _ in 0..3 {
        guess().await;
    }
    assert_eq!(services.stored().events().await, []);
    for _ in 0..3 {
        guess().await;
    }
    let events = services.stored().events().await;
    let [waits] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(
        (&*waits.action, &*waits.outcome),
        ("client.throttled", "refused")
    );
    assert_eq!(waits.client, Some(*client.record.key.as_uuid()));
    assert_eq!(waits.address, Some(flow::HOME.to_string()));

    services.advance(Duration::from_hours(1));
    for _ in 0..5 {
        guess().await;
    }
    assert_eq!(services.stored().events().await.len(), 2);
}

#[tokio::test]
async fn a_client_that_revokes_a_token_of_its_own_is_written_down_with_whose_it_was() {
    let services = TestServices::start().await;
    let (client, other, alice) = (
        services.client().create().await,
        services.client().id("other").create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let (rp, other) = (
        flow::authenticated(&services, &client).await,
        flow::authenticated(&services, &other).await,
    );
    let service = &services.deps.tokens;
    let revoke = async |by, token: &str| {
        let token = PresentedToken::new(token.to_owned());
        service.revoke(by, &token, flow::HOME).await.unwrap();
    };
    let refresh = flow::refresh_token(&tokens);
    revoke(&other, refresh).await;
    revoke(&rp, "rubbish").await;
    assert_eq!(
        services.stored().details_of("token.revoked").await,
        [""; 0],
        "nothing has ended"
    );

    // A second time there is nothing to end, and nothing to say.
    for _ in 0..2 {
        revoke(&rp, tokens.access_token.expose()).await;
        revoke(&rp, refresh).await;
    }
    let own = flow::own_token(&services, &rp).await.unwrap();
    revoke(&rp, own.access_token.expose()).await;
    let (access, refresh) = (r#"{"kind":"access"}"#, r#"{"kind":"refresh"}"#);
    let said = services.stored().details_of("token.revoked").await;
    assert_eq!(said, [access, access, refresh]);
    let events = services.stored().events().await;
    let mut events = events.iter();
    let revoked = events.find(|event| event.details.as_deref() == Some(refresh));
    let revoked = revoked.unwrap();
    assert_eq!(&*revoked.actor_kind, "client");
    assert_eq!(revoked.client, Some(*client.record.key.as_uuid()));
    assert_eq!(revoked.user, Some(*alice.id.as_uuid()));
    assert_eq!(revoked.address, Some(flow::HOME.to_string()));
}

#[tokio::test]
async fn consent_tokens_and_logout_leave_what_matters_and_issuing_nothing() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    // Both at the same time, as the clock of the test stands still.
    let mut actions = actions_since(&services, 0).await;
    actions.sort();
    assert_eq!(actions, ["consent.given", "login.succeeded"]);
    let rp = flow::authenticated(&services, &client).await;
    flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();
    flow::own_token(&services, &rp).await.unwrap();
    assert_eq!(actions_since(&services, 2).await, Vec::<String>::new());

    services.advance(Duration::from_secs(1));
    let browser = flow::logged_in(&services, &alice).await;
    services.advance(Duration::from_secs(1));
    services.deps.sessions.log_out(&browser).await.unwrap();
    // A second time there is nothing to end, and nothing to say.
    services.deps.sessions.log_out(&browser).await.unwrap();
    let expected = ["login.succeeded", "logout"];
    assert_eq!(actions_since(&services, 2).await, expected);
}

#[tokio::test]
async fn a_session_that_somebody_elses_login_ends_is_written_down_with_who_that_was() {
    let services = TestServices::start().await;
    let (alice, bob) = (
        services.user("alice").create().await,
        services.user("bob").create().await,
    );
    let mut browser = flow::logged_in(&services, &alice).await;
    let taken = services.stored().sessions_of("alice").await.remove(0).id;
    flow::log_in(&services, &mut browser, &bob).await;
    let replaced = r#"{"reason":"replaced"}"#;
    let said = async || services.stored().details_of("sessions.end").await;
    assert_eq!(said().await, [replaced]);
    let events = services.stored().events().await;
    let mut events = events.iter();
    let ended = events.find(|event| event.action == "sessions.end").unwrap();
    assert_eq!(ended.user, Some(*alice.id.as_uuid()));
    assert_eq!(ended.session, Some(*taken.as_uuid()));
    let by = (&*ended.actor_kind, ended.actor_user);
    assert_eq!(by, ("user", Some(*bob.id.as_uuid())));
    assert_eq!(ended.address, Some(flow::HOME.to_string()));
    seal(&services).await;
    assert_eq!(faults(&services).await, []);

    // The same user again keeps the session, and after a logout none is left to end.
    flow::log_in(&services, &mut browser, &bob).await;
    services.deps.sessions.log_out(&browser).await.unwrap();
    flow::log_in(&services, &mut browser, &alice).await;
    assert_eq!(said().await, [replaced]);
}
