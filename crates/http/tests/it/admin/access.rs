//! Two layers and the network rule, at every endpoint that there is.

use std::time::Duration;

use authly_domain::clients::GrantType;
use authly_domain::scopes::AdminScope;
use authly_protocol::admin::{ALL, Description};
use authly_protocol::endpoint::{Access, Method};
use authly_testing::administrators::AdminCaller;
use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use reqwest::RequestBuilder;
use serde_json::json;

use super::{method, path};

/// A call as this caller makes it, with a body that nobody has a reason to look at yet.
fn call(caller: &AdminCaller, one: &Description) -> RequestBuilder {
    caller
        .request(method(one), &path(one))
        .json(&json!({"unlikely": 1}))
}

async fn answer(caller: &AdminCaller, one: &Description) -> Answer {
    send(call(caller, one)).await
}

/// The scope of an endpoint that has one.
fn scope(one: &Description) -> Option<AdminScope> {
    match one.access {
        Access::AnyToken => None,
        Access::Scope(scope) => Some(scope),
    }
}

#[tokio::test]
async fn without_a_token_nothing_opens() {
    let app = TestApp::start().await;
    for one in ALL {
        let request = http_client().request(method(one), app.url(&path(one)));
        let refused = send(request).await;
        refused.expect_problem(401, "unauthenticated");
        assert_eq!(
            refused.header("www-authenticate"),
            r#"Bearer realm="Authly""#
        );
        let refused = answer(&app.admin_with("nonsense"), one).await;
        refused.expect_problem(401, "invalid_token");
        let challenge = r#"Bearer realm="Authly", error="invalid_token""#;
        assert_eq!(refused.header("www-authenticate"), challenge);
    }
}

#[tokio::test]
async fn every_scope_but_the_right_one_is_not_enough() {
    let app = TestApp::start().await;
    let user = app.user("root").administrator().create().await;
    for scope_of_some in AdminScope::ALL {
        let others: Vec<_> = AdminScope::ALL
            .iter()
            .copied()
            .filter(|one| one != scope_of_some)
            .collect();
        let concerned: Vec<_> = ALL
            .iter()
            .filter(|one| scope(one) == Some(*scope_of_some))
            .collect();
        if concerned.is_empty() {
            continue;
        }
        let caller = app.admin_caller(&user, &others).await;
        for one in concerned {
            let refused = answer(&caller, one).await;
            refused.expect_problem(403, "insufficient_scope");
            let challenge = format!(
                r#"Bearer realm="Authly", error="insufficient_scope", scope="{scope_of_some}""#
            );
            assert_eq!(
                refused.header("www-authenticate"),
                challenge,
                "{}",
                one.name
            );
        }
    }
}

#[tokio::test]
async fn a_scope_without_the_right_to_administer_is_not_enough() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let caller = app.admin_caller(&alice, AdminScope::ALL).await;
    for one in ALL.iter().filter(|one| scope(one).is_some()) {
        answer(&caller, one)
            .await
            .expect_problem(403, "not_an_administrator");
    }
}

#[tokio::test]
async fn a_service_client_that_nobody_has_entitled_is_refused() {
    let app = TestApp::start().await;
    let every = AdminScope::ALL.iter().map(|scope| scope.as_str());
    let every = every.collect::<Vec<_>>().join(" ");
    let robot = app
        .client()
        .id("robot")
        .grants(&[GrantType::ClientCredentials]);
    let robot = robot.scope(&every).create().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", every.as_str()),
    ];
    let tokens = app.rp(&robot).token(&form).await.expect_tokens();
    let caller = app.admin_with(&tokens.access_token);
    for one in ALL.iter().filter(|one| scope(one).is_some()) {
        answer(&caller, one)
            .await
            .expect_problem(403, "not_an_administrator");
    }
}

#[tokio::test]
async fn a_token_of_another_kind_audience_or_time_opens_nothing() {
    let app = TestApp::start().await;
    let console = app.console().await;
    let user = app.user("root").administrator().create().await;
    let expired = app.tokens(&console, &user, "openid").await.access_token;
    app.advance(Duration::from_mins(15));
    let tokens = app.tokens(&console, &user, "openid offline_access").await;
    let resource = "https://api.example.com";
    let elsewhere = app
        .client()
        .id("elsewhere")
        .resources(&[resource])
        .create()
        .await;
    let asked = app.ask(&elsewhere, "openid", &[("resource", resource)]);
    let page = app.walk(&mut app.browser(), &asked, &user).await;
    let code = page.answered("code").unwrap();
    let foreign = app.rp(&elsewhere).redeem(&code, &asked.verifier).await;
    let foreign = foreign.expect_tokens().access_token;
    let id_token = tokens.id_token.clone().unwrap();
    app.rp(&console).revoke(&tokens.access_token).await;
    let refresh = tokens.refresh();
    for token in [refresh, &id_token, &foreign, &tokens.access_token, &expired] {
        for one in ALL {
            let refused = answer(&app.admin_with(token), one).await;
            refused.expect_problem(401, "invalid_token");
        }
    }
}

