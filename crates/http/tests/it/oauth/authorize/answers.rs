//! How the answer travels to the client.

use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use crate::support::{Answered, Asking, Trusted, VERIFIER};

/// Everything that is easily spoilt on the way through addresses and HTML.
const AWKWARD: &str = "a+b %26&c=d#\"'<é>\u{1F511}/?;:\\ ";

#[tokio::test]
async fn the_code_travels_in_the_query_unless_another_way_is_asked_for() {
    let mut trusted = Trusted::start().await;
    let plain = trusted.asking();
    for asking in [plain.clone(), plain.with("response_mode", "query")] {
        let page = trusted.browser.get(&asking.target()).await;
        let answered = Answered::in_query(&page, trusted.client.redirect_uri());
        assert_eq!(answered.names(), ["code", "state", "iss"]);
        assert_eq!(answered.get("state"), Some("the state"));
        assert_eq!(answered.get("iss"), Some(trusted.app.issuer()));
        let code = answered.get("code").unwrap();
        let rp = trusted.app.rp(&trusted.client);
        let _tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
    }
}

#[tokio::test]
async fn the_code_travels_in_the_fragment_where_that_is_asked_for() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("response_mode", "fragment");
    let page = trusted.browser.get(&asking.target()).await;
    let answered = Answered::in_fragment(&page, trusted.client.redirect_uri());
    assert_eq!(answered.names(), ["code", "state", "iss"]);
    assert_eq!(answered.get("iss"), Some(trusted.app.issuer()));
    let rp = trusted.app.rp(&trusted.client);
    let code = answered.get("code").unwrap();
    let _tokens = rp.redeem(code, VERIFIER).await.expect_tokens();
}

#[tokio::test]
async fn the_whole_way_through_login_and_consent_ends_with_the_code_in_each_mode() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    for mode in ["query", "fragment", "form_post"] {
        let asking = Asking::of(&client, "openid").with("response_mode", mode);
        let asking = asking.with("prompt", "consent").with("state", AWKWARD);
        let page = app.walk(&mut app.browser(), &asking.asked(), &alice).await;
        let answered = match mode {
            "query" => Answered::in_query(&page, client.redirect_uri()),
            "fragment" => Answered::in_fragment(&page, client.redirect_uri()),
            _ => Answered::in_form(&page, client.redirect_uri()),
        };
        assert_eq!(answered.names(), ["code", "state", "iss"], "{mode}");
        assert_eq!(answered.get("state"), Some(AWKWARD), "{mode}");
        assert_eq!(answered.get("iss"), Some(app.issuer()), "{mode}");
    }
    assert_eq!(app.stored().codes_of(&client.id).await.len(), 3);
}

