//! Signing out at the request of a client: the plan of RP-initiated logout.

use authly_testing::answer::{claims, jose_header};
use authly_testing::browser::Page;
use authly_testing::fixtures::ClientFixture;
use authly_testing::recipient::signed_rs256;
use authly_testing::signer::Signer;
use authly_testing::stranger::Answer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Plan, Suite};
use crate::machine_support::published_keys;
use crate::support::{expect_error_page, logged_in_as};

/// Where the suite's client has its users sent after signing out.
const WAY_BACK: &str = "https://app.example.com/post_logout_redirect";

/// The suite's client, with a user who is signed in.
struct Leaving {
    suite: Suite,
    id_token: String,
}

impl Leaving {
    async fn start() -> Self {
        Self::on(authly_testing::Setup::default(), |client| client).await
    }

    async fn on(
        setup: authly_testing::Setup,
        register: impl FnOnce(ClientFixture<'_>) -> ClientFixture<'_>,
    ) -> Self {
        let mut suite = Suite::on(setup, Plan::Basic, |client| {
            register(client.way_back(&[WAY_BACK]))
        })
        .await;
        let tokens = suite.tokens(&suite.asking("openid")).await;
        let id_token = tokens.id_token.unwrap();
        Self { suite, id_token }
    }

    async fn leave(&mut self, parameters: &[(&str, &str)]) -> Page {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(parameters).finish();
        self.suite
            .browser
            .get(&format!("/oidc/logout?{query}"))
            .await
    }

    /// Whether a request without pages finds the user signed in.
    async fn is_signed_in(&mut self) -> bool {
        let asking = self.suite.asking("openid").with("prompt", "none");
        let answered = self.suite.answered_at_once(&asking).await;
        match (answered.get("code"), answered.get("error")) {
            (Some(_code), None) => true,
            (None, Some("login_required")) => false,
            _ => panic!("{answered:?}"),
        }
    }

    /// Holds that a request leads to no client, and to a page that asks first, without the name of
    /// a client or an address of its; presses the button there, which signs out and stays here.
    async fn is_asked_and_stays_here(&mut self, parameters: &[(&str, &str)]) {
        let before = self.suite.app.stored().protocol_state().await;
        let page = self.leave(parameters).await;
        assert_eq!(page.expect_location().path(), "/logout");
        let page = self.suite.browser.follow(&page).await;
        assert_eq!(page.status(), 200);
        assert!(page.html().contains("<strong>alice</strong>"), "{page:?}");
        assert!(!page.html().contains("app.example.com"), "{page:?}");
        assert_eq!(self.suite.app.stored().protocol_state().await, before);
        assert!(self.is_signed_in().await);

        let page = self.suite.browser.submit(&page.form("logout")).await;
        is_signed_out_page(&page);
        assert!(!self.is_signed_in().await);
    }

    /// Holds that a request is refused on a page, and that nothing has ended.
    async fn is_refused(&mut self, parameters: &[(&str, &str)]) {
        let before = self.suite.app.stored().protocol_state().await;
        let page = self.leave(parameters).await;
        expect_error_page(&page, 400);
        assert!(!page.html().contains("app.example.com"), "{page:?}");
        assert_eq!(self.suite.app.stored().protocol_state().await, before);
        assert!(self.is_signed_in().await);
    }
}

fn is_signed_out_page(page: &Page) {
    assert_eq!(page.status(), 200, "{page:?}");
    assert!(page.html().contains("You are signed out"), "{page:?}");
}

#[tokio::test]
async fn oidcc_rp_initiated_logout() {
    let mut leaving = Leaving::start().await;
    let (hint, state) = (leaving.id_token.clone(), "s".repeat(128));
    let page = leaving
        .leave(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", WAY_BACK),
            ("state", &state),
        ])
        .await;
    let expected = format!("{WAY_BACK}?state={state}");
    assert_eq!(page.answer.header("location"), expected);
    assert_eq!(page.status(), 303);
    assert!(!leaving.is_signed_in().await);
    assert_eq!(logged_in_as(&mut leaving.suite.browser).await, None);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_state() {
    let mut leaving = Leaving::start().await;
    let hint = leaving.id_token.clone();
    let page = leaving
        .leave(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", WAY_BACK),
        ])
        .await;
    assert_eq!(page.status(), 303);
    assert_eq!(page.answer.header("location"), WAY_BACK);
    assert!(!leaving.is_signed_in().await);
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_post_logout_redirect_uri() {
    let mut leaving = Leaving::start().await;
    let hint = leaving.id_token.clone();
    for wrong in [
        "https://app.example.com/another",
        "https://evil.example/post_logout_redirect",
        "https://app.example.com/callback",
        "https://app.example.com/post_logout_redirect/",
        "https://app.example.com:443/post_logout_redirect",
        "https://APP.example.com/post_logout_redirect",
        "https://app.example.com/x/../post_logout_redirect",
        "https://app.example.com/post_logout_redirect#there",
        "https://u@app.example.com/post_logout_redirect",
        "javascript:alert(1)",
        "//app.example.com/post_logout_redirect",
        "/post_logout_redirect",
    ] {
        leaving
            .is_refused(&[
                ("id_token_hint", &hint),
                ("post_logout_redirect_uri", wrong),
                ("state", "s"),
            ])
            .await;
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri() {
    let mut leaving = Leaving::start().await;
    let hint = leaving.id_token.clone();
    let longer = format!("{WAY_BACK}?foo=bar");
    leaving
        .is_refused(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", &longer),
        ])
        .await;
}

/// A token with this header in place of its own, and this signature.
fn with_header(token: &str, header: &Value, signature: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    format!("{header}.{payload}.{signature}")
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_modified_id_token_hint() {
    let mut leaving = Leaving::start().await;
    let mut header = jose_header(&leaving.id_token);
    header["alg"] = json!("none");
    let modified = with_header(&leaving.id_token, &header, "");
    leaving
        .is_asked_and_stays_here(&[
            ("id_token_hint", &modified),
            ("post_logout_redirect_uri", WAY_BACK),
            ("state", "s"),
        ])
        .await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_bad_id_token_hint() {
    // What the client has signed itself, under the name of our key too; and our signature of another token.
    let signer = Signer::rs256();
    let of_another = |token: &str| {
        let mut claims = claims(token);
        claims["sub"] = json!("somebody else");
        let (header, rest) = token.split_once('.').unwrap();
        let (_claims, signature) = rest.split_once('.').unwrap();
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        format!("{header}.{claims}.{signature}")
    };
    let named = |token: &str| json!({ "kid": jose_header(token)["kid"] });
    let forge: [&dyn Fn(&str) -> String; 3] = [
        &|token| signer.sign(&json!({}), &claims(token)),
        &|token| signer.sign(&named(token), &claims(token)),
        &of_another,
    ];
    for forge in forge {
        let mut leaving = Leaving::start().await;
        let bad = forge(&leaving.id_token);
        let client = leaving.suite.client.id.clone();
        leaving
            .is_asked_and_stays_here(&[
                ("id_token_hint", &bad),
                ("client_id", &client),
                ("post_logout_redirect_uri", WAY_BACK),
                ("state", "s"),
            ])
            .await;
    }
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_id_token_hint() {
    let mut leaving = Leaving::start().await;
    leaving
        .is_asked_and_stays_here(&[("post_logout_redirect_uri", WAY_BACK), ("state", "s")])
        .await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_params() {
    let mut leaving = Leaving::start().await;
    leaving.is_asked_and_stays_here(&[]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_only_state() {
    let mut leaving = Leaving::start().await;
    leaving.is_asked_and_stays_here(&[("state", "s")]).await;
}

#[tokio::test]
async fn oidcc_rp_initiated_logout_no_post_logout_redirect_uri() {
    let mut leaving = Leaving::start().await;
    let hint = leaving.id_token.clone();
    let page = leaving
        .leave(&[("id_token_hint", &hint), ("state", "s")])
        .await;
    is_signed_out_page(&page);
    assert!(!leaving.is_signed_in().await);
}

#[tokio::test]
async fn oidcc_backchannel_rp_initiated_logout() {
    let host = authly_testing::Stranger::start().await;
    host.at("/backchannel_logout", Answer::json("").into());
    let setup = authly_testing::Setup::default().stranger(&host);
    let mut leaving = Leaving::on(setup, |client| {
        let told = client.told_of_logouts_at(&host.url("/backchannel_logout"));
        told.with(|client| client.logout.backchannel_session_required = true)
    })
    .await;
    let hint = leaving.id_token.clone();
    let page = leaving
        .leave(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", WAY_BACK),
            ("state", "s"),
        ])
        .await;
    assert_eq!(page.status(), 303);
    assert_eq!(
        page.answer.header("location"),
        format!("{WAY_BACK}?state=s")
    );
    let caller = &leaving.suite.app.deps.exits.caller;
    assert_eq!(caller.call_due().await.unwrap(), 1);
    let received = host.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].method, "POST");
    let fields: Vec<_> = form_urlencoded::parse(received[0].body.as_bytes()).collect();
    assert_eq!(fields.len(), 1, "{fields:?}");
    assert_eq!(fields[0].0, "logout_token");
    let token = &fields[0].1;
    assert_eq!(jose_header(token)["typ"], "logout+jwt");
    let told = signed_rs256(token, &published_keys(&leaving.suite.app).await);
    let id_token = claims(&hint);
    for claim in ["iss", "aud", "sub", "sid"] {
        assert!(told[claim].is_string(), "{claim}");
        assert_eq!(told[claim], id_token[claim], "{claim}");
    }
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    assert_eq!(told["events"], event);
    assert!(told["iat"].is_i64() && told["jti"].is_string());
    assert_eq!(told.get("nonce"), None);
    assert!(!leaving.is_signed_in().await);
}

#[tokio::test]
async fn oidcc_frontchannel_rp_initiated_logout() {
    let out = "https://app.example.com/frontchannel_logout";
    let setup = authly_testing::Setup::default();
    let mut leaving = Leaving::on(setup, |client| {
        client.with(|client| {
            client.logout.frontchannel_uri = Some(out.parse().unwrap());
            client.logout.frontchannel_session_required = true;
        })
    })
    .await;
    let hint = leaving.id_token.clone();
    let page = leaving
        .leave(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", WAY_BACK),
            ("state", "s"),
        ])
        .await;
    assert_eq!(page.status(), 200);
    let sid = claims(&hint)["sid"].as_str().unwrap().to_owned();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([("iss", leaving.suite.app.issuer()), ("sid", &sid)]);
    let frame = format!(
        "<iframe src=\"{out}?{}\"",
        query.finish().replace('&', "&amp;")
    );
    assert!(page.html().contains(&frame), "{frame}: {}", page.html());
    let onward = format!("href=\"{WAY_BACK}?state=s\"");
    assert!(page.html().contains(&onward), "{}", page.html());
    assert!(!leaving.is_signed_in().await);
}
