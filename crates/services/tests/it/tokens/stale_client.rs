//! A copy of a client that is out of date costs a retry and grants nothing (decisions 1).

use std::time::Duration;

use crate::clients::registry::{aim, person};
use crate::flow;
use authly_domain::clients::{
    AuthMethod, Client, ClientChange, ClientType, GrantType, RequestObjectRule,
};
use authly_domain::grants::NotAlive;
use authly_domain::secret::{AccessToken, PresentedToken};
use authly_domain::tokens::TokenNotAlive;
use authly_services::authorizations::{AuthorizationErrorCode, AuthorizeFailure, AuthorizeStep};
use authly_services::clients::{ClientAuthError, RefusedClient};
use authly_services::tokens::{ClientCredentialsGrant, InvalidTarget, TokenError, TokenGrant};
use authly_services::userinfo::UserInfoError;
use authly_testing::TestServices;
use authly_testing::signer::Signer;

fn refused_as(error: &TokenError, expected: RefusedClient) -> bool {
    matches!(error, TokenError::Client(ClientAuthError::Refused(reason, _)) if *reason == expected)
}

#[tokio::test]
async fn a_client_that_was_changed_is_served_after_a_retry() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let browser = flow::logged_in(&services, &alice).await;
    let code = flow::code_from(&services, &client, &browser, "openid").await;
    let stale = flow::authenticated(&services, &client).await;
    let rename = async || {
        client
            .change(&services.context, |record| record.name.push('!'))
            .await;
    };

    rename().await;
    let tokens = flow::redeem(&services, &stale, &code).await.unwrap();
    rename().await;
    flow::refresh(&services, &stale, flow::refresh_token(&tokens))
        .await
        .unwrap();
    rename().await;
    flow::own_token(&services, &stale).await.unwrap();
    rename().await;
    assert!(flow::is_active(&services, &stale, tokens.access_token.expose()).await);
    rename().await;
    flow::code_from(&services, &client, &browser, "openid").await;
}

#[tokio::test]
async fn a_disabled_client_is_refused_at_once_everywhere() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let browser = flow::logged_in(&services, &alice).await;
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let code = flow::code_from(&services, &client, &browser, "openid").await;
    let stale = flow::authenticated(&services, &client).await;

    client.disable(&services.context).await;
    let before = services.stored().protocol_state().await;

    let refused = [
        flow::redeem(&services, &stale, &code).await,
        flow::refresh(&services, &stale, flow::refresh_token(&tokens)).await,
        flow::own_token(&services, &stale).await,
    ];
    for refused in refused {
        let refused = refused.unwrap_err();
        assert!(refused_as(&refused, RefusedClient::Inactive), "{refused:?}");
    }
    let token = PresentedToken::new(tokens.access_token.expose().to_owned());
    let refused = services
        .deps
        .tokens
        .introspect(&stale, &token)
        .await
        .unwrap_err();
    assert!(refused_as(&refused, RefusedClient::Inactive), "{refused:?}");
    let token = AccessToken::new(tokens.access_token.expose().to_owned());
    let refused = services.deps.userinfo.claims(&token).await.unwrap_err();
    let expected = TokenNotAlive::Grant(NotAlive::ClientInactive);
    assert!(matches!(refused, UserInfoError::NotAlive(reason, _) if reason == expected));
    let (parameters, _) = flow::request(&services, &client, "openid");
    let refused = services
        .deps
        .authorizations
        .authorize(parameters, &browser)
        .await;
    assert!(
        matches!(refused, Err(AuthorizeFailure::UnknownClient(_))),
        "{refused:?}"
    );

    assert_eq!(services.stored().protocol_state().await, before);
}

#[tokio::test]
async fn another_clients_view_of_a_disabled_clients_token_ends_too() {
    let services = TestServices::start().await;
    let api = "https://api.example.com/";
    let client = services
        .client()
        .with(|client| client.default_audience = vec![api.parse().unwrap()])
        .create()
        .await;
    let server = services.client().id("api").resources(&[api]).create().await;
    let server = flow::authenticated(&services, &server).await;
    let token = flow::own_token(&services, &flow::authenticated(&services, &client).await).await;
    let token = token.unwrap();
    assert!(flow::is_active(&services, &server, token.access_token.expose()).await);
    client.disable(&services.context).await;
    assert!(!flow::is_active(&services, &server, token.access_token.expose()).await);
}

