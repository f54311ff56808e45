//! What ends at once, everywhere, when something that it hangs on ends (decisions 2).

use std::time::Duration;

use authly_domain::grants::NotAlive;
use authly_domain::secret::{Password, PresentedToken};
use authly_domain::sessions::LoginStep;
use authly_domain::tokens::InvalidRefresh;
use authly_services::clients::AuthenticatedClient;
use authly_services::tokens::{InvalidGrant, IssuedTokens, TokenError};
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

use crate::flow;

/// Whether a family counts at introspection, at UserInfo and at the token endpoint.
async fn counts(
    services: &TestServices,
    rp: &AuthenticatedClient,
    tokens: &IssuedTokens,
) -> [bool; 3] {
    let access = tokens.access_token.expose();
    [
        flow::is_active(services, rp, access).await,
        flow::opens_claims(services, access).await,
        flow::refresh(services, rp, flow::refresh_token(tokens))
            .await
            .is_ok(),
    ]
}

#[tokio::test]
async fn a_disabled_user_ends_everything_at_once() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid offline_access").await;
    let browser = flow::logged_in(&services, &alice).await;
    let code = flow::code_from(&services, &client, &browser, "openid").await;
    let rp = flow::authenticated(&services, &client).await;

    services.disable_user(&alice).await;

    let refused = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap_err();
    let expected = InvalidGrant::Refresh(InvalidRefresh::NotAlive(NotAlive::UserInactive));
    assert!(matches!(refused, TokenError::InvalidGrant(reason, _) if reason == expected));
    assert_eq!(counts(&services, &rp, &tokens).await, [false; 3]);
    flow::redeem(&services, &rp, &code).await.unwrap_err();
    assert_eq!(
        services.deps.sessions.current(&browser).await.unwrap(),
        None
    );
    let password = Password::new(alice.password.clone());
    services
        .deps
        .sessions
        .log_in("alice", password, &browser)
        .await
        .unwrap_err();
    // Nothing was consumed or revoked: it all counts again when the user does.
    assert_eq!(
        services
            .stored()
            .unspent_refresh_tokens_of(&client.id)
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn logout_ends_what_hangs_on_the_session_and_leaves_what_is_offline() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let browser = flow::logged_in(&services, &alice).await;
    let rp = flow::authenticated(&services, &client).await;
    let mut families = Vec::new();
    for scope in ["openid", "openid offline_access"] {
        let code = flow::code_from(&services, &client, &browser, scope).await;
        families.push(flow::redeem(&services, &rp, &code).await.unwrap());
    }
    let waiting = flow::code_from(&services, &client, &browser, "openid offline_access").await;

    services.deps.sessions.log_out(&browser).await.unwrap();

    assert_eq!(counts(&services, &rp, &families[0]).await, [false; 3]);
    assert_eq!(counts(&services, &rp, &families[1]).await, [true; 3]);
    // A code that was not redeemed yet is no grant that could be offline.
    flow::redeem(&services, &rp, &waiting).await.unwrap_err();
}

#[tokio::test]
async fn a_session_that_merely_expires_ends_nothing() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let browser = flow::logged_in(&services, &alice).await;
    let code = flow::code_from(&services, &client, &browser, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    let tokens = flow::redeem(&services, &rp, &code).await.unwrap();

    services.advance(Duration::from_hours(8 * 24));

    assert_eq!(
        services.deps.sessions.current(&browser).await.unwrap(),
        None
    );
    flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_change_of_password_ends_all_grants_and_all_other_sessions() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let bob = services.user("bob").create().await;
    let rp = flow::authenticated(&services, &client).await;
    let mut families = Vec::new();
    for scope in ["openid", "openid offline_access"] {
        families.push(flow::tokens(&services, &client, &alice, scope).await);
    }
    let of_bob = flow::tokens(&services, &client, &bob, "openid").await;

    services.demand_password_change(&alice).await;
    let mut browser = flow::browser(&services);
    let next = flow::log_in(&services, &mut browser, &alice).await;
    assert_eq!(next, Some(LoginStep::ChangePassword));
    let new = Password::new("quite another passphrase".to_owned());
    let changed = services
        .deps
        .sessions
        .change_password(new, &browser)
        .await
        .unwrap();
    browser.session = Some(changed.session);

    for family in &families {
        assert_eq!(counts(&services, &rp, family).await, [false; 3]);
    }
    assert_eq!(counts(&services, &rp, &of_bob).await, [true; 3]);
    let session = services
        .deps
        .sessions
        .current(&browser)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(session.next_step(), None);
    let ended = services.stored().sessions_of("alice").await;
    let live: Vec<_> = ended
        .iter()
        .filter(|one| one.ended_reason.is_none())
        .collect();
    assert_eq!((ended.len(), live.len()), (3, 1));
    assert_eq!(live[0].id, session.id);
    assert_eq!(
        services.stored().audit_actions_beside_logins().await,
        ["password.changed"]
    );
}

