//! Clients sign their users out in the browser (OpenID Connect Front-Channel Logout).

use authly_domain::clients::{Client, SubjectType};
use authly_testing::TestApp;
use authly_testing::answer::{Tokens, claims};
use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::{ClientFixture, TestClient, TestUser};
use pretty_assertions::assert_eq;
use url::Url;

const WAY_BACK: &str = "https://app.example.com/bye";
const OUT: &str = "https://app.example.com/out?from=authly";

struct World {
    app: TestApp,
    client: TestClient,
    alice: TestUser,
    browser: Browser,
    tokens: Tokens,
}

/// Which signs its users out there.
fn signs_out_at<'c>(client: ClientFixture<'c>, uri: &str) -> ClientFixture<'c> {
    client.with(|client| client.logout.frontchannel_uri = Some(uri.parse().unwrap()))
}

impl World {
    async fn with(register: impl FnOnce(ClientFixture<'_>) -> ClientFixture<'_>) -> Self {
        let app = TestApp::start().await;
        let client = signs_out_at(app.client().way_back(&[WAY_BACK]), OUT);
        let client = register(client).create().await;
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

    async fn start() -> Self {
        Self::with(|client| client).await
    }

    /// Signs out at the request of the client.
    async fn leave(&mut self) -> Page {
        let hint = self.tokens.id_token.clone().unwrap();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([
            ("id_token_hint", hint.as_str()),
            ("post_logout_redirect_uri", WAY_BACK),
            ("state", "the state"),
        ]);
        let target = format!("/oidc/logout?{}", query.finish());
        self.browser.get(&target).await
    }
}

/// The addresses of the frames of a page.
fn frames(page: &Page) -> Vec<Url> {
    let frames = page.html().split("<iframe src=\"").skip(1);
    let address = |rest: &str| rest.split('"').next().unwrap().replace("&amp;", "&");
    frames.map(|rest| address(rest).parse().unwrap()).collect()
}

/// Holds that a frame has this address, the issuer, and the session as the client knows it.
fn leads_to(frame: &Url, expected: &str, issuer: &str, sid: &str) {
    let mut base = frame.clone();
    let pairs: Vec<_> = frame.query_pairs().into_owned().collect();
    let of = |name: &str| {
        pairs
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(of("iss"), Some(issuer));
    assert_eq!(of("sid"), Some(sid));
    let rest: Vec<_> = pairs
        .iter()
        .filter(|(name, _)| name != "iss" && name != "sid")
        .collect();
    base.query_pairs_mut().clear().extend_pairs(rest);
    assert_eq!(base.as_str(), expected);
}

#[tokio::test]
async fn the_page_has_a_frame_for_the_client_with_issuer_and_session_and_leads_on() {
    let mut world = World::start().await;
    let sid = claims(world.tokens.id_token.as_deref().unwrap())["sid"].clone();
    let page = world.leave().await;
    assert_eq!(page.status(), 200);
    let frames = frames(&page);
    assert_eq!(frames.len(), 1);
    leads_to(&frames[0], OUT, world.app.issuer(), sid.as_str().unwrap());
    let policy = page.answer.header("content-security-policy");
    assert!(
        policy.ends_with("; frame-src https://app.example.com"),
        "{policy}"
    );
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let onward = format!("href=\"{WAY_BACK}?state=the+state\"");
    assert!(page.html().contains(&onward), "{}", page.html());
    let sessions = world.app.stored().sessions_of("alice").await;
    assert_eq!(sessions[0].ended_reason.as_deref(), Some("logged_out"));
    // A second time there is nobody to sign out, and the browser goes back.
    let page = world.leave().await;
    assert_eq!(page.status(), 303);
}

#[tokio::test]
async fn every_client_of_the_session_has_its_frame_however_the_user_signs_out() {
    for way in ["/logout", "/account"] {
        let mut world = World::start().await;
        let pairwise = |client: &mut Client| client.openid.subject_type = SubjectType::Pairwise;
        let other = world
            .app
            .client()
            .id("other")
            .redirect_uris(&["https://other.example/cb"]);
        let other = signs_out_at(other, "https://other.example/out").with(pairwise);
        let other = other.create().await;
        let tokens = world
            .app
            .tokens_in(&mut world.browser, &other, &world.alice, "openid")
            .await;
        let sid = claims(tokens.id_token.as_deref().unwrap())["sid"].clone();
        // Neither of another session, nor without an address, nor without an ID token.
        let elsewhere = signs_out_at(world.app.client().id("elsewhere"), OUT)
            .create()
            .await;
        world.app.tokens(&elsewhere, &world.alice, "openid").await;
        let quiet = world.app.client().id("quiet").create().await;
        world
            .app
            .tokens_in(&mut world.browser, &quiet, &world.alice, "openid")
            .await;
        let no_id = signs_out_at(world.app.client().id("no-id"), OUT)
            .create()
            .await;
        world
            .app
            .tokens_in(&mut world.browser, &no_id, &world.alice, "notes:read")
            .await;

        let page = world.browser.get(way).await;
        let button = if way == "/logout" {
            "logout"
        } else {
            "end_this"
        };
        let page = world.browser.submit(&page.form(button)).await;
        let frames = frames(&page);
        assert_eq!(frames.len(), 2, "{way}: {frames:?}");
        let of_other = frames
            .iter()
            .find(|frame| frame.host_str() == Some("other.example"));
        let issuer = world.app.issuer();
        leads_to(
            of_other.unwrap(),
            "https://other.example/out?",
            issuer,
            sid.as_str().unwrap(),
        );
        let policy = page.answer.header("content-security-policy");
        let origins = "; frame-src https://app.example.com https://other.example";
        assert!(policy.ends_with(origins), "{policy}");
        assert!(page.text_of("sign_in").is_some(), "it leads nowhere else");
        assert!(!page.html().contains("<script"), "{}", page.html());
    }
}

#[tokio::test]
async fn a_client_that_was_disabled_has_no_frame() {
    let mut world = World::start().await;
    world.client.disable(&world.app.context).await;
    let page = world.browser.get("/logout").await;
    let page = world.browser.submit(&page.form("logout")).await;
    assert_eq!(frames(&page), []);
    assert!(page.html().contains("You are signed out"), "{page:?}");
}
