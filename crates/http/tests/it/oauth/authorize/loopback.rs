//! Programs on the user's own machine: loopback addresses and private schemes (OAuth 2.1 §8.4).

use authly_testing::TestApp;
use authly_testing::fixtures::{TestClient, TestUser};

use crate::support::{Answered, Asking, expect_error_page, refused};

/// A code that reaches the program at `uri`.
async fn code_at(app: &TestApp, client: &TestClient, alice: &TestUser, uri: &str) -> String {
    let asking = Asking::of(client, "openid").with("redirect_uri", uri);
    let page = app.walk(&mut app.browser(), &asking.asked(), alice).await;
    let answered = Answered::in_query(&page, uri);
    answered.get("code").expect("a code").to_owned()
}

async fn expect_refusal(app: &TestApp, client: &TestClient, uri: &str) {
    let asking = Asking::of(client, "openid").with("redirect_uri", uri);
    let page = refused(app, &mut app.browser(), &asking).await;
    expect_error_page(&page, 400);
}

#[tokio::test]
async fn the_port_of_a_loopback_address_is_free_for_native_and_web_clients() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let uris = ["http://127.0.0.1/cb?a=1", "http://[::1]:8080/cb"];
    let native = app.client().id("native").public().native();
    let native = native.redirect_uris(&uris).create().await;
    let web = app.client().id("web").redirect_uris(&uris).create().await;
    for client in [native, web] {
        for uri in [
            "http://127.0.0.1/cb?a=1",
            "http://127.0.0.1:1/cb?a=1",
            "http://127.0.0.1:65535/cb?a=1",
            "http://[::1]:8080/cb",
            "http://[::1]:49152/cb",
            "http://[::1]/cb",
        ] {
            let asking = Asking::of(&client, "openid").with("redirect_uri", uri);
            let page = app.walk(&mut app.browser(), &asking.asked(), &alice).await;
            let join = if uri.contains('?') { '&' } else { '?' };
            let answered = Answered::behind(&page, &format!("{uri}{join}"));
            assert!(answered.get("code").is_some(), "{uri}");
        }
    }
}

#[tokio::test]
async fn nothing_but_the_port_of_a_loopback_address_is_free() {
    let app = TestApp::start().await;
    let client = app.client().public().native();
    let client = client
        .redirect_uris(&["http://127.0.0.1/cb"])
        .create()
        .await;
    for uri in [
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:8o80/cb",
        "http://127.0.0.1:80:80/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.1:80\\@evil.example/cb",
        "http://127.0.0.1:80.evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1@evil.example/cb",
        "http://127.0.0.2/cb",
        "http://127.1/cb",
        "http://2130706433/cb",
        "http://0x7f.0.0.1/cb",
        "http://[::ffff:127.0.0.1]/cb",
        "http://[::1]/cb",
        "http://localhost/cb",
        "http://localhost:80/cb",
        "https://127.0.0.1/cb",
        "https://127.0.0.1:8443/cb",
        "http://127.0.0.1:8080/",
        "http://127.0.0.1:8080/cb/",
        "http://127.0.0.1:8080/CB",
        "http://127.0.0.1:8080/cb?x=1",
        "http://127.0.0.1:8080/cb#",
        "http://127.0.0.1:8080/../cb",
    ] {
        expect_refusal(&app, &client, uri).await;
    }
}

#[tokio::test]
async fn the_port_of_localhost_is_free_for_native_clients_alone() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let uris = ["http://localhost:9000/cb"];
    let native = app.client().id("native").public().native();
    let native = native.redirect_uris(&uris).create().await;
    code_at(&app, &native, &alice, "http://localhost:9000/cb").await;
    code_at(&app, &native, &alice, "http://localhost:49152/cb").await;
    code_at(&app, &native, &alice, "http://localhost/cb").await;
    expect_refusal(&app, &native, "http://localhost.evil.example:9000/cb").await;
    expect_refusal(&app, &native, "http://LOCALHOST:9000/cb").await;

    let web = app.client().id("web").redirect_uris(&uris).create().await;
    code_at(&app, &web, &alice, "http://localhost:9000/cb").await;
    for uri in ["http://localhost:9001/cb", "http://localhost/cb"] {
        expect_refusal(&app, &web, uri).await;
    }
}

#[tokio::test]
async fn a_private_scheme_brings_the_code_to_the_program_that_registered_it() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let uris = ["com.example.app:/cb", "com.example.app://host/cb"];
    let client = app.client().public().native();
    let client = client.redirect_uris(&uris).create().await;
    for uri in uris {
        code_at(&app, &client, &alice, uri).await;
    }
    for uri in [
        "com.example.app:cb",
        "com.example.app:/cb/",
        "com.example.app:/CB",
        "COM.EXAMPLE.APP:/cb",
        "com.example.app:///cb",
        "com.example.apps:/cb",
        "com.example.app:/cb?x=1",
        "com.example.app://evil.example/cb",
    ] {
        expect_refusal(&app, &client, uri).await;
    }
}

#[tokio::test]
async fn the_code_of_a_program_is_redeemed_with_the_port_it_was_sent_to() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = app.client().public().native();
    let client = client
        .redirect_uris(&["http://127.0.0.1/cb"])
        .create()
        .await;
    let code = code_at(&app, &client, &alice, "http://127.0.0.1:49152/cb").await;
    let rp = app.rp(&client);
    let _tokens = rp
        .redeem(&code, crate::support::VERIFIER)
        .await
        .expect_tokens();
}
