//! Refusals that the client is told of by redirect: nothing is stored, and `state` and `iss` go along.

use std::time::Duration;

use authly_domain::clients::GrantType;
use authly_domain::scopes::{Scope, ScopeRecord};
use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use crate::support::{Answered, Asking, Trusted};

#[tokio::test]
async fn a_response_type_other_than_code_is_refused() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking();
    let answered = trusted
        .expect_error(&right.clone().without("response_type"), "invalid_request")
        .await;
    assert_eq!(answered.get("state"), Some("the state"));
    for kind in [
        "token",
        "id_token",
        "none",
        "code token",
        "code id_token",
        "code code",
        "CODE",
        "code ",
        "nonsense",
    ] {
        let asking = right.clone().with("response_type", kind);
        let code = "unsupported_response_type";
        let answered = trusted.expect_error(&asking, code).await;
        assert_eq!(answered.get("state"), Some("the state"));
    }
}

#[tokio::test]
async fn a_response_mode_that_is_not_supported_is_refused_in_the_query() {
    let mut trusted = Trusted::start().await;
    for mode in ["jwt", "query.jwt", "web_message", "Query", "query fragment"] {
        let asking = trusted.asking().with("response_mode", mode);
        trusted.expect_error(&asking, "invalid_request").await;
    }
}

#[tokio::test]
async fn each_parameter_may_stand_once_even_with_the_same_value() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking();
    let right = right.with("response_mode", "query").with("prompt", "none");
    let right = right.with("max_age", "100").with("login_hint", "alice");
    for name in [
        "response_type",
        "response_mode",
        "scope",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "login_hint",
    ] {
        let fields = right.fields();
        let same = fields.iter().find(|(other, _)| *other == name).unwrap().1;
        for value in [same, ""] {
            let asking = right.clone().and(name, value);
            let answered = trusted.expect_error(&asking, "invalid_request").await;
            assert_eq!(answered.get("state"), Some("the state"), "{name}");
        }
    }
}

#[tokio::test]
async fn a_parameter_that_is_not_known_may_stand_once_too() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().and("foo", "1").and("foo", "2");
    trusted.expect_error(&asking, "invalid_request").await;
}

#[tokio::test]
async fn a_state_that_stands_twice_is_handed_back_in_neither_form() {
    let mut trusted = Trusted::start().await;
    for second in ["the state", "another", ""] {
        let asking = trusted.asking().and("state", second);
        let answered = trusted.expect_error(&asking, "invalid_request").await;
        assert_eq!(answered.get("state"), None);
    }
}

#[tokio::test]
async fn a_scope_that_is_unknown_malformed_or_not_allowed_is_refused() {
    let mut trusted = Trusted::start().await;
    let other = trusted.app.client().id("other").scope("notes:other");
    other.create().await;
    let long = "a".repeat(200);
    let flood: Vec<_> = (0..100).map(|number| format!("s{number}")).collect();
    let flood = flood.join(" ");
    for scope in [
        "nothing",
        "openid nothing",
        "OPENID",
        "notes:other",
        "openid\tprofile",
        "openid\nprofile",
        "openid,profile",
        "openid \"",
        "openid \\",
        "openid é",
        "openid \u{7f}",
        " ",
        &long,
        &flood,
    ] {
        let asking = trusted.asking().with("scope", scope);
        trusted.expect_error(&asking, "invalid_scope").await;
    }
}

#[tokio::test]
async fn a_scope_that_was_taken_from_the_client_is_not_granted_for_a_remembered_consent() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("scope", "openid notes:write");
    let page = trusted.browser.get(&asking.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(answered.get("code").is_some(), "it worked before");

    let context = &trusted.app.context;
    let conn = context.db.connect().await.unwrap();
    let (key, rest) = (trusted.client.record.key, "openid".parse().unwrap());
    let clients = conn.reads().clients();
    let replaced = clients.replace_scopes(key, &rest, &Scope::empty()).await;
    replaced.unwrap();
    drop(conn);
    trusted.client.change(context, |_record| {}).await;
    trusted.expect_error(&asking, "invalid_scope").await;
}

#[tokio::test]
async fn a_scope_that_was_switched_off_is_not_granted_for_a_remembered_consent() {
    let mut trusted = Trusted::start().await;
    let asking = trusted.asking().with("scope", "openid notes:write");
    let page = trusted.browser.get(&asking.target()).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(answered.get("code").is_some(), "it worked before");

    let context = &trusted.app.context;
    let conn = context.db.connect().await.unwrap();
    let scope = ScopeRecord {
        name: "notes:write".parse().unwrap(),
        description: "Change notes".to_owned(),
        is_default: false,
        is_active: false,
        is_system: false,
    };
    let stored = conn.reads().scopes().upsert(&scope, context.now()).await;
    stored.unwrap();
    drop(conn);
    trusted.expect_error(&asking, "invalid_scope").await;
}

