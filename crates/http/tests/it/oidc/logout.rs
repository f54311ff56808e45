//! `/oidc/logout`: what the conformance suite does not ask.

mod hints;
mod questions;

use authly_testing::TestApp;
use authly_testing::answer::Tokens;
use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::{ClientFixture, TestClient, TestUser};
use pretty_assertions::assert_eq;

use crate::support::{expect_error_page, logged_in_as};

/// Where the client has its users sent.
const WAY_BACK: &str = "https://app.example.com/bye?from=authly";

/// A client, and a browser in which alice has signed in at it.
struct World {
    app: TestApp,
    client: TestClient,
    alice: TestUser,
    browser: Browser,
    tokens: Tokens,
}

impl World {
    async fn start() -> Self {
        Self::with(|client| client).await
    }

    async fn with(register: impl FnOnce(ClientFixture<'_>) -> ClientFixture<'_>) -> Self {
        let app = TestApp::start().await;
        let client = register(app.client().way_back(&[WAY_BACK])).create().await;
        let alice = app.user("alice").create().await;
        let mut browser = app.browser();
        let tokens = app.tokens_in(&mut browser, &client, &alice, "openid");
        let tokens = tokens.await;
        Self {
            app,
            client,
            alice,
            browser,
            tokens,
        }
    }

    fn hint(&self) -> String {
        self.tokens.id_token.clone().unwrap()
    }

    /// The parameters of a request that is right in everything.
    fn leaving(&self) -> Vec<(&'static str, String)> {
        vec![
            ("id_token_hint", self.hint()),
            ("post_logout_redirect_uri", WAY_BACK.to_owned()),
            ("state", "the state".to_owned()),
        ]
    }

    async fn leave(&mut self, parameters: &[(&str, String)]) -> Page {
        self.browser.get(&target(parameters)).await
    }

    /// Holds that the user is asked, and is still signed in; answers the page.
    async fn asked(&mut self, parameters: &[(&str, String)]) -> Page {
        let before = self.app.stored().protocol_state().await;
        let page = self.leave(parameters).await;
        assert_eq!(page.expect_location().path(), "/logout", "{page:?}");
        let page = self.browser.follow(&page).await;
        assert!(page.text_of("logout").is_some(), "{page:?}");
        assert_eq!(self.app.stored().protocol_state().await, before);
        page
    }

    /// Holds that a page says what is wrong, and that nothing has ended.
    async fn refused(&mut self, target: &str) {
        let before = self.app.stored().protocol_state().await;
        let page = self.browser.get(target).await;
        expect_error_page(&page, 400);
        assert_eq!(self.app.stored().protocol_state().await, before);
        assert_eq!(
            logged_in_as(&mut self.browser).await.as_deref(),
            Some("alice")
        );
    }

    /// Why the oldest session of this user ended.
    async fn ended(&self, username: &str) -> Option<String> {
        let sessions = self.app.stored().sessions_of(username).await;
        sessions[0].ended_reason.clone()
    }
}

fn target(parameters: &[(&str, String)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    format!("/oidc/logout?{}", query.extend_pairs(parameters).finish())
}

/// Holds that the browser goes back, with the state.
fn goes_back(page: &Page) {
    assert_eq!(page.status(), 303, "{page:?}");
    let expected = format!("{WAY_BACK}&state=the+state");
    assert_eq!(page.answer.header("location"), expected);
    assert_eq!(page.answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_session_and_what_hangs_on_it_end_and_what_is_offline_stays() {
    let mut world = World::start().await;
    let scope = [("scope", "openid offline_access"), ("prompt", "consent")];
    let asked = world.app.ask(&world.client, "openid", &scope);
    let page = world
        .app
        .walk(&mut world.browser, &asked, &world.alice)
        .await;
    let code = page.answered("code").unwrap();
    let rp = world.app.rp(&world.client);
    let offline = rp.redeem(&code, &asked.verifier).await.expect_tokens();
    let waiting = world
        .app
        .code_in(&mut world.browser, &world.client, &world.alice, "openid")
        .await;

    let leaving = world.leaving();
    goes_back(&world.leave(&leaving).await);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
    assert_eq!(logged_in_as(&mut world.browser).await, None);
    assert!(!rp.is_active(&world.tokens.access_token).await);
    let refresh = rp.refresh(world.tokens.refresh()).await;
    refresh.expect_error(400, "invalid_grant");
    let code = rp.redeem(&waiting.code, &waiting.verifier).await;
    code.expect_error(400, "invalid_grant");
    assert!(rp.is_active(&offline.access_token).await);
    let _goes_on = rp.refresh(offline.refresh()).await.expect_tokens();
}

#[tokio::test]
async fn a_second_time_is_answered_like_the_first_and_changes_nothing() {
    let mut world = World::start().await;
    let leaving = world.leaving();
    goes_back(&world.leave(&leaving).await);
    let before = world.app.stored().protocol_state().await;
    goes_back(&world.leave(&leaving).await);
    assert_eq!(world.app.stored().protocol_state().await, before);
    // The same from a browser that was never here.
    let page = world.app.browser().get(&target(&leaving)).await;
    goes_back(&page);
    assert_eq!(world.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_request_by_form_is_answered_like_one_by_address() {
    let mut world = World::start().await;
    let leaving = world.leaving();
    let fields: Vec<_> = leaving
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let page = world.browser.post("/oidc/logout", &fields).await;
    goes_back(&page);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
}

#[tokio::test]
async fn a_form_of_another_site_is_sent_on_to_where_the_cookies_come_along() {
    let mut world = World::start().await;
    let leaving = world.leaving();
    let fields: Vec<_> = leaving
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    // Lax cookies stay behind when another site posts.
    let mut elsewhere = world.app.browser();
    let cross_site = ("sec-fetch-site".to_owned(), "cross-site".to_owned());
    elsewhere.headers.push(cross_site);
    let page = elsewhere.post("/oidc/logout", &fields).await;
    assert_eq!(page.expect_location().path(), "/oidc/logout");
    assert_eq!(world.ended("alice").await, None);
    let page = world.browser.follow(&page).await;
    goes_back(&page);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
}

#[tokio::test]
async fn a_session_that_has_expired_ends_with_what_hangs_on_it() {
    let mut world = World::start().await;
    let cookies = world.browser.cookies.clone();
    world.app.advance(std::time::Duration::from_hours(13));
    assert_eq!(logged_in_as(&mut world.browser).await, None);
    world.browser.cookies = cookies;
    let leaving = world.leaving();
    goes_back(&world.leave(&leaving).await);
    assert_eq!(world.ended("alice").await.as_deref(), Some("logged_out"));
    let rp = world.app.rp(&world.client);
    let refresh = rp.refresh(world.tokens.refresh()).await;
    refresh.expect_error(400, "invalid_grant");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_on_a_page_and_ends_nothing() {
    let mut world = World::start().await;
    let hint = world.hint();
    for query in [
        format!("id_token_hint={hint}&id_token_hint={hint}"),
        format!("id_token_hint={hint}&state=a&state=b"),
        format!("id_token_hint={hint}&state=%00"),
        format!("id_token_hint={hint}&state=%zz"),
        "client_id=nobody".to_owned(),
        "client_id=%20".to_owned(),
    ] {
        for path in ["/oidc/logout", "/logout"] {
            world.refused(&format!("{path}?{query}")).await;
        }
    }
}

#[tokio::test]
async fn an_address_that_was_taken_from_the_client_leads_nowhere_from_then_on() {
    let mut world = World::start().await;
    let leaving = world.leaving();
    // This node has the client at hand.
    let none = |client: &mut authly_domain::clients::Client| {
        client.post_logout_redirect_uris = Vec::new();
    };
    world.client.change(&world.app.context, none).await;
    world.refused(&target(&leaving)).await;
}

#[tokio::test]
async fn what_could_not_be_registered_leads_nowhere_even_if_it_is_stored() {
    let mut world = World::start().await;
    let hostile = "javascript:alert(1)";
    let stored = |client: &mut authly_domain::clients::Client| {
        let uri = authly_domain::clients::RedirectUri::from_stored(hostile.to_owned());
        client.post_logout_redirect_uris = vec![uri];
    };
    world.client.change(&world.app.context, stored).await;
    let mut leaving = world.leaving();
    leaving[1].1 = hostile.to_owned();
    world.refused(&target(&leaving)).await;
}
