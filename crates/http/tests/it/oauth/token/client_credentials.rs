//! `grant_type=client_credentials` (OAuth 2.1 §4.2): a client acts for itself.

use std::collections::BTreeSet;

use authly_domain::clients::GrantType;
use authly_testing::TestApp;
use authly_testing::answer::{Answer, claims, jose_header};
use authly_testing::rp::Rp;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::{assert_issued, assert_json, assert_refused, members, now, unchanged};

async fn ask(rp: &Rp, with: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "client_credentials")];
    form.extend_from_slice(with);
    rp.token(&form).await
}

#[tokio::test]
async fn a_client_gets_a_token_of_its_own_for_its_default_scope() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let answer = app.rp(&client).client_credentials().await;
    assert_json(&answer);
    let tokens = answer.expect_tokens();
    assert_eq!(
        members(&tokens.json),
        ["access_token", "expires_in", "scope", "token_type"]
    );
    assert_eq!(tokens.json["token_type"], "Bearer");
    assert_eq!(tokens.json["expires_in"], 900);
    assert_eq!(tokens.json["scope"], "notes:read");

    let rows = app.stored().tokens_of(&client.id).await;
    let [row] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!((row.grant, row.scope.as_str()), (None, "notes:read"));
    assert_eq!(app.stored().grants_of(&client.id).await, []);
    assert_eq!(
        claims(&tokens.access_token),
        json!({
            "iss": app.issuer(),
            "sub": client.id,
            "aud": app.issuer(),
            "client_id": client.id,
            "scope": "notes:read",
            "jti": row.id.as_uuid().to_string(),
            "iat": now(&app),
            "exp": now(&app) + 900,
        })
    );
    assert_eq!(jose_header(&tokens.access_token)["typ"], "at+jwt");
}

#[tokio::test]
async fn a_client_gets_the_scope_it_asks_for_if_it_is_registered_for_it() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    for scope in ["notes:write", "notes:write notes:read"] {
        let tokens = ask(&rp, &[("scope", scope)]).await.expect_tokens();
        assert_eq!(tokens.json["scope"], scope);
        assert_eq!(claims(&tokens.access_token)["scope"], scope);
    }
    let tokens = ask(&rp, &[("scope", "notes:write  notes:write ")])
        .await
        .expect_tokens();
    assert_eq!(tokens.json["scope"], "notes:write");
    for absent in ["", " "] {
        let tokens = ask(&rp, &[("scope", absent)]).await.expect_tokens();
        assert_eq!(tokens.json["scope"], "notes:read");
    }
}

#[tokio::test]
async fn a_scope_that_is_not_its_own_is_refused() {
    let app = TestApp::start().await;
    let client = app.client().scope("notes:read").create().await;
    let _other = app.client().id("other").scope("files:read").create().await;
    let rp = app.rp(&client);
    for scope in [
        "files:read",
        "notes:read files:read",
        "no-such-scope",
        "NOTES:READ",
        "notes:read\"",
        "notes:read\\",
        "é",
        "admin:clients",
        &"x".repeat(129),
    ] {
        let answer = unchanged(&app, ask(&rp, &[("scope", scope)])).await;
        assert_refused(&answer, 400, "invalid_scope");
    }
}

#[tokio::test]
async fn scopes_that_speak_of_a_user_mean_nothing_without_one() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    for scope in [
        "openid",
        "profile",
        "email",
        "offline_access",
        "openid notes:read",
    ] {
        let answer = unchanged(&app, ask(&rp, &[("scope", scope)])).await;
        assert_refused(&answer, 400, "invalid_scope");
    }
}

#[tokio::test]
async fn without_a_default_the_scope_has_to_be_named() {
    let app = TestApp::start().await;
    let client = app.client().scope("notes:write").create().await;
    let rp = app.rp(&client);
    let answer = unchanged(&app, rp.client_credentials()).await;
    assert_refused(&answer, 400, "invalid_scope");
    assert_issued(&ask(&rp, &[("scope", "notes:write")]).await);
}