#[tokio::test]
async fn a_request_without_a_scope_asks_for_the_defaults_of_the_client() {
    let mut trusted = Trusted::start().await;
    trusted.app.advance(Duration::from_secs(1));
    for asking in [
        trusted.asking().without("scope"),
        trusted.asking().with("scope", ""),
    ] {
        let page = trusted.browser.get(&asking.target()).await;
        let answered = Answered::in_query(&page, trusted.client.redirect_uri());
        assert!(answered.get("code").is_some());
    }
    let codes = trusted.app.stored().codes_of(&trusted.client.id).await;
    assert_eq!(codes.last().unwrap().scope, "notes:read");
}

#[tokio::test]
async fn a_request_without_a_scope_is_refused_where_the_client_has_no_defaults() {
    let app = TestApp::start().await;
    let client = app.client().scope("openid profile").create().await;
    let mut trusted = Trusted::with(app, client).await;
    let asking = trusted.asking().without("scope");
    trusted.expect_error(&asking, "invalid_scope").await;
}

#[tokio::test]
async fn a_resource_that_is_malformed_or_not_registered_is_refused() {
    let app = TestApp::start().await;
    let resources = ["https://api.example.com/v1", "urn:example:api"];
    let client = app.client().resources(&resources).create().await;
    let mut trusted = Trusted::with(app, client).await;
    let right = trusted.asking();
    for resource in [
        "api",
        "/v1",
        "https://api.example.com/v1#f",
        "https://api.example.com/v1/",
        "https://api.example.com/V1",
        "https://other.example.com/",
        "https://api.example.com/v1 urn:example:api",
        " ",
    ] {
        let asking = right.clone().and("resource", resource);
        trusted.expect_error(&asking, "invalid_target").await;
        let asking = asking.and("resource", resources[0]);
        trusted.expect_error(&asking, "invalid_target").await;
    }
}

#[tokio::test]
async fn several_resources_may_be_named() {
    let app = TestApp::start().await;
    let resources = ["https://api.example.com/v1", "urn:example:api"];
    let client = app.client().resources(&resources).create().await;
    let mut trusted = Trusted::with(app, client).await;
    let asking = trusted.asking();
    let asking = asking.and("resource", resources[0]);
    let asking = asking
        .and("resource", resources[1])
        .and("resource", resources[1]);
    let page = trusted.browser.get(&asking.target()).await;
    let page = trusted.browser.follow(&page).await;
    let page = trusted.browser.submit(&page.form("approve")).await;
    let answered = Answered::in_query(&page, trusted.client.redirect_uri());
    assert!(answered.get("code").is_some());
}

#[tokio::test]
async fn request_objects_of_a_client_without_keys_are_refused_by_name() {
    let mut trusted = Trusted::start().await;
    let right = trusted.asking();
    for (name, value, code) in [
        (
            "request",
            "eyJhbGciOiJub25lIn0.e30.",
            "invalid_request_object",
        ),
        ("request", "nonsense", "invalid_request_object"),
        (
            "request_uri",
            "https://app.example.com/request.jwt",
            "invalid_request_uri",
        ),
        (
            "request_uri",
            "urn:ietf:params:oauth:request_uri:x",
            "invalid_request_uri",
        ),
    ] {
        let asking = right.clone().and(name, value);
        trusted.expect_error(&asking, code).await;
    }
}

#[tokio::test]
async fn a_client_that_is_not_registered_for_codes_is_refused() {
    let app = TestApp::start().await;
    let client = app.client().grants(&[GrantType::ClientCredentials]);
    let client = client.create().await;
    let alice = app.user("alice").create().await;
    let browser = app.logged_in(&alice).await;
    let mut trusted = Trusted {
        app,
        client,
        alice,
        browser,
    };
    let asking = Asking::of(&trusted.client, "notes:read");
    trusted.expect_error(&asking, "unauthorized_client").await;
    let asking = asking.with("prompt", "none");
    trusted.expect_error(&asking, "unauthorized_client").await;
}

#[tokio::test]
async fn a_refused_request_leaves_no_cookie_in_a_new_browser() {
    let mut trusted = Trusted::start().await;
    trusted.browser = trusted.app.browser();
    let asking = trusted.asking().with("response_type", "token");
    trusted
        .expect_error(&asking, "unsupported_response_type")
        .await;
    assert!(trusted.browser.cookies.is_empty());
}