#[tokio::test]
async fn a_revoked_refresh_token_ends_its_family_and_a_revoked_access_token_itself() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let rp = flow::authenticated(&services, &client).await;
    let revoke = async |token: &str| {
        let token = PresentedToken::new(token.to_owned());
        services
            .deps
            .tokens
            .revoke(&rp, &token, flow::HOME)
            .await
            .unwrap();
    };
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    revoke(tokens.access_token.expose()).await;
    assert_eq!(counts(&services, &rp, &tokens).await, [false, false, true]);

    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let successor = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();
    revoke(flow::refresh_token(&tokens)).await;
    assert_eq!(counts(&services, &rp, &successor).await, [false; 3]);
}

#[tokio::test]
async fn another_clients_tokens_are_neither_revoked_nor_seen() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let other = services.client().id("other").create().await;
    let (rp, other) = (
        flow::authenticated(&services, &client).await,
        flow::authenticated(&services, &other).await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let before = services.stored().protocol_state().await;
    for token in [
        tokens.access_token.expose(),
        flow::refresh_token(&tokens),
        "rubbish",
    ] {
        assert!(!flow::is_active(&services, &other, token).await);
        let token = PresentedToken::new(token.to_owned());
        services
            .deps
            .tokens
            .revoke(&other, &token, flow::HOME)
            .await
            .unwrap();
    }
    assert_eq!(services.stored().protocol_state().await, before);
    assert_eq!(counts(&services, &rp, &tokens).await, [true; 3]);
}

#[tokio::test]
async fn a_resource_server_sees_the_tokens_that_are_for_it() {
    let services = TestServices::start().await;
    let api = "https://api.example.com/";
    let client = services
        .client()
        .with(|client| client.default_audience = vec![api.parse().unwrap()])
        .create()
        .await;
    let server = services.client().id("api").resources(&[api]).create().await;
    let alice = services.user("alice").create().await;
    let tokens = flow::tokens(&services, &client, &alice, "notes:read").await;
    let server = flow::authenticated(&services, &server).await;
    assert!(flow::is_active(&services, &server, tokens.access_token.expose()).await);
    assert!(!flow::is_active(&services, &server, flow::refresh_token(&tokens)).await);
}

#[tokio::test]
async fn a_public_client_may_not_introspect() {
    let services = TestServices::start().await;
    let client = services.client().public().create().await;
    let rp = flow::authenticated(&services, &client).await;
    let token = PresentedToken::new("rubbish".to_owned());
    let refused = services.deps.tokens.introspect(&rp, &token).await;
    assert!(matches!(refused, Err(TokenError::ClientNotAllowed)));
}

#[tokio::test]
async fn an_expired_access_token_counts_no_more() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    services.advance(Duration::from_mins(15));
    assert_eq!(counts(&services, &rp, &tokens).await, [false, false, true]);
}

#[tokio::test]
async fn a_revoked_key_ends_what_it_signed_at_once_and_nothing_else() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    services.revoke_signing_keys().await;
    // The refresh token is signed by none.
    assert_eq!(counts(&services, &rp, &tokens).await, [false, false, true]);
}
