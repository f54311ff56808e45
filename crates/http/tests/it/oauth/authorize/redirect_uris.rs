//! Redirect URIs: nothing is ever sent to one that is not registered, letter by letter.

use authly_domain::clients::{Client, GrantType, RedirectUri};
use authly_testing::TestApp;
use authly_testing::browser::Page;
use pretty_assertions::assert_eq;

use crate::support::{Answered, Asking, Trusted, expect_error_page, refused};

/// What is like `https://app.example.com/callback` in one way or another.
const ALIKE: [&str; 62] = [
    // Somebody else's host behind ours.
    "https://app.example.com@evil.example/callback",
    "https://app.example.com\\@evil.example/callback",
    "https://app.example.com%2f@evil.example/callback",
    "https://app.example.com%2fcallback@evil.example",
    "https://app.example.com%5c@evil.example/callback",
    "https://app.example.com:443@evil.example/callback",
    "https://user:password@app.example.com/callback",
    "https://@app.example.com/callback",
    "https://app.example.com.evil.example/callback",
    "https://app.example.comevil.example/callback",
    "https://app.example.com-evil.example/callback",
    "https://evilapp.example.com/callback",
    "https://evil.example/https://app.example.com/callback",
    "https://evil.example/?https://app.example.com/callback",
    "https://evil.example#https://app.example.com/callback",
    "https://evil.example\\.app.example.com/callback",
    "https:\\\\evil.example\\callback",
    "https:/app.example.com/callback",
    "https:app.example.com/callback",
    "https:///app.example.com/callback",
    "//app.example.com/callback",
    "//evil.example/callback",
    "/callback",
    "callback",
    "app.example.com/callback",
    // Wildcards and prefixes.
    "https://*.example.com/callback",
    "https://app.example.com*",
    "https://app.example.com/callback*",
    "https://app.example.com/.*",
    "https://app.example.com",
    "https://app.example.com/",
    "https://app.example.com/callbac",
    "https://app.example.com/callback2",
    "https://app.example.com/callback/",
    "https://app.example.com/callback/more",
    "https://app.example.com//callback",
    "https://app.example.com/callback/../callback",
    "https://app.example.com/x/../callback",
    "https://app.example.com/./callback",
    "https://app.example.com/%2e/callback",
    "https://app.example.com/%63allback",
    "https://app.example.com/callback?",
    "https://app.example.com/callback?x=1",
    "https://app.example.com/callback;x=1",
    "https://app.example.com/callback#",
    "https://app.example.com/callback#fragment",
    // Another case, port, scheme or alphabet.
    "https://APP.example.com/callback",
    "https://app.example.com/CALLBACK",
    "HTTPS://app.example.com/callback",
    "https://app.example.com:443/callback",
    "https://app.example.com:/callback",
    "https://app.example.com:8443/callback",
    "https://app.example.com./callback",
    "http://app.example.com/callback",
    "ftp://app.example.com/callback",
    "https://\u{430}pp.example.com/callback",
    "https://app\u{ff0e}example.com/callback",
    "https://app.example.com\u{ff0f}callback",
    "https://app.example.com/callb\u{e4}ck",
    "https://app.example.com/call\u{200b}back",
    "https://app.example.com/callback https://evil.example/",
    "https://app.example.com/callback,https://evil.example/",
];

/// What white space and control characters make of it.
const SPACED: [&str; 12] = [
    " https://app.example.com/callback",
    "https://app.example.com/callback ",
    "https://app.example.com/call back",
    "https://app.example.com/callback\t",
    "https://app.example.com/call\tback",
    "ht\ttps://app.example.com/callback",
    "https://app.example.com/callback\n",
    "https://app.example.com/callback\r\nLocation: https://evil.example/",
    "\rhttps://app.example.com/callback",
    "https://app.example.com/callback\0",
    "https://app.example.com\0.evil.example/callback",
    "\u{1}https://app.example.com/callback",
];

/// What runs where it is opened, or reads what is on the machine.
const DANGEROUS: [&str; 11] = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "javascript://app.example.com/callback%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://app.example.com/0000",
    "view-source:https://app.example.com/callback",
    "about:blank",
    "intent://app.example.com#Intent;end",
];

fn expect_no_way_out(page: &Page, uri: &str) {
    expect_error_page(page, 400);
    for trace in ["evil", "alert(1)", "passwd"] {
        assert!(!page.html().contains(trace), "{uri}: {page:?}");
    }
}

/// Sends a request to a redirect URI in each way in which its refusal could travel there.
async fn expect_refusal(trusted: &mut Trusted, uri: &str) {
    let asking = trusted.asking().with("redirect_uri", uri);
    for asking in [
        asking.clone(),
        asking.clone().with("prompt", "none"),
        asking.clone().with("response_mode", "form_post"),
        asking.with("response_type", "token"),
    ] {
        let page = trusted.browser.get(&asking.target()).await;
        expect_no_way_out(&page, uri);
    }
}

