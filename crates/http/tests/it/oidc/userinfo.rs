//! `GET /oidc/userinfo` and `POST /oidc/userinfo` (OpenID Connect Core §5.3).

mod change;
mod claims;
mod signed;

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::answer::{Answer, Tokens};
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};

use crate::machine_support::{FORM, OPENID, USERINFO, assert_json, get, members, post, unchanged};

struct World {
    app: TestApp,
    client: TestClient,
    alice: TestUser,
    tokens: Tokens,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let client = app.client().create().await;
        let alice = app.user("alice").create().await;
        let tokens = app.tokens(&client, &alice, OPENID).await;
        Self {
            app,
            client,
            alice,
            tokens,
        }
    }
}

/// Holds an answer to be a refusal with a challenge that names it (OAuth 2.1 §5.3).
#[track_caller]
fn assert_challenged(answer: &Answer, status: u16, code: &str) {
    answer.expect_error(status, code);
    assert_json(answer);
    let body = answer.json();
    assert_eq!(members(&body), ["error", "error_description"]);
    let description = body["error_description"].as_str().unwrap();
    let scope = match code {
        "insufficient_scope" => r#", scope="openid""#,
        _ => "",
    };
    assert_eq!(
        answer.header("www-authenticate"),
        format!(
            r#"Bearer realm="Authly", error="{code}", error_description="{description}"{scope}"#
        )
    );
}

async fn ask(app: &TestApp, authorization: &str) -> Answer {
    send(get(app, USERINFO).header(AUTHORIZATION, authorization)).await
}

#[tokio::test]
async fn the_token_may_come_in_the_header_or_in_a_form() {
    let World {
        app, alice, tokens, ..
    } = World::new().await;
    let header = format!("Bearer {}", tokens.access_token);
    let form = format!("access_token={}", tokens.access_token);
    for request in [
        get(&app, USERINFO).header(AUTHORIZATION, &header),
        get(&app, USERINFO).header(AUTHORIZATION, header.replace("Bearer", "bEARER")),
        post(&app, USERINFO).header(AUTHORIZATION, &header),
        post(&app, USERINFO)
            .header(AUTHORIZATION, &header)
            .header(CONTENT_TYPE, FORM)
            .body("a=b"),
        post(&app, USERINFO).header(CONTENT_TYPE, FORM).body(form),
    ] {
        let answer = unchanged(&app, send(request)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_json(&answer);
        assert_eq!(answer.json()["sub"], alice.subject.as_str());
    }
}

#[tokio::test]
async fn a_token_that_comes_more_than_once_is_an_invalid_request() {
    let World { app, tokens, .. } = World::new().await;
    let header = format!("Bearer {}", tokens.access_token);
    let form = format!("access_token={}", tokens.access_token);
    let posted = || post(&app, USERINFO).header(CONTENT_TYPE, FORM);
    for request in [
        posted().header(AUTHORIZATION, &header).body(form.clone()),
        posted().body(format!("{form}&{form}")),
        get(&app, USERINFO)
            .header(AUTHORIZATION, &header)
            .header(AUTHORIZATION, &header),
    ] {
        let answer = unchanged(&app, send(request)).await;
        assert_challenged(&answer, 400, "invalid_request");
    }
}

#[tokio::test]
async fn without_a_token_no_error_is_named() {
    let World { app, tokens, .. } = World::new().await;
    let query = format!("{USERINFO}?access_token={}", tokens.access_token);
    let cookie = format!("access_token={}", tokens.access_token);
    for request in [
        get(&app, USERINFO),
        post(&app, USERINFO),
        post(&app, USERINFO)
            .header(CONTENT_TYPE, FORM)
            .body("access_token="),
        // Tokens in the query or in a cookie are not looked at (OAuth 2.1 §5.1).
        get(&app, &query),
        get(&app, USERINFO).header("Cookie", cookie),
        get(&app, USERINFO).header(AUTHORIZATION, "Basic d2ViOnNlY3JldA=="),
    ] {
        let answer = unchanged(&app, send(request)).await;
        assert_eq!(answer.status, 401);
        assert_json(&answer);
        assert_eq!(
            answer.header("www-authenticate"),
            r#"Bearer realm="Authly""#
        );
    }
}

#[tokio::test]
async fn what_is_no_access_token_is_refused() {
    let World {
        app,
        client,
        tokens,
        ..
    } = World::new().await;
    let token = &tokens.access_token;
    let (signed, _signature) = token.rsplit_once('.').unwrap();
    for text in [
        "garbage",
        "two words",
        "\"quoted\"",
        "",
        &format!("{signed}."),
        &format!("{signed}.AAAA"),
        &"t".repeat(5_000),
        tokens.refresh(),
        tokens.id_token.as_deref().unwrap(),
        client.secret.as_deref().unwrap(),
    ] {
        let answer = unchanged(&app, ask(&app, &format!("Bearer {text}"))).await;
        assert_challenged(&answer, 401, "invalid_token");
    }
}

#[tokio::test]
async fn a_token_opens_nothing_once_it_has_ended() {
    let World {
        app,
        client,
        alice,
        tokens,
    } = World::new().await;
    let rp = app.rp(&client);
    app.advance(Duration::from_mins(15));
    let answer = unchanged(&app, rp.userinfo(&tokens.access_token)).await;
    assert_challenged(&answer, 401, "invalid_token");

    let next = rp.refresh(tokens.refresh()).await.expect_tokens();
    assert_eq!(rp.userinfo(&next.access_token).await.status, 200);
    rp.revoke(&next.access_token).await;
    let answer = unchanged(&app, rp.userinfo(&next.access_token)).await;
    assert_challenged(&answer, 401, "invalid_token");

    let last = rp.refresh(next.refresh()).await.expect_tokens();
    assert_eq!(rp.userinfo(&last.access_token).await.status, 200);
    app.disable_user(&alice).await;
    let answer = unchanged(&app, rp.userinfo(&last.access_token)).await;
    assert_challenged(&answer, 401, "invalid_token");
}

#[tokio::test]
async fn a_disabled_client_s_token_opens_nothing() {
    let World {
        app,
        client,
        tokens,
        ..
    } = World::new().await;
    client.disable(&app.context).await;
    let answer = unchanged(&app, app.rp(&client).userinfo(&tokens.access_token)).await;
    assert_challenged(&answer, 401, "invalid_token");
}

#[tokio::test]
async fn a_token_after_logout_opens_nothing() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let tokens = app.tokens_in(&mut browser, &client, &alice, OPENID).await;
    let logout = browser.get("/logout").await.form("logout");
    browser.submit(&logout).await;
    let answer = unchanged(&app, app.rp(&client).userinfo(&tokens.access_token)).await;
    assert_challenged(&answer, 401, "invalid_token");
}