#[tokio::test]
async fn an_address_outside_the_allowed_networks_is_refused_before_anything_else() {
    let app = Setup::default()
        .policies(|policies| {
            let network = "192.0.2.0/24".parse().unwrap();
            policies.admin.allowed_networks = vec![network];
            policies.http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        })
        .app()
        .await;
    for one in ALL {
        let nobody = app.admin_with("nonsense");
        answer(&nobody, one)
            .await
            .expect_problem(403, "address_not_allowed");
        let from = |address: &str| call(&nobody, one).header("x-forwarded-for", address.to_owned());
        let refused = send(from("198.51.100.7")).await;
        refused.expect_problem(403, "address_not_allowed");
        // From an allowed one it is the token that is looked at next.
        send(from("192.0.2.7"))
            .await
            .expect_problem(401, "invalid_token");
        send(from("::ffff:192.0.2.7"))
            .await
            .expect_problem(401, "invalid_token");
    }
}

#[tokio::test]
async fn a_forwarding_header_from_a_peer_that_is_no_proxy_is_refused() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for one in ALL {
        for header in [
            "x-forwarded-for",
            "forwarded",
            "x-real-ip",
            "x-forwarded-proto",
        ] {
            let refused = send(call(&root, one).header(header, "127.0.0.1")).await;
            refused.expect_problem(403, "untrusted_proxy");
        }
    }
}

#[tokio::test]
async fn the_api_can_be_switched_off() {
    let app = Setup::default()
        .policies(|policies| policies.admin.enabled = false)
        .app()
        .await;
    let root = app.administrator("root").await;
    for one in ALL {
        answer(&root, one)
            .await
            .expect_problem(503, "admin_api_disabled");
    }
}

#[tokio::test]
async fn other_methods_are_told_the_ones_that_work_and_other_paths_are_not_found() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for one in ALL {
        let request = root.request(reqwest::Method::OPTIONS, &path(one));
        let refused = send(request).await;
        refused.expect_problem(405, "method_not_allowed");
        assert!(
            refused.header("allow").contains(one.method.as_str()),
            "{}",
            one.name
        );
        assert_eq!(refused.header("access-control-allow-origin"), "");
    }
    for path in ["/admin/nothing", "/admin/whoami/", "/admin/"] {
        root.get(path).await.expect_problem(404, "not_found");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_never_a_failure() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    for one in ALL {
        let address = path(one);
        let unknown = send(root.request(method(one), &format!("{address}?colour=red"))).await;
        unknown.expect_problem(400, "invalid_query");
        assert_eq!(unknown.wrong_places(), ["colour"], "{}", one.name);
        let broken = send(root.request(method(one), &format!("{address}?q=%zz"))).await;
        broken.expect_problem(400, "malformed_request");
        if one.method == Method::Get {
            continue;
        }
        let asked = send(root.request(method(one), &format!("{address}?dry_run=maybe"))).await;
        asked.expect_problem(400, "invalid_query");
        let json = |body: &'static str| {
            root.request(method(one), &address)
                .header("content-type", "application/json")
                .body(body)
        };
        send(json("{"))
            .await
            .expect_problem(400, "malformed_request");
        send(json("[]")).await.expect_problem(422, "invalid_body");
        let unknown = send(json(r#"{"colour": "red"}"#)).await;
        unknown.expect_problem(422, "invalid_body");
        assert!(
            unknown.wrong_places().contains(&"/colour".to_owned()),
            "{}",
            one.name
        );
        let form = root.request(method(one), &address).form(&[("a", "b")]);
        send(form)
            .await
            .expect_problem(415, "unsupported_media_type");
        if one.name == "users.import" {
            // It takes longer bodies than the others.
            continue;
        }
        let long = root
            .request(method(one), &address)
            .json(&"x".repeat(100_000));
        send(long).await.expect_problem(413, "body_too_long");
    }
}
