//! How long refresh tokens live, and what ends them (decisions 2, 9).

use std::time::Duration;

use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use super::started;
use crate::machine_support::{OPENID, assert_issued, assert_refused, unchanged};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_token_that_is_not_used_ends_after_thirty_days() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    app.advance((30 * DAY).saturating_sub(SECOND));
    let second = rp.refresh(first.refresh()).await.expect_tokens();
    app.advance(30 * DAY);
    let answer = unchanged(&app, rp.refresh(second.refresh())).await;
    assert_refused(&answer, 400, "invalid_grant");
}

#[tokio::test]
async fn however_often_it_is_used_a_grant_ends_after_ninety_days() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let mut tokens = first;
    for _ in 0..3 {
        app.advance(29 * DAY);
        tokens = rp.refresh(tokens.refresh()).await.expect_tokens();
    }
    app.advance((3 * DAY).saturating_sub(SECOND));
    tokens = rp.refresh(tokens.refresh()).await.expect_tokens();
    app.advance(SECOND);
    let answer = unchanged(&app, rp.refresh(tokens.refresh())).await;
    assert_refused(&answer, 400, "invalid_grant");
}

#[tokio::test]
async fn a_token_that_was_revoked_is_refused() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    assert_eq!(rp.revoke(first.refresh()).await.status, 200);
    let answer = unchanged(&app, rp.refresh(first.refresh())).await;
    assert_refused(&answer, 400, "invalid_grant");
    assert_eq!(
        app.stored()
            .unspent_refresh_tokens_of(&client.id)
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn a_disabled_user_s_tokens_are_refused() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    app.disable_user(&alice).await;
    let answer = unchanged(&app, app.rp(&client).refresh(tokens.refresh())).await;
    assert_refused(&answer, 400, "invalid_grant");
}

#[tokio::test]
async fn a_disabled_client_s_tokens_are_refused() {
    let (app, client, first) = started().await;
    client.disable(&app.context).await;
    let answer = unchanged(&app, app.rp(&client).refresh(first.refresh())).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn logout_ends_what_was_not_granted_for_offline_access() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let rp = app.rp(&client);
    let mut browser = app.logged_in(&alice).await;
    let online = app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    let scope = "openid offline_access";
    let asked = app.ask(&client, scope, &[("prompt", "consent")]);
    let page = app.walk(&mut browser, &asked, &alice).await;
    let code = page.answered("code").unwrap();
    let offline = rp.redeem(&code, &asked.verifier).await.expect_tokens();

    let logout = browser.get("/logout").await.form("logout");
    browser.submit(&logout).await;
    let answer = unchanged(&app, rp.refresh(online.refresh())).await;
    assert_refused(&answer, 400, "invalid_grant");
    assert!(!rp.is_active(&online.access_token).await);
    assert!(rp.is_active(&offline.access_token).await);
    assert_issued(&rp.refresh(offline.refresh()).await);
}

#[tokio::test]
async fn a_session_that_merely_idles_away_ends_nothing() {
    let (app, client, first) = started().await;
    app.advance(20 * DAY);
    assert_issued(&app.rp(&client).refresh(first.refresh()).await);
}
