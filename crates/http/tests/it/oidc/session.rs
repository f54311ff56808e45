//! What scripts can ask about the login in a browser (OpenID Connect Session Management).

use std::time::Duration;

use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pretty_assertions::assert_eq;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::machine_support::get;
use crate::support::{Answered, Asking};

const ISSUER: &str = "https://auth.example.com";
const STATE: &str = "__Host-authly-state";
const IFRAME: &str = "/oidc/session/iframe";
const CHECK: &str = "/oidc/session/check";
const END: &str = "/oidc/logout";

struct World {
    app: TestApp,
    client: TestClient,
    alice: TestUser,
    browser: Browser,
}

impl World {
    async fn start() -> Self {
        Self::on(Setup::default().issuer(ISSUER).app().await).await
    }

    async fn on(app: TestApp) -> Self {
        let client = app.client().first_party().create().await;
        Self {
            client,
            alice: app.user("alice").create().await,
            browser: app.browser(),
            app,
        }
    }

    async fn log_in(&mut self) {
        let page = self.browser.log_in(&self.alice).await;
        assert_eq!(page.status(), 303, "{page:?}");
    }

    async fn log_out(&mut self) {
        let page = self.browser.get("/logout").await;
        self.browser.submit(&page.form("logout")).await;
    }

    /// The state in the browser.
    fn state(&self) -> String {
        self.browser.cookies[STATE].clone()
    }

    fn asking(&self) -> Asking {
        Asking::of(&self.client, "openid").with("prompt", "none")
    }

    async fn asked(&mut self, asking: &Asking) -> Page {
        self.browser.get(&asking.target()).await
    }

    /// What is answered without a page in between.
    async fn answered(&mut self) -> Answered {
        let page = self.asked(&self.asking()).await;
        Answered::in_query(&page, self.client.redirect_uri())
    }

    /// An ID token of somebody with an account of their own.
    async fn hint_of_somebody_else(&self) -> String {
        let mallory = self.app.user("mallory").create().await;
        let mut browser = self.app.logged_in(&mallory).await;
        let asked = self.app.ask(&self.client, "openid", &[]);
        let code = browser.get(&asked.target).await.answered("code");
        let rp = self.app.rp(&self.client);
        let redeemed = rp.redeem(&code.unwrap(), &asked.verifier).await;
        redeemed.expect_tokens().id_token.unwrap()
    }

    /// Holds that an answer tells of the state that the browser has now (§3.2).
    fn tells_of_the_state(&self, answered: &Answered) {
        let told = answered.get("session_state").unwrap();
        let (digest, salt) = told.split_once('.').unwrap();
        let redirect_uri: url::Url = self.client.redirect_uri().parse().unwrap();
        let origin = redirect_uri.origin().ascii_serialization();
        let text = format!("{} {origin} {} {salt}", self.client.id, self.state());
        assert_eq!(digest, URL_SAFE_NO_PAD.encode(Sha256::digest(text)));
        assert!(!told.contains(' '));
    }
}

#[tokio::test]
async fn every_answer_that_has_looked_for_a_login_tells_of_it_however_it_travels() {
    let mut world = World::start().await;
    let answered = world.answered().await;
    assert_eq!(answered.get("error"), Some("login_required"));
    world.tells_of_the_state(&answered);

    world.log_in().await;
    let answered = world.answered().await;
    assert!(answered.get("code").is_some(), "{answered:?}");
    world.tells_of_the_state(&answered);
    let again = world.answered().await;
    world.tells_of_the_state(&again);
    let of = |answered: &Answered| answered.get("session_state").unwrap().to_owned();
    assert_ne!(of(&again), of(&answered), "each has a salt of its own");

    let redirect_uri = world.client.redirect_uri().to_owned();
    let asking = world.asking().with("response_mode", "fragment");
    let page = world.asked(&asking).await;
    let answered = Answered::in_fragment(&page, &redirect_uri);
    world.tells_of_the_state(&answered);
    let asking = world.asking().with("response_mode", "form_post");
    let page = world.asked(&asking).await;
    let answered = Answered::in_form(&page, &redirect_uri);
    world.tells_of_the_state(&answered);
}