#[tokio::test]
async fn what_was_taken_from_a_client_is_refused_at_once() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let code = flow::code(&services, &client, &alice, "openid").await;
    let stale = flow::authenticated(&services, &client).await;
    let only_refresh = |record: &mut Client| {
        record.grant_types = vec![GrantType::RefreshToken];
    };
    client.change(&services.context, only_refresh).await;
    for refused in [
        flow::redeem(&services, &stale, &code).await,
        flow::own_token(&services, &stale).await,
    ] {
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, TokenError::GrantNotAllowed(..)),
            "{refused:?}"
        );
    }
    assert!(!services.stored().codes_of(&client.id).await[0].is_redeemed);
}

#[tokio::test]
async fn what_was_given_to_a_client_is_served_at_once() {
    let services = TestServices::start().await;
    let api = "https://api.example.com";
    services
        .client()
        .id("owner")
        .resources(&[api])
        .create()
        .await;
    let code_only = services
        .client()
        .grants(&[GrantType::AuthorizationCode])
        .with(|client| client.scope = "openid".parse().unwrap());
    let client = code_only.create().await;
    let stale = flow::authenticated(&services, &client).await;
    let own = async |resources: &[&str]| {
        let grant = ClientCredentialsGrant {
            scope: Some("notes:read".parse().unwrap()),
            resources: resources.iter().map(|text| text.parse().unwrap()).collect(),
        };
        flow::exchange(&services, &stale, TokenGrant::ClientCredentials(grant)).await
    };
    let refused = own(&[]).await;
    assert!(matches!(refused, Err(TokenError::GrantNotAllowed(..))));

    let by = person(&services);
    let change = async |change: ClientChange| {
        let aim = aim(client.record.key, &by);
        services
            .deps
            .client_admin
            .update(aim, change)
            .await
            .unwrap();
    };
    change(ClientChange {
        grant_types: Some(vec![GrantType::ClientCredentials]),
        ..ClientChange::default()
    })
    .await;
    let refused = own(&[]).await;
    assert!(matches!(refused, Err(TokenError::InvalidScope(..))));
    change(ClientChange {
        scope: Some("notes:read".parse().unwrap()),
        ..ClientChange::default()
    })
    .await;
    own(&[]).await.unwrap();
    let refused = own(&[api]).await;
    assert!(matches!(
        refused,
        Err(TokenError::InvalidTarget(InvalidTarget::NotAllowed, _))
    ));
    change(ClientChange {
        resources: Some(vec![api.parse().unwrap()]),
        ..ClientChange::default()
    })
    .await;
    own(&[api]).await.unwrap();
}

#[tokio::test]
async fn a_resource_server_that_was_given_to_a_client_is_asked_for_at_once_on_every_node() {
    let here = TestServices::start().await;
    let there = here.another_node().await;
    let api = "https://api.example.com";
    here.client().id("owner").resources(&[api]).create().await;
    let (client, alice) = (
        here.client().create().await,
        here.user("alice").create().await,
    );
    let browser = flow::logged_in(&here, &alice).await;
    let ask = async |services: &TestServices| {
        let (mut parameters, _verifier) = flow::request(services, &client, "notes:read");
        parameters.resources = vec![api.to_owned()];
        let authorizations = &services.deps.authorizations;
        authorizations
            .authorize(parameters, &browser)
            .await
            .unwrap()
    };
    for services in [&here, &there] {
        let refused = ask(services).await;
        let expected = Some(AuthorizationErrorCode::InvalidTarget);
        assert_eq!(flow::error_in(&refused), expected);
    }
    let resource = |record: &mut Client| record.resources = vec![api.parse().unwrap()];
    client.change(&here.context, resource).await;
    let waiting = flow::consent_asked(ask(&here).await);
    // The other node still has the copy of before.
    let answered = flow::approve(&there, &waiting, &browser, "").await;
    assert!(flow::code_in(&answered).is_some(), "{answered:?}");
}

#[tokio::test]
async fn a_secret_that_was_replaced_opens_nothing_once_its_time_is_over() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let stale = flow::authenticated(&services, &client).await;

    let new = services
        .replace_secret(&client, Duration::from_mins(5))
        .await;
    flow::own_token(&services, &stale).await.unwrap();
    services.advance(Duration::from_mins(5));
    services.replace_secret(&client, Duration::ZERO).await;

    let refused = flow::own_token(&services, &stale).await.unwrap_err();
    assert!(
        refused_as(&refused, RefusedClient::WrongSecret),
        "{refused:?}"
    );
    let presented = flow::credentials(&client, Some(&new));
    let refused = services
        .deps
        .clients
        .authenticate(presented, flow::HOME)
        .await
        .unwrap_err();
    let expected = RefusedClient::WrongSecret;
    assert!(matches!(refused, ClientAuthError::Refused(reason, _) if reason == expected));
}