#[tokio::test]
async fn state_comes_back_byte_for_byte_with_codes_and_errors_in_every_mode() {
    let mut trusted = Trusted::start().await;
    let long = AWKWARD.repeat(2_048 / AWKWARD.len() + 1);
    let longest = "s".repeat(4_096);
    let uri = trusted.client.redirect_uri().to_owned();
    for state in [AWKWARD, &long, &longest, " ", "=", "&&", "%00", "+"] {
        for response_type in ["code", "token"] {
            let asking = trusted.asking().with("state", state);
            let asking = asking.with("response_type", response_type);
            for mode in ["query", "fragment", "form_post"] {
                let asking = asking.clone().with("response_mode", mode);
                let page = trusted.browser.get(&asking.target()).await;
                let answered = match mode {
                    "query" => Answered::in_query(&page, &uri),
                    "fragment" => Answered::in_fragment(&page, &uri),
                    _ => Answered::in_form(&page, &uri),
                };
                let told = answered.get("code").or(answered.get("error"));
                assert!(told.is_some(), "{page:?}");
                assert_eq!(answered.get("state"), Some(state), "{mode} {response_type}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_without_a_state_in_the_request_has_none() {
    let mut trusted = Trusted::start().await;
    for asking in [
        trusted.asking().without("state"),
        trusted.asking().with("state", ""),
    ] {
        let page = trusted.browser.get(&asking.target()).await;
        let answered = Answered::in_query(&page, trusted.client.redirect_uri());
        assert_eq!(answered.names(), ["code", "iss"]);
        let refused = asking.with("response_type", "token");
        let answered = trusted
            .expect_error(&refused, "unsupported_response_type")
            .await;
        assert_eq!(answered.names(), ["error", "error_description", "iss"]);
    }
}

#[tokio::test]
async fn an_error_travels_with_state_and_iss_in_the_mode_that_was_asked_for() {
    let mut trusted = Trusted::start().await;
    let names = ["error", "error_description", "state", "iss"];
    for mode in ["query", "fragment", "form_post"] {
        let asking = trusted.asking().with("response_mode", mode);
        let page = trusted.refused(&asking.with("scope", "nothing")).await;
        let uri = trusted.client.redirect_uri();
        let answered = match mode {
            "query" => Answered::in_query(&page, uri),
            "fragment" => Answered::in_fragment(&page, uri),
            _ => Answered::in_form(&page, uri),
        };
        assert_eq!(answered.names(), names, "{mode}");
        assert_eq!(answered.get("error"), Some("invalid_scope"));
        assert_eq!(answered.get("state"), Some("the state"));
        assert_eq!(answered.get("iss"), Some(trusted.app.issuer()));
    }
}

#[tokio::test]
async fn the_query_of_the_redirect_uri_is_kept_in_every_mode() {
    let app = TestApp::start().await;
    let uri = "https://app.example.com/callback?tenant=a%20b&state=theirs&code=";
    let client = app.client().redirect_uris(&[uri]).create().await;
    // `Trusted` asks at the bare URI of its client, which here has a query already.
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    for response_type in ["code", "token"] {
        let asking = Asking::of(&client, "openid").with("response_type", response_type);
        for (mode, beginning) in [
            ("query", format!("{uri}&")),
            ("fragment", format!("{uri}#")),
        ] {
            let asked = asking.clone().with("response_mode", mode).asked();
            let page = app.walk(&mut browser, &asked, &alice).await;
            let answered = Answered::behind(&page, &beginning);
            assert_eq!(answered.get("state"), Some("the state"), "{mode}");
            let error = answered.get("error");
            assert_eq!(error.is_some(), response_type == "token", "{mode}");
        }
        let asked = asking.with("response_mode", "form_post").asked();
        let page = app.walk(&mut browser, &asked, &alice).await;
        assert_eq!(Answered::in_form(&page, uri).names().last(), Some(&"iss"));
    }
}

#[tokio::test]
async fn a_redirect_uri_without_a_path_gets_the_answer_in_its_query() {
    let app = TestApp::start().await;
    let uri = "https://app.example.com";
    let client = app.client().redirect_uris(&[uri]).create().await;
    let mut trusted = Trusted::with(app, client).await;
    let page = trusted.browser.get(&trusted.asking().target()).await;
    let answered = Answered::behind(&page, "https://app.example.com/?");
    assert!(answered.get("code").is_some());
}

#[tokio::test]
async fn the_answer_goes_to_that_of_several_redirect_uris_which_was_named() {
    let app = TestApp::start().await;
    let uris = ["https://a.example.com/cb", "https://b.example.com/cb"];
    let client = app.client().redirect_uris(&uris).create().await;
    let mut trusted = Trusted::with(app, client).await;
    for uri in uris {
        let asking = trusted.asking().with("redirect_uri", uri);
        let page = trusted.browser.get(&asking.target()).await;
        assert!(Answered::in_query(&page, uri).get("code").is_some());
    }
}

#[tokio::test]
async fn the_issuer_in_the_answer_is_the_setting_with_its_path_never_the_host_header() {
    let app = authly_testing::Setup::default()
        .issuer_path("/tenant")
        .app()
        .await;
    let client = app.client().create().await;
    let mut trusted = Trusted::with(app, client).await;
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-forwarded-proto", "https"),
    ] {
        let header = (name.to_owned(), value.to_owned());
        trusted.browser.headers.push(header);
    }
    let page = trusted.browser.get(&trusted.asking().target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(trusted.app.issuer().ends_with("/tenant"));
    assert_eq!(answered.get("iss"), Some(trusted.app.issuer()));

    let asking = trusted.asking().with("prompt", "consent");
    let page = trusted.browser.get(&asking.target()).await;
    let location = page.answer.header("location");
    let consent = trusted.app.url("/consent?request=");
    assert!(location.starts_with(&consent), "{location}");
}
