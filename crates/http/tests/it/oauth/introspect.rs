//! `POST /api/v1/oauth/introspect` (RFC 7662).

mod inactive;

use authly_testing::TestApp;
use authly_testing::answer::{Tokens, claims};
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::rp::Rp;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::{
    INTROSPECT, OPENID, assert_json, assert_refused, basic, now, post_form, unchanged,
};

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

    fn rp(&self) -> Rp {
        self.app.rp(&self.client)
    }
}

/// Holds a token to be none of the asker's business, or none any more: nothing else is said of it.
async fn assert_inactive(app: &TestApp, rp: &Rp, token: &str) {
    let answer = unchanged(app, rp.introspect(token)).await;
    assert_eq!(answer.status, 200);
    assert_json(&answer);
    assert_eq!(answer.json(), json!({ "active": false }));
}

#[tokio::test]
async fn a_client_learns_everything_about_its_own_access_token() {
    let World {
        app,
        client,
        alice,
        tokens,
    } = World::new().await;
    let answer = unchanged(&app, app.rp(&client).introspect(&tokens.access_token)).await;
    assert_json(&answer);
    assert_eq!(
        answer.json(),
        json!({
            "active": true,
            "iss": app.issuer(),
            "sub": alice.subject,
            "aud": app.issuer(),
            "client_id": client.id,
            "username": "alice",
            "scope": OPENID,
            "token_type": "Bearer",
            "exp": now(&app) + 900,
            "iat": now(&app),
            "jti": claims(&tokens.access_token)["jti"],
            "auth_time": now(&app),
            "acr": "1",
            "amr": ["pwd"],
        })
    );
}

#[tokio::test]
async fn a_client_learns_about_its_own_refresh_token() {
    let World {
        app,
        client,
        alice,
        tokens,
    } = World::new().await;
    let answer = unchanged(&app, app.rp(&client).introspect(tokens.refresh())).await;
    let thirty_days = 30 * 24 * 3_600;
    assert_eq!(
        answer.json(),
        json!({
            "active": true,
            "iss": app.issuer(),
            "sub": alice.subject,
            "client_id": client.id,
            "username": "alice",
            "scope": OPENID,
            "exp": now(&app) + thirty_days,
            "iat": now(&app),
            "auth_time": now(&app),
            "acr": "1",
            "amr": ["pwd"],
        })
    );
}

#[tokio::test]
async fn a_token_of_a_client_for_itself_speaks_of_no_user() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    let token = rp.client_credentials().await.expect_tokens().access_token;
    assert_eq!(
        rp.introspect(&token).await.json(),
        json!({
            "active": true,
            "iss": app.issuer(),
            "sub": client.id,
            "aud": app.issuer(),
            "client_id": client.id,
            "scope": "notes:read",
            "token_type": "Bearer",
            "exp": now(&app) + 900,
            "iat": now(&app),
            "jti": claims(&token)["jti"],
        })
    );
}

#[tokio::test]
async fn a_resource_server_learns_about_tokens_that_are_for_it_alone() {
    let (notes, files) = ("https://notes.example.com/", "https://files.example.com/");
    let app = TestApp::start().await;
    let client = app.client().resources(&[notes, files]).create().await;
    let server = app
        .client()
        .id("notes-api")
        .resources(&[notes])
        .create()
        .await;
    let (client, server) = (app.rp(&client), app.rp(&server));
    let token_for = async |resources: &[&str]| {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(resources.iter().map(|resource| ("resource", *resource)));
        client.token(&form).await.expect_tokens().access_token
    };

    for resources in [&[notes][..], &[files, notes]] {
        let token = token_for(resources).await;
        let answer = server.introspect(&token).await.json();
        assert_eq!(
            (&answer["active"], &answer["client_id"]),
            (&json!(true), &json!("web"))
        );
    }
    for resources in [&[files][..], &[]] {
        let token = token_for(resources).await;
        assert!(client.is_active(&token).await);
        assert_inactive(&app, &server, &token).await;
    }
}

#[tokio::test]
async fn tokens_of_others_are_none_of_a_client_s_business() {
    let World { app, tokens, .. } = World::new().await;
    let other = app.rp(&app.client().id("other").create().await);
    assert_inactive(&app, &other, &tokens.access_token).await;
    assert_inactive(&app, &other, tokens.refresh()).await;
}

#[tokio::test]
async fn the_hint_changes_nothing() {
    let World {
        app,
        client,
        tokens,
        ..
    } = World::new().await;
    let rp = app.rp(&client);
    for token in [tokens.access_token.as_str(), tokens.refresh()] {
        for hint in ["access_token", "refresh_token", "something_else", ""] {
            let form = [("token", token), ("token_type_hint", hint)];
            let answer = rp.post(INTROSPECT, &form).await;
            assert_eq!(answer.json()["active"], true, "{hint}");
        }
    }
}

#[tokio::test]
async fn whoever_does_not_prove_itself_learns_nothing() {
    let World {
        app,
        client,
        tokens,
        ..
    } = World::new().await;
    let public = app.client().id("public").public().create().await;
    let answer = unchanged(&app, app.rp(&public).introspect(&tokens.access_token)).await;
    assert_refused(&answer, 401, "invalid_client");

    let token = format!("token={}", tokens.access_token);
    let wrong = basic(format!("{}:wrong", client.id));
    let bearer = format!("Bearer {}", tokens.access_token);
    for (header, body) in [
        (None, token.clone()),
        (None, format!("{token}&client_id={}", client.id)),
        (Some(wrong.as_str()), token.clone()),
        (Some(bearer.as_str()), token.clone()),
    ] {
        let answer = unchanged(&app, post_form(&app, INTROSPECT, header, &body)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
}

#[tokio::test]
async fn a_request_without_a_token_is_invalid() {
    let app = TestApp::start().await;
    let rp = app.rp(&app.client().create().await);
    for form in [&[][..], &[("token", "")], &[("access_token", "t")]] {
        let answer = unchanged(&app, rp.post(INTROSPECT, form)).await;
        assert_refused(&answer, 400, "invalid_request");
    }
}

#[tokio::test]
async fn an_answer_costs_one_read() {
    let world = World::new().await;
    let (app, tokens, rp) = (&world.app, &world.tokens, world.rp());
    for token in [tokens.access_token.as_str(), tokens.refresh(), "garbage"] {
        let (answer, round_trips) = app.round_trips_of(rp.introspect(token)).await;
        assert_eq!((answer.status, round_trips), (200, 1));
    }
}
