//! Client authentication.

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
        Err(ClientAuthError::Refused(reason)) => Some(reason),
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
        policies.sessions.throttle.client_secret.attempts = 3;
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
            ClientAuthError::Refused(RefusedClient::WrongSecret)
        ));
    }
    let waits = |error: &ClientAuthError| match error {
        ClientAuthError::Throttled { retry_after } => *retry_after,
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