#[tokio::test]
async fn what_is_not_about_a_login_of_openid_connect_or_cannot_ask_later_is_told_nothing() {
    let mut world = World::start().await;
    world.log_in().await;
    let redirect_uri = world.client.redirect_uri().to_owned();
    for asking in [
        world.asking().with("scope", "notes:read"),
        world.asking().with("response_type", "token"),
    ] {
        let page = world.asked(&asking).await;
        let answered = Answered::in_query(&page, &redirect_uri);
        assert_eq!(answered.get("session_state"), None, "{asking:?}");
    }
    let native = world.app.client().id("native").first_party();
    let native = native.redirect_uris(&["com.example.app:/callback"]);
    let native = native.create().await;
    let asking = Asking::of(&native, "openid").with("prompt", "none");
    let page = world.asked(&asking).await;
    let answered = Answered::in_query(&page, "com.example.app:/callback");
    assert!(answered.get("code").is_some(), "{answered:?}");
    assert_eq!(answered.get("session_state"), None);
}

#[tokio::test]
async fn the_state_is_another_one_after_login_logout_and_an_end_elsewhere() {
    let mut world = World::start().await;
    world.browser.get("/login").await;
    let before = world.state();
    world.log_in().await;
    let logged_in = world.state();
    assert_ne!(logged_in, before);
    world.answered().await;
    world.browser.get("/login").await;
    assert_eq!(world.state(), logged_in, "nothing has changed");
    world.log_out().await;
    let logged_out = world.state();
    assert_ne!(logged_out, logged_in);
    assert_ne!(logged_out, before);

    world.log_in().await;
    let logged_in = world.state();
    let mut elsewhere = world.app.logged_in(&world.alice).await;
    let page = elsewhere.get("/account").await;
    elsewhere.submit(&page.form("end_others")).await;
    assert_eq!(world.state(), logged_in, "the browser has not been here");
    let answered = world.answered().await;
    assert_eq!(answered.get("error"), Some("login_required"));
    world.tells_of_the_state(&answered);
    let ended = world.state();
    assert_ne!(ended, logged_in);
    // Two clients that ask in turns do not make each other ask for ever.
    world.answered().await;
    assert_eq!(world.state(), ended);
}

#[tokio::test]
async fn no_page_of_another_site_makes_clients_believe_that_nobody_is_logged_in() {
    let mut world = World::start().await;
    world.log_in().await;
    let hint = world.hint_of_somebody_else().await;
    let state = world.state();
    let all = world.browser.cookies.clone();
    // A frame in a page of another site: the browser keeps all cookies back but this one.
    world.browser.cookies.retain(|name, _| name == STATE);
    for _ in 0..2 {
        let answered = world.answered().await;
        assert_eq!(answered.get("error"), Some("login_required"));
        assert_eq!(answered.get("session_state"), None);
        world.browser.get(CHECK).await;
        assert_eq!(world.state(), state);
    }
    // An image there, with a hint that is right in itself; or a form, in a browser that does not say where
    // it comes from.
    for method in ["GET", "POST"] {
        world.browser.cookies.retain(|name, _| name == STATE);
        let page = match method {
            "GET" => {
                let target = format!("{END}?id_token_hint={hint}");
                world.browser.get(&target).await
            }
            _ => world.browser.post(END, &[("id_token_hint", &hint)]).await,
        };
        assert_eq!(page.status(), 200, "{method}");
        assert_eq!(world.state(), state, "{method}");
        assert!(
            !page.answer.header("set-cookie").contains("session="),
            "{page:?}"
        );
    }
    world.browser.cookies = all;
    let answered = world.answered().await;
    assert!(answered.get("code").is_some(), "{answered:?}");
    assert_eq!(world.state(), state);
}

