//! Each setting does what it says, on the node where it is changed at once and on another as soon as
//! that looks. Beginning here, what it says is looked at on both.

use std::time::Duration;

use authly_testing::answer::{Tokens, claims, jose_header};
use authly_testing::browser::Browser;
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::flows::Code;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{SETTINGS, change};

/// Two nodes, an application and somebody who uses it.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) other: TestApp,
    pub(super) client: TestClient,
    pub(super) user: TestUser,
}

impl World {
    pub(super) async fn new(policies: impl FnOnce(&mut Policies) + 'static) -> Self {
        let app = Setup::default().policies(policies).app().await;
        let client = app.client().first_party().scope("openid").create().await;
        Self {
            other: app.another_node().await,
            user: app.user("alice").create().await,
            client,
            app,
        }
    }

    /// Changes settings on one node; the other looks.
    pub(super) async fn change(&self, values: Value) {
        let root = self.app.administrator("root").await;
        change(&root, values).await;
        self.other.deps.live_settings.refresh().await.unwrap();
    }

    /// Holds what is seen on both nodes before and after a change.
    pub(super) async fn holds<T: PartialEq + std::fmt::Debug>(
        &self,
        (before, after): (T, T),
        values: Value,
        see: impl AsyncFn(&TestApp, &Self) -> T,
    ) {
        for node in [&self.app, &self.other] {
            assert_eq!(see(node, self).await, before);
        }
        self.change(values).await;
        for node in [&self.app, &self.other] {
            assert_eq!(see(node, self).await, after);
        }
    }

    /// A code that this node gives.
    async fn code(&self, node: &TestApp) -> Code {
        let mut browser = node.logged_in(&self.user).await;
        let asked = node.ask(&self.client, "openid", &[]);
        let page = browser.get(&asked.target).await;
        Code {
            code: page.answered("code").unwrap_or_else(|| panic!("{page:?}")),
            verifier: asked.verifier,
        }
    }

    /// Tokens that this node gives.
    async fn tokens(&self, node: &TestApp) -> Tokens {
        let code = self.code(node).await;
        let rp = node.rp(&self.client);
        rp.redeem(&code.code, &code.verifier).await.expect_tokens()
    }
}

async fn usual() -> World {
    World::new(|_policies| {}).await
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test]
async fn every_setting_that_is_listed_has_its_test_here() {
    let app = TestApp::start().await;
    let list = app.administrator("root").await.get(SETTINGS).await.json();
    let sources = [
        include_str!("effects.rs"),
        include_str!("guesses.rs"),
        include_str!("network.rs"),
        include_str!("registration.rs"),
        include_str!("../../auth/door.rs"),
    ];
    for item in list["items"].as_array().unwrap() {
        let quoted = item["name"].to_string();
        let tested = sources.iter().any(|source| source.contains(&quoted));
        assert!(tested, "{quoted} has no test that sees its effect");
    }
}

#[tokio::test]
async fn access_tokens_live_as_long_as_the_setting_says() {
    let value = json!({"tokens.access_token_lifetime": "7m"});
    let see = async |node: &TestApp, world: &World| {
        let tokens = world.tokens(node).await;
        let claims = claims(&tokens.access_token);
        let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!(tokens.json["expires_in"], lives);
        lives
    };
    usual().await.holds((900, 420), value, see).await;
}

#[tokio::test]
async fn access_tokens_are_signed_as_the_setting_says() {
    let value = json!({"tokens.access_token_signing_alg": "PS256"});
    let see = async |node: &TestApp, world: &World| {
        let tokens = world.tokens(node).await;
        jose_header(&tokens.access_token)["alg"].clone()
    };
    let algs = (json!("ES256"), json!("PS256"));
    usual().await.holds(algs, value, see).await;
}

#[tokio::test]
async fn id_tokens_live_as_long_as_the_setting_says() {
    let value = json!({"tokens.id_token_lifetime": "7m"});
    let see = async |node: &TestApp, world: &World| {
        let claims = claims(&world.tokens(node).await.id_token.unwrap());
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
    };
    usual().await.holds((900, 420), value, see).await;
}

#[tokio::test]
async fn a_code_lives_as_long_as_the_setting_says() {
    let value = json!({"tokens.code_lifetime": "5s"});
    let see = async |node: &TestApp, world: &World| {
        let code = world.code(node).await;
        node.advance(seconds(6));
        let rp = node.rp(&world.client);
        rp.redeem(&code.code, &code.verifier).await.status
    };
    usual().await.holds((200, 400), value, see).await;
}

#[tokio::test]
async fn a_refresh_token_lives_unused_as_long_as_the_setting_says() {
    let value = json!({"tokens.refresh_token_idle_lifetime": "1m"});
    let see = async |node: &TestApp, world: &World| {
        let tokens = world.tokens(node).await;
        node.advance(seconds(61));
        node.rp(&world.client)
            .refresh(tokens.refresh())
            .await
            .status
    };
    usual().await.holds((200, 400), value, see).await;
}

