//! Tokens that have ended, in whatever way, and what never was one.

use std::time::Duration;

use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use super::{World, assert_inactive};
use crate::machine_support::{OPENID, assert_refused, unchanged};

#[tokio::test]
async fn a_token_is_inactive_from_the_moment_it_ends() {
    let world = World::new().await;
    let (app, tokens, rp) = (&world.app, &world.tokens, world.rp());
    app.advance(Duration::from_secs(899));
    assert!(rp.is_active(&tokens.access_token).await);
    app.advance(Duration::from_secs(1));
    assert_inactive(app, &rp, &tokens.access_token).await;
    assert!(rp.is_active(tokens.refresh()).await);
    app.advance(Duration::from_hours(30 * 24));
    assert_inactive(app, &rp, tokens.refresh()).await;
}

#[tokio::test]
async fn a_revoked_token_is_inactive() {
    let world = World::new().await;
    let (app, tokens, rp) = (&world.app, &world.tokens, world.rp());
    rp.revoke(&tokens.access_token).await;
    assert_inactive(app, &rp, &tokens.access_token).await;
    assert!(rp.is_active(tokens.refresh()).await);
    rp.revoke(tokens.refresh()).await;
    assert_inactive(app, &rp, tokens.refresh()).await;
}

#[tokio::test]
async fn a_spent_refresh_token_is_inactive_and_its_successor_is_not() {
    let world = World::new().await;
    let (app, tokens, rp) = (&world.app, &world.tokens, world.rp());
    let next = rp.refresh(tokens.refresh()).await.expect_tokens();
    assert_inactive(app, &rp, tokens.refresh()).await;
    assert!(rp.is_active(next.refresh()).await);
}

#[tokio::test]
async fn logout_makes_the_tokens_of_the_session_inactive() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let rp = app.rp(&client);
    let mut browser = app.logged_in(&alice).await;
    let tokens = app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    let logout = browser.get("/logout").await.form("logout");
    browser.submit(&logout).await;
    assert_inactive(&app, &rp, &tokens.access_token).await;
    assert_inactive(&app, &rp, tokens.refresh()).await;
}

#[tokio::test]
async fn what_ends_at_one_node_has_ended_at_all() {
    let world = World::new().await;
    let (app, tokens, rp) = (&world.app, &world.tokens, world.rp());
    let another = app.another_node().await;
    let there = another.rp(&world.client);
    assert!(there.is_active(&tokens.access_token).await);
    assert_eq!(rp.revoke(tokens.refresh()).await.status, 200);
    assert_inactive(app, &there, &tokens.access_token).await;
    assert_eq!(there.userinfo(&tokens.access_token).await.status, 401);
}

#[tokio::test]
async fn a_disabled_user_s_tokens_are_inactive() {
    let world = World::new().await;
    let rp = world.rp();
    world.app.disable_user(&world.alice).await;
    assert_inactive(&world.app, &rp, &world.tokens.access_token).await;
    assert_inactive(&world.app, &rp, world.tokens.refresh()).await;
}

#[tokio::test]
async fn a_disabled_client_s_tokens_are_inactive_and_it_may_not_ask() {
    let notes = "https://notes.example.com/";
    let app = TestApp::start().await;
    let client = app.client().resources(&[notes]).create().await;
    let server = app
        .client()
        .id("notes-api")
        .resources(&[notes])
        .create()
        .await;
    let form = [("grant_type", "client_credentials"), ("resource", notes)];
    let token = app
        .rp(&client)
        .token(&form)
        .await
        .expect_tokens()
        .access_token;
    let server = app.rp(&server);
    assert!(server.is_active(&token).await);

    client.disable(&app.context).await;
    assert_inactive(&app, &server, &token).await;
    let answer = unchanged(&app, app.rp(&client).introspect(&token)).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn what_is_no_token_is_inactive() {
    let world = World::new().await;
    let (app, tokens, rp) = (&world.app, &world.tokens, world.rp());
    let token = &tokens.access_token;
    let (signed, _signature) = token.rsplit_once('.').unwrap();
    let long = "t".repeat(60_000);
    for text in [
        "garbage",
        "é\u{1F600}",
        "' OR 1=1 --",
        &format!("{token} "),
        &format!("{signed}."),
        &format!("{signed}.AAAA"),
        tokens.id_token.as_deref().unwrap(),
        world.client.secret.as_deref().unwrap(),
        &long,
    ] {
        assert_inactive(app, &rp, text).await;
    }
}