#[tokio::test]
async fn what_is_only_like_a_registered_redirect_uri_leads_to_a_page() {
    let mut trusted = Trusted::start().await;
    assert_eq!(
        trusted.client.redirect_uri(),
        "https://app.example.com/callback"
    );
    let before = trusted.app.stored().protocol_state().await;
    for uri in ALIKE.iter().chain(&SPACED).chain(&DANGEROUS) {
        expect_refusal(&mut trusted, uri).await;
    }
    expect_refusal(
        &mut trusted,
        &format!("https://a.example/{}", "a".repeat(4_000)),
    )
    .await;
    assert_eq!(trusted.app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn a_dangerous_scheme_is_refused_at_use_even_where_it_is_registered() {
    let mut trusted = Trusted::start().await;
    for uri in DANGEROUS {
        // As no registration would have it.
        let uris = vec![RedirectUri::from_stored(uri.to_owned())];
        let change = |record: &mut Client| record.redirect_uris = uris;
        trusted.client.change(&trusted.app.context, change).await;
        let node = trusted.app.another_node().await;
        let asking = trusted.asking().with("redirect_uri", uri);
        for mode in ["query", "fragment", "form_post"] {
            let asking = asking.clone().with("response_mode", mode);
            let target = node.url(&asking.target());
            let page = trusted.browser.get(&target).await;
            expect_no_way_out(&page, uri);
        }
    }
    assert_eq!(trusted.app.stored().codes_of("web").await.len(), 1);
}

#[tokio::test]
async fn a_redirect_uri_that_stands_twice_leads_to_a_page_even_where_both_are_the_same() {
    let mut trusted = Trusted::start().await;
    let own = trusted.client.redirect_uri().to_owned();
    for uri in [&own, "https://evil.example/", ""] {
        for prompt in ["", "none"] {
            let asking = trusted.asking().with("prompt", prompt);
            let page = trusted.refused(&asking.and("redirect_uri", uri)).await;
            expect_no_way_out(&page, uri);
        }
    }
}

#[tokio::test]
async fn without_a_redirect_uri_the_only_registered_one_serves_a_plain_oauth_request() {
    let mut trusted = Trusted::start().await;
    let asking = Asking::of(&trusted.client, "notes:read");
    for asking in [
        asking.clone().without("redirect_uri"),
        asking.clone().with("redirect_uri", ""),
    ] {
        let page = trusted.browser.get(&asking.target()).await;
        let answered = Answered::in_query(&page, trusted.client.redirect_uri());
        assert!(answered.get("code").is_some());
        assert_eq!(answered.get("state"), Some("the state"));
    }
}

#[tokio::test]
async fn without_a_redirect_uri_an_openid_request_leads_to_a_page() {
    let mut trusted = Trusted::start().await;
    for scope in ["openid", "notes:read openid", "profile  openid email"] {
        let asking = Asking::of(&trusted.client, scope).without("redirect_uri");
        expect_error_page(&trusted.refused(&asking).await, 400);
    }
}

#[tokio::test]
async fn without_a_redirect_uri_a_client_with_two_leads_to_a_page() {
    let app = TestApp::start().await;
    let uris = ["https://a.example.com/cb", "https://b.example.com/cb"];
    let client = app.client().redirect_uris(&uris).create().await;
    let mut trusted = Trusted::with(app, client).await;
    let asking = Asking::of(&trusted.client, "notes:read").without("redirect_uri");
    expect_error_page(&trusted.refused(&asking).await, 400);
}

#[tokio::test]
async fn a_client_without_redirect_uris_is_refused_and_learns_none() {
    let app = TestApp::start().await;
    let client = app.client().redirect_uris(&[]);
    let client = client
        .grants(&[GrantType::AuthorizationCode])
        .create()
        .await;
    let registry = app.stored().registry().await;
    let asking = Asking::of(&client, "notes:read");
    for uri in ["", "https://app.example.com/callback", "http://127.0.0.1/"] {
        let asking = asking.clone().with("redirect_uri", uri);
        let page = refused(&app, &mut app.browser(), &asking).await;
        expect_error_page(&page, 400);
    }
    assert_eq!(app.stored().registry().await, registry);
}

#[tokio::test]
async fn a_redirect_uri_of_another_client_leads_to_a_page() {
    let mut trusted = Trusted::start().await;
    let other = trusted.app.client().id("other");
    let other = other.redirect_uris(&["https://other.example.com/cb"]);
    let other = other.create().await;
    let asking = trusted.asking().with("redirect_uri", other.redirect_uri());
    expect_error_page(&trusted.refused(&asking).await, 400);
}
