//! Client authentication.

pub(crate) mod registry;

use std::time::Duration;

use authly_domain::clients::AuthMethod;
use authly_domain::secret::ClientSecret;
use authly_services::clients::{ClientAuthError, PresentedCredentials, RefusedClient};
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow::{self, ELSEWHERE, HOME};

/// Why a client is not let in; `None` if it is.
async fn refusal(
    services: &TestServices,
    presented: PresentedCredentials,
) -> Option<RefusedClient> {
    match services.deps.clients.authenticate(presented, HOME).await {
        Ok(_) => None,
        Err(ClientAuthError::Refused(reason, _)) => Some(reason),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_client_proves_itself_in_its_own_way_alone() {
    let services = TestServices::start().await;
    let basic = services.client().id("basic").create().await;
    let form = services.client().id("form").post().create().await;
    let public = services.client().id("public").public().create().await;
    let secret = |client: &authly_testing::fixtures::TestClient, method| {
        let secret = client
            .secret
            .clone()
            .unwrap_or_else(|| "a guess".to_owned());
        PresentedCredentials::Secret {
            client_id: client.id.clone(),
            secret: ClientSecret::new(secret),
            method,
        }
    };
    let (in_header, in_form) = (AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost);
    let wrong = Some(RefusedClient::WrongMethod);
    for (presented, expected) in [
        (secret(&basic, in_header), None),
        (secret(&basic, in_form), wrong),
        (secret(&form, in_form), None),
        (secret(&form, in_header), wrong),
        (secret(&public, in_header), wrong),
        (flow::credentials(&public, None), None),
        (flow::credentials(&basic, None), wrong),
        (
            flow::credentials(&basic, Some("wrong")),
            Some(RefusedClient::WrongSecret),
        ),
        (
            flow::credentials(&basic, Some("")),
            Some(RefusedClient::WrongSecret),
        ),
    ] {
        let shown = format!("{presented:?}");
        assert_eq!(refusal(&services, presented).await, expected, "{shown}");
    }
}

#[tokio::test]
async fn an_unknown_malformed_or_disabled_client_is_refused() {
    let services = TestServices::start().await;
    let disabled = services
        .client()
        .with(|client| client.is_active = false)
        .create()
        .await;
    let shown = flow::credentials(&disabled, disabled.secret.as_deref());
    assert_eq!(
        refusal(&services, shown).await,
        Some(RefusedClient::Inactive)
    );
    for client_id in ["nobody", "", "two words", "tab\t", &"x".repeat(3_000)] {
        let presented = PresentedCredentials::ClientIdOnly {
            client_id: client_id.to_owned(),
        };
        assert_eq!(
            refusal(&services, presented).await,
            Some(RefusedClient::Unknown)
        );
    }
}

#[tokio::test]
async fn two_secrets_are_good_while_one_is_replaced() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let new = services
        .replace_secret(&client, Duration::from_mins(5))
        .await;
    let old = client.secret.as_deref();
    assert_eq!(
        refusal(&services, flow::credentials(&client, old)).await,
        None
    );
    assert_eq!(
        refusal(&services, flow::credentials(&client, Some(&new))).await,
        None
    );

    services.advance(Duration::from_mins(5));
    let wrong = Some(RefusedClient::WrongSecret);
    assert_eq!(
        refusal(&services, flow::credentials(&client, old)).await,
        wrong
    );
    assert_eq!(
        refusal(&services, flow::credentials(&client, Some(&new))).await,
        None
    );
}

#[tokio::test]
async fn guessing_a_secret_is_slowed_for_the_guesser_alone() {
    let setup = Setup::default();
    let three = |policies: &mut authly_testing::policies::Policies| {
        policies.sessions.throttle.clients.client.attempts = 3;
    };
    let services = setup.policies(three).services().await;
    let (client, other) = (
        services.client().create().await,
        services.client().id("other").create().await,
    );
    let guess = async |from| {
        let presented = flow::credentials(&client, Some("a guess"));
        services
            .deps
            .clients
            .authenticate(presented, from)
            .await
            .unwrap_err()
    };
    for _ in 0..3 {
        assert!(matches!(
            guess(HOME).await,
            ClientAuthError::Refused(RefusedClient::WrongSecret, _)
        ));
    }
    let waits = |error: &ClientAuthError| match error {
        ClientAuthError::Throttled { retry_after, .. } => *retry_after,
        other => panic!("{other:?}"),
    };
    assert_eq!(waits(&guess(HOME).await), Duration::from_mins(15));

    // From here even the right one waits, at no cost; from elsewhere, and for others, nothing does.
    let right = || flow::credentials(&client, client.secret.as_deref());
    services.advance(Duration::from_mins(5));
    let before = services.db.round_trips();
    let waiting = services
        .deps
        .clients
        .authenticate(right(), HOME)
        .await
        .unwrap_err();
    assert_eq!(waits(&waiting), Duration::from_mins(10));
    assert_eq!(services.db.round_trips(), before);
    services
        .deps
        .clients
        .authenticate(right(), ELSEWHERE)
        .await
        .unwrap();
    flow::authenticated(&services, &other).await;

    services.advance(Duration::from_mins(10));
    services
        .deps
        .clients
        .authenticate(right(), HOME)
        .await
        .unwrap();
}

/// What a client's authentication comes to.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    In,
    Refused,
    Waits,
}

