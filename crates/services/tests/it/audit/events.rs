//! What leaves an event beside the admin API, and what it says.

use std::time::Duration;

use authly_testing::policies::Policies;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use super::actions_since;
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
