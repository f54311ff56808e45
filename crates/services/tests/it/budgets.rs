//! How many round trips each request takes, once the client is at hand (decisions 7).

use std::sync::Arc;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::Origin;
use authly_domain::keys::{KeyManagement, SigningAlgorithm};
use authly_domain::secret::{AccessToken, PresentedToken};
use authly_domain::users::{RequestedClaim, StandardClaim};
use authly_services::clients::Aim;
use authly_services::settings::SettingsChange;
use authly_testing::recipient::Recipient;
use authly_testing::signer::Signer;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow;

#[tokio::test]
async fn a_client_that_is_at_hand_authenticates_without_any() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    flow::authenticated(&services, &client).await;

    let (_, round_trips) = services
        .round_trips_of(flow::authenticated(&services, &client))
        .await;
    assert_eq!(round_trips, 0);
}

#[tokio::test]
async fn client_credentials_take_one_write() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let ask = async || {
        let client = flow::authenticated(&services, &client).await;
        flow::own_token(&services, &client).await.unwrap()
    };
    ask().await;
    let (_, round_trips) = services.round_trips_of(ask()).await;
    assert_eq!(round_trips, 1);
    assert_eq!(
        services.stored().access_tokens_of(&client.id).await.len(),
        2
    );
}

#[tokio::test]
async fn a_code_takes_one_transaction_of_four() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    flow::tokens(&services, &client, &alice, "openid").await;
    let code = flow::code(&services, &client, &alice, "openid").await;

    let (tokens, round_trips) = services
        .round_trips_of(async {
            let client = flow::authenticated(&services, &client).await;
            flow::redeem(&services, &client, &code).await
        })
        .await;
    tokens.unwrap();
    assert_eq!(round_trips, 4);
}

#[tokio::test]
async fn a_refresh_takes_one_transaction_of_four_also_when_it_is_repeated() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let client = flow::authenticated(&services, &client).await;
    for _ in 0..2 {
        let exchanged = flow::refresh(&services, &client, flow::refresh_token(&tokens));
        let (exchanged, round_trips) = services.round_trips_of(exchanged).await;
        exchanged.unwrap();
        assert_eq!(round_trips, 4);
    }
}

#[tokio::test]
async fn a_refresh_without_rotation_takes_one_transaction_of_four() {
    let services = TestServices::start().await;
    let client = services.client().no_rotation().create().await;
    let alice = services.user("alice").create().await;
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let client = flow::authenticated(&services, &client).await;

    let exchanged = flow::refresh(&services, &client, flow::refresh_token(&tokens));
    let (exchanged, round_trips) = services.round_trips_of(exchanged).await;
    exchanged.unwrap();
    assert_eq!(round_trips, 4);
}

#[tokio::test]
async fn reuse_of_a_refresh_token_may_take_one_more() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let client = flow::authenticated(&services, &client).await;
    flow::refresh(&services, &client, flow::refresh_token(&tokens))
        .await
        .unwrap();
    services.advance(std::time::Duration::from_mins(1));

    let exchanged = flow::refresh(&services, &client, flow::refresh_token(&tokens));
    let (exchanged, round_trips) = services.round_trips_of(exchanged).await;
    exchanged.unwrap_err();
    assert_eq!(round_trips, 5);
}

#[tokio::test]
async fn introspection_userinfo_and_revocation_take_one_each() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let client = flow::authenticated(&services, &client).await;
    let access = tokens.access_token.expose();

    let (active, introspection) = services
        .round_trips_of(flow::is_active(&services, &client, access))
        .await;
    let (opens, userinfo) = services
        .round_trips_of(flow::opens_claims(&services, access))
        .await;
    let token = PresentedToken::new(access.to_owned());
    let (revoked, revocation) = services
        .round_trips_of(services.deps.tokens.revoke(&client, &token, flow::HOME))
        .await;

    revoked.unwrap();
    assert!(active && opens);
    assert_eq!((introspection, userinfo, revocation), (1, 1, 1));
}

#[tokio::test]
async fn signed_claims_take_one_too_and_the_keys_that_are_at_hand() {
    let services = TestServices::start().await;
    let wish: [RequestedClaim; 1] = ["userinfo email".parse().unwrap()];
    let client = services.client();
    let client = client.with(|client| client.openid.userinfo_alg = Some(SigningAlgorithm::Rs256));
    let (client, alice) = (client.create().await, services.user("alice").create().await);
    let tokens = flow::tokens(&services, &client, &alice, "openid profile").await;
    services.stored().ask_for_claims(&wish).await;
    let keys = services.deps.keys.ring();
    let before = keys.load();

    let asking = services.deps.userinfo.claims(&tokens.access_token);
    let (told, round_trips) = services.round_trips_of(asking).await;

    let told = told.unwrap();
    assert!(told.jwt.is_some());
    assert_eq!(
        told.claims.text(StandardClaim::Email),
        Some("alice@example.com")
    );
    assert_eq!(round_trips, 1);
    // Keys are parsed where a ring is built, and nowhere else: it is still the same one.
    assert!(Arc::ptr_eq(&before, &keys.load()));
}

