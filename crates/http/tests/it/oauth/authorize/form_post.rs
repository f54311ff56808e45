//! The page that posts the answer to the client.

use authly_testing::TestApp;
use authly_testing::browser::Page;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pretty_assertions::assert_eq;
use sha2::{Digest as _, Sha256};

use crate::support::{Answered, Trusted, VERIFIER, expect_error_page};

/// The directives of the page's policy, by name.
fn directive<'p>(page: &'p Page, name: &str) -> Option<&'p str> {
    let policy = page.answer.header("content-security-policy");
    let mut directives = policy.split(';').map(str::trim);
    directives.find_map(|directive| {
        let (found, value) = directive.split_once(' ')?;
        (found == name).then_some(value)
    })
}

#[tokio::test]
async fn the_page_posts_a_code_that_works_by_a_visible_button() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("response_mode", "form_post");
    let page = trusted.browser.get(&asking.target()).await;
    assert_eq!(
        page.answer.header("content-type"),
        "text/html; charset=utf-8"
    );
    assert_eq!(page.answer.header("cache-control"), "no-store");
    assert_eq!(page.answer.header("location"), "");
    assert!(
        page.text_of("continue")
            .is_some_and(|text| !text.is_empty())
    );
    assert!(page.html().contains("<form method=\"post\""), "{page:?}");

    let answered = Answered::in_form(&page, trusted.client.redirect_uri());
    assert_eq!(answered.names(), ["code", "state", "iss"]);
    let rp = trusted.app.rp(&trusted.client);
    let code = answered.get("code").unwrap();
    let _tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
}

#[tokio::test]
async fn the_policy_of_the_page_allows_its_one_script_by_digest() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("response_mode", "form_post");
    let page = trusted.browser.get(&asking.target()).await;
    let scripts: Vec<_> = page.html().split("<script").skip(1).collect();
    let [script] = scripts.as_slice() else {
        panic!("not one script: {page:?}");
    };
    let script = script.split_once("</script>").unwrap().0;
    let script = script.strip_prefix('>').unwrap();
    let digest = STANDARD.encode(Sha256::digest(script));
    assert_eq!(
        directive(&page, "script-src"),
        Some(format!("'sha256-{digest}'").as_str())
    );
    assert_eq!(directive(&page, "default-src"), Some("'none'"));
    assert_eq!(directive(&page, "frame-ancestors"), Some("'none'"));
    assert_eq!(directive(&page, "base-uri"), Some("'none'"));
}

#[tokio::test]
async fn the_policy_of_the_page_stands_in_the_way_of_no_client() {
    for uri in [
        "https://app.example.com/cb?a=1",
        "https://app.example.com:8443/cb",
        "http://127.0.0.1:49152/cb",
        "com.example.app:/cb",
    ] {
        let app = TestApp::start().await;
        let client = app.client().redirect_uris(&[uri]).create().await;
        let mut trusted = Trusted::with(app, client).await;
        let asking = trusted.asking().with("response_mode", "form_post");
        let page = trusted.browser.get(&asking.target()).await;
        assert!(Answered::in_form(&page, uri).get("code").is_some());
        assert_eq!(directive(&page, "form-action"), None, "{uri}");
    }
}

#[tokio::test]
async fn what_a_client_sends_cannot_break_out_of_the_form() {
    let mut trusted = Trusted::start().await;
    let hostile = "\"><script>alert(1)</script><x y='&#34;&quot;`{{ 7 * 7 }}{% raw %}";
    for response_type in ["code", "token"] {
        let asking = trusted.asking().with("response_mode", "form_post");
        let asking = asking.with("state", hostile);
        let asking = asking.with("response_type", response_type);
        let page = trusted.browser.get(&asking.target()).await;
        assert!(!page.html().contains("<script>alert"), "{page:?}");
        assert!(!page.html().contains("<x "), "{page:?}");
        assert_eq!(page.html().matches("<script").count(), 1);
        let answered = Answered::in_form(&page, trusted.client.redirect_uri());
        assert_eq!(answered.get("state"), Some(hostile));
    }
}

#[tokio::test]
async fn the_address_of_the_client_cannot_break_out_of_the_form() {
    let app = TestApp::start().await;
    let uris = [
        "https://app.example.com/cb?a=%27b%27&c=%22%3E%3Cscript%3E&copy=1",
        // What follows a scheme without a slash may hold nearly everything.
        "com.example.app:\"><script>alert(1)</script><x'",
    ];
    let client = app.client().redirect_uris(&uris).create().await;
    let mut trusted = Trusted::with(app, client).await;
    for uri in uris {
        let asking = trusted.asking().with("response_mode", "form_post");
        let asking = asking.with("redirect_uri", uri);
        let page = trusted.browser.get(&asking.target()).await;
        assert!(!page.html().contains("<script>alert"), "{page:?}");
        assert!(!page.html().contains("<x'"), "{page:?}");
        assert_eq!(page.html().matches("<script").count(), 1, "{page:?}");
        assert!(Answered::in_form(&page, uri).get("code").is_some());
    }
}

#[tokio::test]
async fn an_unknown_client_gets_no_form_to_post() {
    let mut trusted = Trusted::start().await;
    for asking in [
        trusted.asking().with("client_id", "nobody"),
        trusted
            .asking()
            .with("redirect_uri", "https://evil.example/"),
    ] {
        let asking = asking.with("response_mode", "form_post");
        let page = trusted.refused(&asking).await;
        expect_error_page(&page, 400);
        assert!(!page.html().contains("evil.example"), "{page:?}");
    }
}