#[tokio::test]
async fn a_client_that_became_public_may_not_go_on_with_its_secret() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let stale = flow::authenticated(&services, &client).await;
    let public = |record: &mut Client| {
        record.client_type = ClientType::Public;
        record.auth_method = AuthMethod::None;
    };
    client.change(&services.context, public).await;
    let refused = flow::own_token(&services, &stale).await.unwrap_err();
    assert!(
        refused_as(&refused, RefusedClient::WrongMethod),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_client_that_signs_its_requests_from_now_on_sends_no_other() {
    // Neither is a page shown for a request that would be stored, nor a code issued at once.
    for is_logged_in in [false, true] {
        let services = TestServices::start().await;
        let signing = services.client().signing_requests(&Signer::es256());
        let client = signing.create().await;
        let alice = services.user("alice").create().await;
        let browser = flow::logged_in(&services, &alice).await;
        flow::code_from(&services, &client, &browser, "openid").await;
        let step = flow::ask(&services, &client, "openid email", &browser).await;
        let waiting = flow::consent_asked(step);

        let sign = |record: &mut Client| record.requests.rule = RequestObjectRule::Required;
        client.change(&services.context, sign).await;
        let before = services.stored().protocol_state().await;
        let stranger = flow::browser(&services);
        let asking = if is_logged_in { &browser } else { &stranger };
        let step = flow::ask(&services, &client, "openid", asking).await;
        let refused = AuthorizationErrorCode::InvalidRequest;
        assert_eq!(flow::error_in(&step), Some(refused), "{step:?}");
        assert_eq!(services.stored().protocol_state().await, before);
        // What the user is being asked already is not taken back.
        let step = flow::approve(&services, &waiting, &browser, "").await;
        assert!(flow::code_in(&step).is_some(), "{step:?}");
    }
}

#[tokio::test]
async fn a_request_of_a_client_that_was_changed_waits_after_a_retry() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let browser = flow::browser(&services);
    for times in 1..=2 {
        let step = flow::ask(&services, &client, "openid", &browser).await;
        assert!(matches!(step, AuthorizeStep::LogIn(_)), "{step:?}");
        assert_eq!(services.stored().requests().await.len(), times);
        let rename = |record: &mut Client| record.name.push('!');
        client.change(&services.context, rename).await;
    }
}

#[tokio::test]
async fn a_request_is_refused_by_what_the_client_is_now_and_by_no_copy() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let browser = flow::browser(&services);
    flow::ask(&services, &client, "openid", &browser).await;
    let second = "https://app.example.com/second";
    let ask = async || {
        let (mut asked, _verifier) = flow::request(&services, &client, "openid");
        asked.redirect_uri = Some(second.to_owned());
        let asked = services.deps.authorizations.authorize(asked, &browser);
        asked.await
    };
    let refused = ask().await;
    assert!(matches!(refused, Err(AuthorizeFailure::RedirectUri(..))));

    let register = |record: &mut Client| record.redirect_uris.push(second.parse().unwrap());
    client.change(&services.context, register).await;
    let step = ask().await.unwrap();
    assert!(matches!(step, AuthorizeStep::LogIn(_)), "{step:?}");

    client.disable(&services.context).await;
    let refused = ask().await;
    assert!(matches!(refused, Err(AuthorizeFailure::UnknownClient(_))));
    client.change(&services.context, register).await;
    let step = ask().await.unwrap();
    assert!(matches!(step, AuthorizeStep::LogIn(_)), "{step:?}");
}

#[tokio::test]
async fn a_request_that_waits_is_known_to_nodes_whose_copy_of_the_client_is_older() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let browser = flow::browser(&services);
    flow::ask(&services, &client, "openid", &browser).await;
    let second = "https://app.example.com/second";
    let register = |record: &mut Client| record.redirect_uris.push(second.parse().unwrap());
    client.change(&services.context, register).await;

    let other = services.another_node().await;
    let (mut parameters, _verifier) = flow::request(&services, &client, "openid");
    parameters.redirect_uri = Some(second.to_owned());
    let step = other.deps.authorizations.authorize(parameters, &browser);
    let AuthorizeStep::LogIn(handle) = step.await.unwrap() else {
        panic!("nobody is logged in")
    };
    for node in [&services, &other] {
        let view = node.deps.authorizations.login_view(&handle, &browser);
        assert_eq!(view.await.unwrap().client_name, client.record.name);
    }
}