#[tokio::test]
async fn encrypted_claims_take_one_too() {
    let services = TestServices::start().await;
    let recipient = Recipient::new(KeyManagement::EcdhEs);
    let client = services.client().with(|client| {
        client.jwks = Some(recipient.jwks());
        client.openid.userinfo_encryption.alg = Some(KeyManagement::EcdhEs);
    });
    let (client, alice) = (client.create().await, services.user("alice").create().await);
    let tokens = flow::tokens(&services, &client, &alice, "openid profile").await;

    let asking = services.deps.userinfo.claims(&tokens.access_token);
    let (told, round_trips) = services.round_trips_of(asking).await;

    let (_header, content) = recipient.open(told.unwrap().jwt.unwrap().expose());
    assert!(content.contains(&alice.subject), "{content}");
    assert_eq!(round_trips, 1);
}

#[tokio::test]
async fn what_cannot_be_a_token_takes_one_and_finds_nothing() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let client = flow::authenticated(&services, &client).await;
    let (active, round_trips) = services
        .round_trips_of(flow::is_active(&services, &client, "rubbish"))
        .await;
    assert_eq!((active, round_trips), (false, 1));
    let claims = services
        .deps
        .userinfo
        .claims(&AccessToken::new("rubbish".to_owned()))
        .await;
    claims.unwrap_err();
}

#[tokio::test]
async fn a_request_that_is_refused_takes_one_look_at_its_client() {
    let services = TestServices::start().await;
    let signer = Signer::es256();
    let client = services.client().signing_requests(&signer).create().await;
    let browser = flow::browser(&services);
    flow::ask(&services, &client, "openid", &browser).await;
    for member in ["redirect_uri", "scope", "request", "request_uri"] {
        let (mut asked, _verifier) = flow::request(&services, &client, "openid");
        let wrong = Some("https://elsewhere.example/".to_owned());
        match member {
            "redirect_uri" => asked.redirect_uri = wrong,
            "scope" => asked.scope = wrong,
            "request" => asked.request = wrong,
            _ => asked.request_uri = wrong,
        }
        let asking = services.deps.authorizations.authorize(asked, &browser);
        let (step, round_trips) = services.round_trips_of(asking).await;
        let is_refused = step.map_or(true, |step| flow::error_in(&step).is_some());
        assert_eq!((is_refused, round_trips), (true, 1), "{member}");
    }
}

#[tokio::test]
async fn published_keys_take_none_and_looking_for_new_ones_takes_one() {
    let services = TestServices::start().await;
    let keys = &services.deps.keys;
    let (refreshed, round_trips) = services.round_trips_of(keys.refresh()).await;
    refreshed.unwrap();
    assert_eq!(round_trips, 1);
    let (_, round_trips) = services.round_trips_of(async { keys.published() }).await;
    assert_eq!(round_trips, 0);
}

/// No service asks for a second connection while it holds one.
#[tokio::test]
async fn everything_works_with_a_pool_of_one_connection() {
    for mode in [
        authly_repositories::StatementMode::Prepared,
        authly_repositories::StatementMode::Unnamed,
    ] {
        let services = Setup::default()
            .pool_size(1)
            .statements(mode)
            .services()
            .await;
        let (client, alice) = (
            services.client().create().await,
            services.user("alice").create().await,
        );
        let browser = flow::logged_in(&services, &alice).await;
        let scope = "openid profile email offline_access";
        let code = flow::code_from(&services, &client, &browser, scope).await;
        let rp = flow::authenticated(&services, &client).await;
        let tokens = flow::redeem(&services, &rp, &code).await.unwrap();
        let tokens = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
            .await
            .unwrap();
        flow::own_token(&services, &rp).await.unwrap();
        assert!(flow::is_active(&services, &rp, tokens.access_token.expose()).await);
        assert!(flow::opens_claims(&services, tokens.access_token.expose()).await);
        let token = PresentedToken::new(flow::refresh_token(&tokens).to_owned());
        services
            .deps
            .tokens
            .revoke(&rp, &token, flow::HOME)
            .await
            .unwrap();
        services.deps.sessions.log_out(&browser).await.unwrap();
        services.deps.discovery.facts().await.unwrap();
        assert!(services.deps.health.check().await.is_up());
        services.bootstrap().ensure_scopes().await.unwrap();
    }
}

/// Nor does what administrators do.
#[tokio::test]
async fn clients_and_settings_are_administered_with_a_pool_of_one_connection() {
    let services = Setup::default().pool_size(1).services().await;
    let (robot, web) = (
        services.client().id("robot").create().await,
        services.client().create().await,
    );
    let by = Administrator::Client {
        key: robot.record.key,
        client_id: robot.record.id.clone(),
        origin: Origin::default(),
    };
    let aim = Aim {
        client: web.record.key,
        version: None,
        by: &by,
        run: Run::ForReal,
    };
    let registry = &services.deps.client_admin;
    registry.disable(aim).await.unwrap();
    registry.enable(aim).await.unwrap();
    registry.delete(aim).await.unwrap();
    let (nothing, from) = (SettingsChange::default(), flow::HOME);
    let settings = &services.deps.live_settings;
    let list = settings.change(&nothing, &by, from, Run::ForReal);
    assert_eq!(list.await.unwrap().version, settings.held().version);
}
