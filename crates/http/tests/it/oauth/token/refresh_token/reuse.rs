//! Spent refresh tokens: the same successor within the window, the end of the grant after it
//! (decisions 5; RFC 9700 §4.14.2).

use std::collections::BTreeSet;
use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::answer::{Answer, Tokens};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use super::started;
use crate::machine_support::{OPENID, assert_issued, assert_refused, unchanged};

/// How long a spent token yields its successor again.
const WINDOW: Duration = Duration::from_secs(10);

/// How many reuses were written down.
async fn audited_reuses(app: &TestApp) -> usize {
    let audit = app.stored().audit_actions().await;
    audit
        .iter()
        .filter(|action| action.contains("reuse"))
        .count()
}

#[tokio::test]
async fn within_the_window_a_spent_token_yields_the_same_successor() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let one = rp.refresh(first.refresh()).await.expect_tokens();
    app.advance(WINDOW.saturating_sub(Duration::from_secs(1)));
    let two = rp.refresh(first.refresh()).await.expect_tokens();

    assert_eq!(one.refresh(), two.refresh());
    assert_ne!(one.access_token, two.access_token);
    for token in [&one.access_token, &two.access_token] {
        assert!(rp.is_active(token).await);
    }
    assert_eq!(
        app.stored()
            .unspent_refresh_tokens_of(&client.id)
            .await
            .len(),
        1
    );
    assert_eq!(audited_reuses(&app).await, 0);
    assert_issued(&rp.refresh(two.refresh()).await);
}

#[tokio::test]
async fn after_the_window_reuse_ends_the_grant_and_is_written_down_once() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let next = rp.refresh(first.refresh()).await.expect_tokens();
    app.advance(WINDOW);
    for _ in 0..3 {
        assert_refused(&rp.refresh(first.refresh()).await, 400, "invalid_grant");
    }

    assert_refused(&rp.refresh(next.refresh()).await, 400, "invalid_grant");
    for token in [&first.access_token, &next.access_token] {
        assert!(!rp.is_active(token).await);
        assert_eq!(rp.userinfo(token).await.status, 401);
    }
    let grants = app.stored().grants_of(&client.id).await;
    assert_eq!(
        grants[0].revoked_reason.as_deref(),
        Some("refresh_token_reuse")
    );
    assert_eq!(audited_reuses(&app).await, 1);
}

#[tokio::test]
async fn once_the_successor_was_used_reuse_counts_within_the_window_too() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let second = rp.refresh(first.refresh()).await.expect_tokens();
    let third = rp.refresh(second.refresh()).await.expect_tokens();
    assert_refused(&rp.refresh(first.refresh()).await, 400, "invalid_grant");
    assert_refused(&rp.refresh(third.refresh()).await, 400, "invalid_grant");
    assert_eq!(audited_reuses(&app).await, 1);
}

#[tokio::test]
async fn reuse_ends_neither_the_user_s_other_grants_nor_the_consent() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let stolen = app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    let other = app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    let rp = app.rp(&client);
    assert_issued(&rp.refresh(stolen.refresh()).await);
    app.advance(WINDOW);
    assert_refused(&rp.refresh(stolen.refresh()).await, 400, "invalid_grant");

    assert!(rp.is_active(&other.access_token).await);
    assert_issued(&rp.refresh(other.refresh()).await);
    assert!(app.stored().consent_of("alice", &client.id).await.is_some());
}

#[tokio::test]
async fn another_client_that_presents_a_spent_token_ends_nothing() {
    let (app, client, first) = started().await;
    let thief = app.client().id("thief").create().await;
    let rp = app.rp(&client);
    let next = rp.refresh(first.refresh()).await.expect_tokens();
    app.advance(WINDOW);
    let answer = unchanged(&app, app.rp(&thief).refresh(first.refresh())).await;
    assert_refused(&answer, 400, "invalid_grant");
    assert_issued(&rp.refresh(next.refresh()).await);
    assert_eq!(audited_reuses(&app).await, 0);
}

#[tokio::test]
async fn reuses_at_once_are_all_refused_and_written_down_once() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let next = rp.refresh(first.refresh()).await.expect_tokens();
    app.advance(WINDOW);
    for answer in join_all((0..20).map(|_| rp.refresh(first.refresh()))).await {
        assert_refused(&answer, 400, "invalid_grant");
    }
    assert_refused(&rp.refresh(next.refresh()).await, 400, "invalid_grant");
    assert_eq!(audited_reuses(&app).await, 1);
}

#[tokio::test]
async fn the_sealed_copy_of_a_successor_is_erased_when_it_is_used() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let keeping = async || {
        let rows = app.stored().tokens_of(&client.id).await;
        rows.iter().filter(|row| row.keeps_successor).count()
    };
    assert_eq!(keeping().await, 0);
    let second = rp.refresh(first.refresh()).await.expect_tokens();
    assert_eq!(keeping().await, 1);
    assert_issued(&rp.refresh(second.refresh()).await);
    assert_eq!(keeping().await, 1, "the newest alone is kept");
}

#[tokio::test]
async fn fifty_exchanges_at_two_nodes_at_once_all_get_the_same_refresh_token() {
    let (app, client, first) = started().await;
    let another = app.another_node().await;
    let rp = app.rp(&client);
    let nodes = [&rp, &another.rp(&client)];
    let answers = join_all((0..50).map(|n| nodes[n % 2].refresh(first.refresh()))).await;
    let tokens: Vec<_> = answers.iter().map(Answer::expect_tokens).collect();

    let refresh: BTreeSet<_> = tokens.iter().map(Tokens::refresh).collect();
    assert_eq!(refresh.len(), 1);
    let access: BTreeSet<_> = tokens.iter().map(|tokens| &tokens.access_token).collect();
    assert_eq!(access.len(), 50);
    for token in access {
        assert!(rp.is_active(token).await);
    }
    assert_eq!(
        app.stored()
            .unspent_refresh_tokens_of(&client.id)
            .await
            .len(),
        1
    );
    assert_eq!(audited_reuses(&app).await, 0);
    assert_issued(&rp.refresh(tokens[49].refresh()).await);
}