#[tokio::test]
async fn a_token_that_is_for_nobody_in_particular_opens_nothing() {
    let World { app, client, .. } = World::new().await;
    let rp = app.rp(&client);
    let token = rp.client_credentials().await.expect_tokens().access_token;
    let answer = unchanged(&app, rp.userinfo(&token)).await;
    assert_challenged(&answer, 401, "invalid_token");
}

#[tokio::test]
async fn without_openid_the_scope_is_insufficient() {
    let World {
        app, client, alice, ..
    } = World::new().await;
    let tokens = app.tokens(&client, &alice, "profile email").await;
    let answer = unchanged(&app, app.rp(&client).userinfo(&tokens.access_token)).await;
    assert_challenged(&answer, 403, "insufficient_scope");
}

#[tokio::test]
async fn a_token_for_another_audience_opens_nothing() {
    let notes = "https://notes.example.com/";
    let app = TestApp::start().await;
    let client = app.client().resources(&[notes]).create().await;
    let alice = app.user("alice").create().await;
    let asked = app.ask(&client, OPENID, &[("resource", notes)]);
    let page = app.walk(&mut app.browser(), &asked, &alice).await;
    let rp = app.rp(&client);
    let code = page.answered("code").unwrap();
    let tokens = rp.redeem(&code, &asked.verifier).await.expect_tokens();
    let answer = unchanged(&app, rp.userinfo(&tokens.access_token)).await;
    assert_challenged(&answer, 401, "invalid_token");
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_an_invalid_request() {
    let World { app, .. } = World::new().await;
    let large = format!("access_token={}", "t".repeat(70_000));
    for (status, body) in [
        (400, "access_token=%zz"),
        (400, "access_token=%00"),
        (413, &large),
    ] {
        let request = post(&app, USERINFO)
            .header(CONTENT_TYPE, FORM)
            .body(body.to_owned());
        assert_challenged(&send(request).await, status, "invalid_request");
    }
}

#[tokio::test]
async fn other_methods_are_told_the_ones_that_work() {
    let World { app, tokens, .. } = World::new().await;
    for method in [Method::PATCH, Method::DELETE] {
        let request = http_client().request(method, app.url(USERINFO));
        let answer = send(request.bearer_auth(&tokens.access_token)).await;
        answer.expect_error(405, "invalid_request");
        assert_eq!(answer.header("allow"), "GET, HEAD, POST, PUT, OPTIONS");
    }
    let head = http_client().head(app.url(USERINFO));
    let answer = send(head.bearer_auth(&tokens.access_token)).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[tokio::test]
async fn an_answer_costs_one_read() {
    let World {
        app,
        client,
        tokens,
        ..
    } = World::new().await;
    let rp = app.rp(&client);
    for token in [tokens.access_token.as_str(), "garbage"] {
        let (_answer, round_trips) = app.round_trips_of(rp.userinfo(token)).await;
        assert_eq!(round_trips, 1);
    }
    let (_answer, round_trips) = app.round_trips_of(send(get(&app, USERINFO))).await;
    assert_eq!(round_trips, 0);
}
