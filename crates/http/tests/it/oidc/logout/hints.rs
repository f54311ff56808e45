//! Which hints end a session without a question.

use std::time::Duration;

use authly_domain::clients::{Client, SubjectType};
use authly_testing::answer::claims;
use pretty_assertions::assert_eq;

use super::{WAY_BACK, World, goes_back};
use crate::support::logged_in_as;

#[tokio::test]
async fn a_hint_counts_however_old_it_is() {
    let mut world = World::start().await;
    world.app.advance(Duration::from_hours(6));
    let leaving = world.leaving();
    goes_back(&world.leave(&leaving).await);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
}

#[tokio::test]
async fn a_replaced_key_has_signed_a_hint_that_counts() {
    let mut world = World::start().await;
    world.app.stored().move_keys_to("gone").await;
    world.app.deps.keys.refresh().await.unwrap();
    let leaving = world.leaving();
    goes_back(&world.leave(&leaving).await);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
}

#[tokio::test]
async fn a_revoked_key_has_signed_nothing_that_counts() {
    let mut world = World::start().await;
    world.app.stored().move_keys_to("revoked").await;
    world.app.deps.keys.refresh().await.unwrap();
    let leaving = world.leaving();
    let page = world.asked(&leaving).await;
    assert!(!page.html().contains("app.example.com"), "{page:?}");
}

#[tokio::test]
async fn a_pairwise_client_speaks_of_the_session_by_its_own_name_for_it() {
    let pairwise = |client: &mut Client| client.openid.subject_type = SubjectType::Pairwise;
    let mut world = World::with(|client| client.with(pairwise)).await;
    let session = world.app.stored().sessions_of("alice").await[0].id;
    let sid = claims(&world.hint())["sid"].clone();
    assert_ne!(sid, session.as_uuid().to_string());
    let leaving = world.leaving();
    goes_back(&world.leave(&leaving).await);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
}

#[tokio::test]
async fn a_hint_without_a_session_counts_for_its_user() {
    for subject_type in [SubjectType::Public, SubjectType::Pairwise] {
        let register = |client: &mut Client| client.openid.subject_type = subject_type;
        let mut world = World::with(|client| client.with(register)).await;
        let scope = [("scope", "openid offline_access"), ("prompt", "consent")];
        let asked = world.app.ask(&world.client, "openid", &scope);
        let page = world
            .app
            .walk(&mut world.browser, &asked, &world.alice)
            .await;
        let code = page.answered("code").unwrap();
        let rp = world.app.rp(&world.client);
        let offline = rp.redeem(&code, &asked.verifier).await.expect_tokens();
        // A refresh of what outlives the session names none.
        world.tokens = rp.refresh(offline.refresh()).await.expect_tokens();
        assert_eq!(claims(&world.hint()).get("sid"), None);

        let bob = world.app.user("bob").create().await;
        let mut alices = world.browser.clone();
        world.browser = world.app.logged_in(&bob).await;
        let leaving = world.leaving();
        world.asked(&leaving).await;
        std::mem::swap(&mut world.browser, &mut alices);
        goes_back(&world.leave(&leaving).await);
        assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
        assert_eq!(world.ended("bob").await, None);
    }
}

#[tokio::test]
async fn somebody_else_in_the_same_browser_is_asked() {
    let mut world = World::start().await;
    let bob = world.app.user("bob").create().await;
    world.browser = world.app.logged_in(&bob).await;
    let leaving = world.leaving();
    let page = world.asked(&leaving).await;
    assert!(page.html().contains("<strong>bob</strong>"), "{page:?}");
    assert!(page.html().contains("The application"), "{page:?}");
    assert!(page.html().contains("app.example.com"), "{page:?}");
    goes_back(&world.browser.submit(&page.form("logout")).await);
    assert_eq!(world.ended("bob").await.as_deref(), Some("logged_out"));
    assert_eq!(world.ended("alice").await, None);
}

#[tokio::test]
async fn a_later_session_of_the_same_user_is_not_ended_without_a_question() {
    let mut world = World::start().await;
    world.browser = world.app.logged_in(&world.alice).await;
    let leaving = world.leaving();
    world.asked(&leaving).await;
    assert_eq!(
        logged_in_as(&mut world.browser).await.as_deref(),
        Some("alice")
    );
}

#[tokio::test]
async fn logout_hint_is_a_name_of_the_one_who_is_to_be_signed_out() {
    for (name, counts) in [
        ("alice", true),
        ("ALICE", true),
        ("bob", false),
        ("alice@example.com.evil", false),
    ] {
        let mut world = World::start().await;
        let mut leaving = world.leaving();
        leaving.push(("logout_hint", name.to_owned()));
        if counts {
            goes_back(&world.leave(&leaving).await);
        } else {
            world.asked(&leaving).await;
        }
    }
    for claim in ["sub", "sid"] {
        let mut world = World::start().await;
        let value = claims(&world.hint())[claim].as_str().unwrap().to_owned();
        let mut leaving = world.leaving();
        leaving.push(("logout_hint", value));
        goes_back(&world.leave(&leaving).await);
    }
}

#[tokio::test]
async fn a_hint_of_another_client_than_the_one_that_is_named_is_not_believed() {
    let mut world = World::start().await;
    let other = world.app.client().id("other").way_back(&[WAY_BACK]);
    other.create().await;
    let mut leaving = world.leaving();
    leaving.push(("client_id", "other".to_owned()));
    let page = world.asked(&leaving).await;
    assert!(!page.html().contains("app.example.com"), "{page:?}");
    leaving[3].1 = "web".to_owned();
    goes_back(&world.leave(&leaving).await);
}

#[tokio::test]
async fn the_hint_of_a_client_that_was_disabled_is_not_believed() {
    let mut world = World::start().await;
    world.client.disable(&world.app.context).await;
    let leaving = world.leaving();
    let page = world.asked(&leaving).await;
    assert!(!page.html().contains("app.example.com"), "{page:?}");
    let page = world.browser.submit(&page.form("logout")).await;
    assert_eq!(page.status(), 200);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
}

#[tokio::test]
async fn an_access_token_is_no_hint() {
    let mut world = World::start().await;
    let mut leaving = world.leaving();
    leaving[0].1.clone_from(&world.tokens.access_token);
    world.asked(&leaving).await;
}
