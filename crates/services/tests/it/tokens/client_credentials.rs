//! Tokens that a client gets for itself.

use std::sync::Arc;

use authly_domain::clients::GrantType;
use authly_services::tokens::{ClientCredentialsGrant, IssuedTokens, TokenError, TokenGrant};
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow;

async fn ask(
    services: &TestServices,
    client: &authly_testing::fixtures::TestClient,
    scope: Option<&str>,
) -> Result<IssuedTokens, TokenError> {
    let rp = flow::authenticated(services, client).await;
    let grant = ClientCredentialsGrant {
        scope: scope.map(|scope| scope.parse().unwrap()),
        resources: Vec::new(),
    };
    flow::exchange(services, &rp, TokenGrant::ClientCredentials(grant)).await
}

#[tokio::test]
async fn a_client_gets_what_it_asks_for_or_its_defaults() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    for (asked, expected) in [(Some("notes:write"), "notes:write"), (None, "notes:read")] {
        let tokens = ask(&services, &client, asked).await.unwrap();
        assert_eq!(tokens.scope.to_string(), expected);
        assert!(tokens.refresh_token.is_none() && tokens.id_token.is_none());
    }
}

#[tokio::test]
async fn scopes_that_speak_of_a_user_or_are_not_the_clients_are_refused() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    for scope in [
        "openid",
        "notes:read offline_access",
        "admin:users:read",
        "no-such-scope",
    ] {
        let refused = ask(&services, &client, Some(scope)).await;
        assert!(
            matches!(refused, Err(TokenError::InvalidScope(..))),
            "{scope}"
        );
    }
    assert_eq!(services.stored().tokens_of(&client.id).await, []);
}

#[tokio::test]
async fn a_client_without_the_grant_is_refused() {
    let services = TestServices::start().await;
    let client = services
        .client()
        .grants(&[GrantType::AuthorizationCode])
        .create()
        .await;
    let refused = ask(&services, &client, Some("notes:read")).await;
    let expected = GrantType::ClientCredentials;
    assert!(matches!(refused, Err(TokenError::GrantNotAllowed(grant, _)) if grant == expected));
}

#[tokio::test]
async fn a_public_client_is_refused_even_if_the_grant_was_registered() {
    let services = TestServices::start().await;
    let client = services
        .client()
        .public()
        .grants(&GrantType::ALL)
        .create()
        .await;
    let refused = ask(&services, &client, Some("notes:read")).await;
    assert!(matches!(refused, Err(TokenError::GrantNotAllowed(..))));
    assert_eq!(services.stored().tokens_of(&client.id).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_once_share_their_round_trips() {
    let services = Arc::new(Setup::default().services().await);
    let client = services.client().create().await;
    let rp = flow::authenticated(&services, &client).await;
    let before = services.db.round_trips();
    let requests = (0..200).map(|_| {
        let (services, rp) = (Arc::clone(&services), rp.clone());
        tokio::spawn(async move { flow::own_token(&services, &rp).await.unwrap() })
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.unwrap();
    }
    assert!(services.db.round_trips() - before < 200);
    assert_eq!(
        services.stored().access_tokens_of(&client.id).await.len(),
        200
    );
}