async fn outcome(
    services: &TestServices,
    client_id: &str,
    secret: &str,
    from: std::net::IpAddr,
) -> Outcome {
    let presented = PresentedCredentials::Secret {
        client_id: client_id.to_owned(),
        secret: ClientSecret::new(secret.to_owned()),
        method: AuthMethod::ClientSecretBasic,
    };
    match services.deps.clients.authenticate(presented, from).await {
        Ok(_) => Outcome::In,
        Err(ClientAuthError::Refused(..)) => Outcome::Refused,
        Err(ClientAuthError::Throttled { .. }) => Outcome::Waits,
        Err(other) => panic!("{other:?}"),
    }
}

/// A node at which an address has ten refusals.
async fn ten_at_an_address() -> TestServices {
    let ten = |policies: &mut authly_testing::policies::Policies| {
        policies.sessions.throttle.clients.address.attempts = 10;
    };
    Setup::default().policies(ten).services().await
}

/// Walks through client ids at home until that address has to wait.
async fn walk(services: &TestServices) {
    for number in 0..10 {
        let client_id = format!("client-{number}");
        let tried = outcome(services, &client_id, "a guess", HOME).await;
        assert_eq!(tried, Outcome::Refused);
    }
    let next = outcome(services, "the next one", "a guess", HOME).await;
    assert_eq!(next, Outcome::Waits);
}

#[tokio::test]
async fn who_walks_through_client_ids_has_to_wait_and_costs_no_more() {
    let services = ten_at_an_address().await;
    let client = services.client().create().await;
    walk(&services).await;
    let before = services.stored().throttles().await;
    let more = async {
        for number in 0..10 {
            let client_id = format!("another-{number}");
            let waits = outcome(&services, &client_id, "a guess", HOME).await;
            assert_eq!(waits, Outcome::Waits);
        }
    };
    assert_eq!(services.round_trips_of(more).await.1, 0);
    assert_eq!(services.stored().throttles().await, before);

    let secret = client.secret.as_deref().unwrap();
    let from = |address| outcome(&services, &client.id, secret, address);
    assert_eq!(from(HOME).await, Outcome::Waits);
    assert_eq!(from(ELSEWHERE).await, Outcome::In);
    services.advance(Duration::from_mins(15));
    assert_eq!(from(HOME).await, Outcome::In);
}

#[tokio::test]
async fn a_client_that_has_proved_itself_waits_for_guesses_at_its_own_secret_alone() {
    let services = ten_at_an_address().await;
    let client = services.client().create().await;
    let secret = client.secret.as_deref().unwrap();
    let here = |secret| outcome(&services, &client.id, secret, HOME);
    assert_eq!(here(secret).await, Outcome::In);
    walk(&services).await;
    let right = async { here(secret).await };
    assert_eq!(services.round_trips_of(right).await, (Outcome::In, 0));

    for _ in 0..20 {
        assert_eq!(here("a guess").await, Outcome::Refused);
    }
    assert_eq!(here("a guess").await, Outcome::Waits);
    assert_eq!(here(secret).await, Outcome::Waits);
}

#[tokio::test]
async fn a_public_client_has_nothing_to_guess_and_never_waits() {
    let services = ten_at_an_address().await;
    let public = services.client().public().create().await;
    walk(&services).await;
    let named = PresentedCredentials::ClientIdOnly {
        client_id: public.id.clone(),
    };
    assert_eq!(refusal(&services, named).await, None);
}

#[tokio::test]
async fn every_refusal_takes_as_many_round_trips() {
    let services = TestServices::start().await;
    let known = services.client().create().await;
    let disabled = services.client().id("disabled").create().await;
    let public = services.client().id("public").public().create().await;
    for client in [&known, &disabled] {
        flow::authenticated(&services, client).await;
    }
    disabled.disable(&services.context).await;
    for _ in 0..2 {
        for client_id in [&known.id, "nobody", &disabled.id, &public.id] {
            let refused = outcome(&services, client_id, "a guess", HOME);
            let refused = services.round_trips_of(refused).await;
            assert_eq!(refused, (Outcome::Refused, 2), "{client_id}");
        }
    }
}

#[tokio::test]
async fn what_a_copy_at_hand_refuses_is_looked_up_before_it_is_refused() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    flow::authenticated(&services, &client).await;
    let new = services
        .replace_secret(&client, Duration::from_mins(5))
        .await;
    assert_eq!(
        outcome(&services, &client.id, &new, HOME).await,
        Outcome::In
    );

    client.disable(&services.context).await;
    let wrong = outcome(&services, &client.id, "a guess", HOME).await;
    assert_eq!(wrong, Outcome::Refused);
    client
        .change(&services.context, |record| record.is_active = true)
        .await;
    assert_eq!(
        outcome(&services, &client.id, &new, HOME).await,
        Outcome::In
    );
    let once = |kind: &str| (kind.to_owned(), 1);
    let expected = [once("client_secret"), once("client_secret_address")];
    assert_eq!(services.stored().throttles().await, expected);
}
