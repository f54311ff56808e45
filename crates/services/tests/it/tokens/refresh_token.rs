//! Exchanging refresh tokens.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use authly_domain::secret::RefreshToken;
use authly_domain::tokens::InvalidRefresh;
use authly_services::tokens::{InvalidGrant, RefreshTokenGrant, TokenError, TokenGrant};
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow;

#[tokio::test(flavor = "multi_thread")]
async fn fifty_refreshes_at_once_get_the_same_successor_and_an_access_token_each() {
    let services = Arc::new(Setup::default().pool_size(16).services().await);
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let spent = flow::refresh_token(&tokens).to_owned();
    let rp = flow::authenticated(&services, &client).await;

    let attempts = (0..50).map(|_| {
        let (services, rp, spent) = (Arc::clone(&services), rp.clone(), spent.clone());
        tokio::spawn(async move { flow::refresh(&services, &rp, &spent).await.unwrap() })
    });
    let (mut refresh_tokens, mut access_tokens) = (HashSet::new(), HashSet::new());
    for attempt in attempts.collect::<Vec<_>>() {
        let answer = attempt.await.unwrap();
        refresh_tokens.insert(flow::refresh_token(&answer).to_owned());
        access_tokens.insert(answer.access_token.expose().to_owned());
    }

    assert_eq!((refresh_tokens.len(), access_tokens.len()), (1, 50));
    assert!(!refresh_tokens.contains(&spent));
    let stored = services.stored();
    assert_eq!(stored.unspent_refresh_tokens_of(&client.id).await.len(), 1);
    assert_eq!(stored.access_tokens_of(&client.id).await.len(), 51);
    for token in &access_tokens {
        assert!(flow::is_active(&services, &rp, token).await);
    }
    let successor = refresh_tokens.into_iter().next().unwrap();
    flow::refresh(&services, &rp, &successor).await.unwrap();
}

#[tokio::test]
async fn the_sealed_successor_is_erased_when_no_request_of_its_window_is_under_way_any_more() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();
    let erase = || services.deps.tokens.erase_successors();
    assert_eq!(erase().await.unwrap(), 0);
    services.advance(Duration::from_secs(10));
    // A request that began a moment ago may still wait for the database.
    assert_eq!(erase().await.unwrap(), 0);
    services.advance(Duration::from_mins(1));
    assert_eq!(erase().await.unwrap(), 1);
    assert_eq!(erase().await.unwrap(), 0);
}

#[tokio::test]
async fn a_lost_answer_is_given_again_while_the_window_is_open() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    let first = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();

    services.advance(Duration::from_secs(9));
    let again = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();
    assert_eq!(flow::refresh_token(&again), flow::refresh_token(&first));
    assert_ne!(again.access_token.expose(), first.access_token.expose());
}

#[tokio::test(flavor = "multi_thread")]
async fn reuse_after_the_window_revokes_the_grant_and_is_audited_once() {
    let services = Arc::new(TestServices::start().await);
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid offline_access").await;
    let spent = flow::refresh_token(&tokens).to_owned();
    let rp = flow::authenticated(&services, &client).await;
    let successor = flow::refresh(&services, &rp, &spent).await.unwrap();

    services.advance(Duration::from_secs(10));
    let attempts = (0..20).map(|_| {
        let (services, rp, spent) = (Arc::clone(&services), rp.clone(), spent.clone());
        tokio::spawn(async move { flow::refresh(&services, &rp, &spent).await.unwrap_err() })
    });
    let mut noticed = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        let refused = attempt.await.unwrap();
        let reuse = matches!(
            refused,
            TokenError::InvalidGrant(InvalidGrant::RefreshTokenReuse { .. }, _)
        );
        noticed += usize::from(reuse);
        assert!(
            matches!(refused, TokenError::InvalidGrant(..)),
            "{refused:?}"
        );
    }

    assert!(noticed >= 1);
    assert_eq!(
        services.stored().audit_actions_beside_logins().await,
        ["refresh_token.reused"]
    );
    let grants = services.stored().grants_of(&client.id).await;
    assert_eq!(
        grants[0].revoked_reason.as_deref(),
        Some("refresh_token_reuse")
    );
    flow::refresh(&services, &rp, flow::refresh_token(&successor))
        .await
        .unwrap_err();
    assert!(!flow::is_active(&services, &rp, successor.access_token.expose()).await);
}