#[tokio::test]
async fn the_frame_of_clients_may_be_framed_and_nothing_else() {
    let mut world = World::start().await;
    world.log_in().await;
    let page = world.browser.get(IFRAME).await;
    assert_eq!(page.status(), 200);
    for (name, expected) in [
        ("x-frame-options", ""),
        ("set-cookie", ""),
        ("access-control-allow-origin", ""),
        ("content-type", "text/html; charset=utf-8"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(page.answer.header(name), expected, "{name}");
    }
    let policy = page.answer.header("content-security-policy");
    let script = page.html().split("<script>").nth(1).unwrap();
    let script = script.split("</script>").next().unwrap();
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(script));
    let expected = format!(
        "default-src 'none'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors *"
    );
    assert_eq!(policy, expected);
    assert_eq!(page.html().matches("<script").count(), 1);
    for path in [CHECK, "/oidc/session/iframe/", "/login", "/logout"] {
        let page = world.browser.get(path).await;
        assert_eq!(page.answer.header("x-frame-options"), "DENY", "{path}");
        let policy = page.answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
    }
}

#[tokio::test]
async fn where_there_is_no_https_nothing_of_it_is_there_or_promised() {
    let metadata = "/.well-known/openid-configuration";
    let world = World::start().await;
    let document = send(get(&world.app, metadata)).await.json();
    let expected = format!("{ISSUER}{IFRAME}");
    assert_eq!(document["check_session_iframe"], json!(expected));

    let mut world = World::on(TestApp::start().await).await;
    let document = send(get(&world.app, metadata)).await.json();
    assert_eq!(document.get("check_session_iframe"), None);
    assert_eq!(send(get(&world.app, IFRAME)).await.status, 404);
    world.log_in().await;
    let answered = world.answered().await;
    assert!(answered.get("code").is_some(), "{answered:?}");
    assert_eq!(answered.get("session_state"), None);
    assert!(!world.browser.cookies.contains_key(STATE));
}

#[tokio::test]
async fn our_own_scripts_learn_who_is_logged_in_and_keep_no_session_alive_by_asking() {
    for issuer in [Some(ISSUER), None] {
        let app = match issuer {
            Some(issuer) => Setup::default().issuer(issuer).app().await,
            None => TestApp::start().await,
        };
        let mut world = World::on(app).await;
        let nobody = json!({"active": false});
        assert_eq!(world.browser.get(CHECK).await.answer.json(), nobody);
        world.log_in().await;
        let page = world.browser.get(CHECK).await;
        let said = page.answer.json();
        assert_eq!(said["active"], json!(true));
        assert_eq!(said["username"], json!("alice"));
        assert_eq!(said["acr"], json!("1"));
        assert!(said["auth_time"].is_i64(), "{said}");
        assert_eq!(page.answer.header("cache-control"), "no-store");
        assert_eq!(page.answer.header("access-control-allow-origin"), "");
        let policy = page.answer.header("cross-origin-resource-policy");
        assert_eq!(policy, "same-origin");
        // Twelve hours without use are its end, however often a script has asked.
        for active in [true, false] {
            world.app.advance(Duration::from_hours(7));
            let said = world.browser.get(CHECK).await.answer.json();
            assert_eq!(said["active"], json!(active));
        }
    }
}

#[tokio::test]
async fn whoever_has_still_to_change_their_password_is_not_logged_in_for_scripts() {
    let world = World::start().await;
    let peter = world.app.user("peter").requires_password_change();
    let peter = peter.create().await;
    let mut browser = world.app.logged_in(&peter).await;
    let said = browser.get(CHECK).await.answer.json();
    assert_eq!(said, json!({"active": false}));
    let posted = send(http_client().post(world.app.url(CHECK))).await;
    assert_eq!(posted.status, 405);
}