#[tokio::test]
async fn a_client_without_any_scope_gets_a_token_without_any() {
    let app = TestApp::start().await;
    let client = app.client().scope("").create().await;
    let rp = app.rp(&client);
    let tokens = rp.client_credentials().await.expect_tokens();
    // An empty text is no `scope` (OAuth 2.1 §1.4.1).
    assert_eq!(
        members(&tokens.json),
        ["access_token", "expires_in", "token_type"]
    );
    assert_eq!(claims(&tokens.access_token).get("scope"), None);
    assert_eq!(
        rp.introspect(&tokens.access_token)
            .await
            .json()
            .get("scope"),
        None
    );
}

#[tokio::test]
async fn the_resource_that_is_asked_for_is_the_audience() {
    let (notes, files) = ("https://notes.example.com/", "https://files.example.com/");
    let app = TestApp::start().await;
    let client = app.client().resources(&[notes, files]).create().await;
    let rp = app.rp(&client);
    let tokens = ask(&rp, &[("resource", notes)]).await.expect_tokens();
    assert_eq!(claims(&tokens.access_token)["aud"], notes);
    let both = [("resource", notes), ("resource", files)];
    let tokens = ask(&rp, &both).await.expect_tokens();
    assert_eq!(claims(&tokens.access_token)["aud"], json!([notes, files]));

    for resource in [
        "https://other.example.com/",
        "notes",
        "https://notes.example.com/#a",
        "/",
    ] {
        let asked = [("resource", notes), ("resource", resource)];
        let answer = unchanged(&app, ask(&rp, &asked)).await;
        assert_refused(&answer, 400, "invalid_target");
    }
}

#[tokio::test]
async fn without_a_resource_the_default_audience_counts() {
    let audience = "https://notes.example.com/";
    let app = TestApp::start().await;
    let client = app
        .client()
        .with(|client| client.default_audience = vec![audience.parse().unwrap()]);
    let rp = app.rp(&client.create().await);
    let tokens = rp.client_credentials().await.expect_tokens();
    assert_eq!(claims(&tokens.access_token)["aud"], audience);
}

#[tokio::test]
async fn a_public_client_cannot_act_for_itself() {
    let app = TestApp::start().await;
    let client = app.client().public();
    let client = client.with(|client| client.grant_types.push(GrantType::ClientCredentials));
    let answer = unchanged(&app, app.rp(&client.create().await).client_credentials()).await;
    assert_refused(&answer, 400, "unauthorized_client");
}

#[tokio::test]
async fn a_client_that_is_not_registered_for_it_cannot_act_for_itself() {
    let app = TestApp::start().await;
    let client = app
        .client()
        .grants(&[GrantType::AuthorizationCode])
        .create()
        .await;
    let answer = unchanged(&app, app.rp(&client).client_credentials()).await;
    assert_refused(&answer, 400, "unauthorized_client");
}

#[tokio::test]
async fn a_client_that_was_changed_gets_what_it_may_have_now() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    assert_issued(&rp.client_credentials().await);
    app.open_resource_server("https://new.example.com/").await;
    let moved = |client: &mut authly_domain::clients::Client| {
        client.default_audience = vec!["https://new.example.com/".parse().unwrap()];
    };
    client.change(&app.context, moved).await;
    let tokens = rp.client_credentials().await.expect_tokens();
    assert_eq!(
        claims(&tokens.access_token)["aud"],
        "https://new.example.com/"
    );
}

#[tokio::test]
async fn a_token_costs_one_write() {
    let app = TestApp::start().await;
    let rp = app.rp(&app.client().create().await);
    assert_issued(&rp.client_credentials().await);
    let (answer, round_trips) = app.round_trips_of(rp.client_credentials()).await;
    assert_issued(&answer);
    assert_eq!(round_trips, 1);
}

#[tokio::test]
async fn a_hundred_requests_at_once_get_a_token_each() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    let answers = join_all((0..100).map(|_| rp.client_credentials())).await;
    let given: BTreeSet<_> = answers
        .iter()
        .map(|answer| {
            claims(&answer.expect_tokens().access_token)["jti"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let rows = app.stored().tokens_of(&client.id).await;
    let stored: BTreeSet<_> = rows
        .iter()
        .map(|row| row.id.as_uuid().to_string())
        .collect();
    assert_eq!(stored.len(), 100);
    assert_eq!(given, stored);
}