#[tokio::test]
async fn a_grant_gives_tokens_as_long_as_the_setting_says() {
    let idle = |policies: &mut Policies| {
        policies.tokens.refresh_token_idle_lifetime = Duration::from_mins(2);
    };
    let value = json!({"tokens.refresh_token_absolute_lifetime": "2m"});
    let see = async |node: &TestApp, world: &World| {
        let tokens = world.tokens(node).await;
        let rp = node.rp(&world.client);
        node.advance(seconds(100));
        let tokens = rp.refresh(tokens.refresh()).await.expect_tokens();
        node.advance(seconds(100));
        rp.refresh(tokens.refresh()).await.status
    };
    World::new(idle).await.holds((200, 400), value, see).await;
}

#[tokio::test]
async fn a_spent_refresh_token_is_repeated_as_long_as_the_setting_says() {
    let value = json!({"tokens.refresh_rotation_window": "1s"});
    let see = async |node: &TestApp, world: &World| {
        let tokens = world.tokens(node).await;
        let rp = node.rp(&world.client);
        let _first = rp.refresh(tokens.refresh()).await.expect_tokens();
        node.advance(seconds(2));
        rp.refresh(tokens.refresh()).await.status
    };
    usual().await.holds((200, 400), value, see).await;
}

/// Begins an authorization in a browser where nobody is logged in; answers where it leads.
async fn begin(node: &TestApp, world: &World) -> (Browser, u16, Option<String>) {
    let mut browser = node.browser();
    let page = browser
        .get(&node.ask(&world.client, "openid", &[]).target)
        .await;
    let location = page.location();
    let waits = location.map(|url| format!("/login?{}", url.query().unwrap_or_default()));
    (browser, page.status(), waits)
}

#[tokio::test]
async fn a_request_waits_as_long_as_the_setting_says() {
    let value = json!({"authorization.request_lifetime": "1m"});
    let see = async |node: &TestApp, world: &World| {
        let (mut browser, _, waits) = begin(node, world).await;
        node.advance(seconds(61));
        browser.get(&waits.unwrap()).await.status()
    };
    usual().await.holds((200, 400), value, see).await;
}

#[tokio::test]
async fn as_many_requests_wait_for_an_address_as_the_setting_says() {
    let value = json!({"authorization.requests_per_address": 1});
    let see = async |node: &TestApp, world: &World| {
        begin(node, world).await;
        begin(node, world).await.1
    };
    usual().await.holds((303, 429), value, see).await;
}

#[tokio::test]
async fn as_many_requests_wait_in_all_as_the_setting_says() {
    let value = json!({"authorization.requests_in_all": 1});
    let see = async |node: &TestApp, world: &World| {
        begin(node, world).await;
        begin(node, world).await.1
    };
    usual().await.holds((303, 503), value, see).await;
}

/// Whether this browser is asked to log in.
async fn is_asked(browser: &mut Browser) -> bool {
    browser.get("/login").await.html().contains("id=\"login\"")
}

#[tokio::test]
async fn an_unused_session_lasts_as_long_as_the_setting_says() {
    let value = json!({"sessions.idle_lifetime": "2m"});
    let see = async |node: &TestApp, world: &World| {
        let mut browser = node.logged_in(&world.user).await;
        node.advance(seconds(121));
        is_asked(&mut browser).await
    };
    usual().await.holds((false, true), value, see).await;
}

#[tokio::test]
async fn a_used_session_lasts_as_long_as_the_setting_says() {
    let idle = |policies: &mut Policies| policies.sessions.sessions.idle = Duration::from_mins(10);
    let value = json!({"sessions.absolute_lifetime": "10m"});
    let see = async |node: &TestApp, world: &World| {
        let mut browser = node.logged_in(&world.user).await;
        node.advance(Duration::from_mins(6));
        assert!(!is_asked(&mut browser).await);
        node.advance(Duration::from_mins(6));
        is_asked(&mut browser).await
    };
    World::new(idle)
        .await
        .holds((false, true), value, see)
        .await;
}

#[tokio::test]
async fn a_new_password_has_to_be_as_long_as_the_setting_says() {
    let value = json!({"passwords.minimum_length": 20});
    let see = async |node: &TestApp, _world: &World| {
        let name = format!("new-{}", node.stored().users().await.len());
        let user = node.user(&name).requires_password_change().create().await;
        let mut browser = node.logged_in(&user).await;
        let page = browser.get("/login/password").await;
        // Of fifteen characters.
        let form = page.form("change_password");
        let form = form.fill("new_password", "seven green cat");
        let page = browser
            .submit(&form.fill("repeat_password", "seven green cat"))
            .await;
        page.status()
    };
    usual().await.holds((303, 422), value, see).await;
}
