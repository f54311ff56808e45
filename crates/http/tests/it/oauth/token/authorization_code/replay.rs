//! Codes that are redeemed again (OAuth 2.1 §4.1.3, §7.5.2).

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::flows::Code;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use crate::machine_support::{OPENID, assert_issued, assert_refused, unchanged};

#[tokio::test]
async fn a_second_redemption_ends_what_the_first_one_issued() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let rp = app.rp(&client);
    let mut browser = app.logged_in(&alice).await;
    let other = app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    app.advance(Duration::from_secs(1));
    let Code { code, verifier } = app.code_in(&mut browser, &client, &alice, OPENID).await;
    let first = rp.redeem(&code, &verifier).await.expect_tokens();
    let second = rp.refresh(first.refresh()).await.expect_tokens();

    for _ in 0..2 {
        assert_refused(&rp.redeem(&code, &verifier).await, 400, "invalid_grant");
    }
    for token in [&first.access_token, &second.access_token] {
        assert!(!rp.is_active(token).await);
        assert_eq!(rp.userinfo(token).await.status, 401);
    }
    let answer = unchanged(&app, rp.refresh(second.refresh())).await;
    assert_refused(&answer, 400, "invalid_grant");
    let grants = app.stored().grants_of(&client.id).await;
    let reasons: Vec<_> = grants
        .into_iter()
        .map(|grant| grant.revoked_reason)
        .collect();
    assert_eq!(reasons, [None, Some("code_replay".to_owned())]);
    assert!(
        rp.is_active(&other.access_token).await,
        "another grant stays"
    );
    let audit = app.stored().audit_actions().await;
    let replays = audit.iter().filter(|action| action.contains("replay"));
    assert_eq!(replays.count(), 1, "{audit:?}");
}

#[tokio::test]
async fn a_replay_without_the_proof_ends_nothing() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let thief = app.client().id("thief").create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    let tokens = rp.redeem(&code, &verifier).await.expect_tokens();

    let answer = unchanged(&app, rp.redeem(&code, &"w".repeat(43))).await;
    assert_refused(&answer, 400, "invalid_grant");
    let answer = unchanged(&app, app.rp(&thief).redeem(&code, &verifier)).await;
    assert_refused(&answer, 400, "invalid_grant");
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("code_verifier", &verifier),
        ("redirect_uri", "https://evil.example.com/"),
    ];
    let answer = unchanged(&app, rp.token(&elsewhere)).await;
    assert_refused(&answer, 400, "invalid_grant");

    assert!(rp.is_active(&tokens.access_token).await);
    assert_issued(&rp.refresh(tokens.refresh()).await);
}

#[tokio::test]
async fn a_replay_counts_after_the_code_s_own_time_as_well() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    let tokens = rp.redeem(&code, &verifier).await.expect_tokens();
    app.advance(Duration::from_mins(10));
    assert_refused(&rp.redeem(&code, &verifier).await, 400, "invalid_grant");
    assert!(!rp.is_active(&tokens.access_token).await);
}

#[tokio::test]
async fn of_a_hundred_redemptions_at_two_nodes_at_once_one_succeeds_and_the_grant_ends() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let another = app.another_node().await;
    let rp = app.rp(&client);
    let nodes = [&rp, &another.rp(&client)];
    let answers = join_all((0..100).map(|n| nodes[n % 2].redeem(&code, &verifier))).await;

    let (good, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((good.len(), refused.len()), (1, 99));
    for answer in &refused {
        assert_refused(answer, 400, "invalid_grant");
    }
    let grants = app.stored().grants_of(&client.id).await;
    let [grant] = grants.as_slice() else {
        panic!("{grants:?}")
    };
    assert_eq!(grant.revoked_reason.as_deref(), Some("code_replay"));
    assert_eq!(app.stored().tokens_of(&client.id).await.len(), 2);

    let tokens = good[0].expect_tokens();
    assert!(!rp.is_active(&tokens.access_token).await);
    assert_refused(&rp.refresh(tokens.refresh()).await, 400, "invalid_grant");
    let audit = app.stored().audit_actions().await;
    let replays = audit.iter().filter(|action| action.contains("replay"));
    assert_eq!(replays.count(), 1, "{audit:?}");
}