#[tokio::test]
async fn reuse_after_the_successor_was_used_revokes_even_within_the_window() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let first = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    let second = flow::refresh(&services, &rp, flow::refresh_token(&first))
        .await
        .unwrap();
    let third = flow::refresh(&services, &rp, flow::refresh_token(&second))
        .await
        .unwrap();

    let refused = flow::refresh(&services, &rp, flow::refresh_token(&first))
        .await
        .unwrap_err();
    let is_reuse = matches!(
        refused,
        TokenError::InvalidGrant(InvalidGrant::RefreshTokenReuse { .. }, _)
    );
    assert!(is_reuse, "{refused:?}");
    flow::refresh(&services, &rp, flow::refresh_token(&third))
        .await
        .unwrap_err();
}

#[tokio::test]
async fn reuse_revokes_its_own_grant_and_neither_the_others_nor_the_consent() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let stolen = flow::tokens(&services, &client, &alice, "openid").await;
    let other = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    flow::refresh(&services, &rp, flow::refresh_token(&stolen))
        .await
        .unwrap();
    services.advance(Duration::from_mins(1));
    flow::refresh(&services, &rp, flow::refresh_token(&stolen))
        .await
        .unwrap_err();

    assert!(flow::is_active(&services, &rp, other.access_token.expose()).await);
    flow::refresh(&services, &rp, flow::refresh_token(&other))
        .await
        .unwrap();
    let consent = services.stored().consent_of("alice", &client.id).await;
    assert!(consent.unwrap().granted.contains("openid"));
}

#[tokio::test]
async fn another_client_changes_nothing() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let other = services.client().id("other").create().await;
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();
    services.advance(Duration::from_mins(1));
    let before = services.stored().protocol_state().await;

    let thief = flow::authenticated(&services, &other).await;
    let refused = flow::refresh(&services, &thief, flow::refresh_token(&tokens)).await;
    let expected = InvalidGrant::Refresh(InvalidRefresh::OtherClient);
    assert!(matches!(refused, Err(TokenError::InvalidGrant(reason, _)) if reason == expected));
    assert_eq!(services.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_narrowed_scope_narrows_the_access_token_alone() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "openid profile email").await;
    let rp = flow::authenticated(&services, &client).await;
    let narrowed = async |token: &str, scope: &str| {
        let grant = RefreshTokenGrant {
            refresh_token: RefreshToken::new(token.to_owned()),
            scope: Some(scope.parse().unwrap()),
            resources: Vec::new(),
        };
        flow::exchange(&services, &rp, TokenGrant::RefreshToken(grant)).await
    };
    let before = services.stored().protocol_state().await;
    let refused = narrowed(flow::refresh_token(&tokens), "openid notes:read").await;
    assert!(matches!(refused, Err(TokenError::InvalidScope(..))));
    assert_eq!(services.stored().protocol_state().await, before);

    let small = narrowed(flow::refresh_token(&tokens), "openid")
        .await
        .unwrap();
    assert_eq!(small.scope.to_string(), "openid");
    let whole = flow::refresh(&services, &rp, flow::refresh_token(&small))
        .await
        .unwrap();
    assert_eq!(whole.scope.to_string(), "openid profile email");
}

#[tokio::test]
async fn a_token_lives_as_long_as_it_is_used_but_not_for_ever() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let mut tokens = flow::tokens(&services, &client, &alice, "openid offline_access").await;
    let rp = flow::authenticated(&services, &client).await;
    let expired = InvalidGrant::Refresh(InvalidRefresh::Expired);
    let days = |days: u64| Duration::from_hours(24 * days);

    let idle = flow::tokens(&services, &client, &alice, "openid offline_access").await;
    for _ in 0..3 {
        services.advance(days(29));
        tokens = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
            .await
            .unwrap();
    }
    let refused = flow::refresh(&services, &rp, flow::refresh_token(&idle))
        .await
        .unwrap_err();
    assert!(matches!(refused, TokenError::InvalidGrant(reason, _) if reason == expired));
    // 87 days are over; the end is at 90, used or not.
    services.advance(days(3));
    let refused = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap_err();
    assert!(matches!(refused, TokenError::InvalidGrant(reason, _) if reason == expired));
}

#[tokio::test]
async fn without_rotation_the_token_stays_and_is_not_handed_out_again() {
    let services = TestServices::start().await;
    let client = services.client().no_rotation().create().await;
    let alice = services.user("alice").create().await;
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    for _ in 0..3 {
        let answer = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
            .await
            .unwrap();
        assert!(answer.refresh_token.is_none());
        services.advance(Duration::from_mins(1));
    }
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
async fn a_public_client_rotates_whatever_is_registered() {
    let services = TestServices::start().await;
    let client = services.client().public().no_rotation().create().await;
    let alice = services.user("alice").create().await;
    let tokens = flow::tokens(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    let answer = flow::refresh(&services, &rp, flow::refresh_token(&tokens))
        .await
        .unwrap();
    assert_ne!(flow::refresh_token(&answer), flow::refresh_token(&tokens));
}
