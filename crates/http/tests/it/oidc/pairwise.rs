//! Pairwise subjects (OpenID Connect Core §8).

use authly_domain::clients::SubjectType;
use authly_testing::TestApp;
use authly_testing::answer::{Tokens, claims};
use authly_testing::fixtures::TestClient;
use pretty_assertions::{assert_eq, assert_ne};
use serde_json::Value;

/// A client with pairwise subjects, of this sector.
async fn pairwise(app: &TestApp, id: &str, host: &str) -> TestClient {
    let uri = format!("https://{host}/{id}");
    let client = app.client().id(id).redirect_uris(&[&uri]);
    let client = client.with(|client| client.openid.subject_type = SubjectType::Pairwise);
    client.create().await
}

fn sub(token: &str) -> String {
    claims(token)["sub"].as_str().unwrap().to_owned()
}

/// The one `sub` that everything says which comes of these tokens.
async fn the_one_sub(app: &TestApp, client: &TestClient, tokens: &Tokens) -> String {
    let rp = app.rp(client);
    let of_id_token = sub(tokens.id_token.as_deref().unwrap());
    let userinfo = rp.userinfo(&tokens.access_token).await.json();
    let introspected = rp.introspect(&tokens.access_token).await.json();
    let refresh = rp.introspect(tokens.refresh()).await.json();
    let said = [userinfo, introspected, refresh].map(|json: Value| json["sub"].clone());
    for said in said {
        assert_eq!(said, of_id_token.as_str());
    }
    assert_eq!(sub(&tokens.access_token), of_id_token);
    of_id_token
}

#[tokio::test]
async fn every_sub_that_a_client_sees_is_that_of_its_sector() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let bob = app.user("bob").create().await;
    let first = pairwise(&app, "first", "app.example").await;
    let second = pairwise(&app, "second", "app.example").await;
    let other = pairwise(&app, "other", "other.example").await;

    let tokens = app.tokens(&first, &alice, "openid").await;
    let known = the_one_sub(&app, &first, &tokens).await;
    assert_ne!(known, alice.subject);
    let renewed = app
        .rp(&first)
        .refresh(tokens.refresh())
        .await
        .expect_tokens();
    assert_eq!(the_one_sub(&app, &first, &renewed).await, known);

    let same_sector = app.tokens(&second, &alice, "openid").await;
    assert_eq!(the_one_sub(&app, &second, &same_sector).await, known);
    let elsewhere = app.tokens(&other, &alice, "openid").await;
    assert_ne!(the_one_sub(&app, &other, &elsewhere).await, known);
    let somebody_else = app.tokens(&first, &bob, "openid").await;
    assert_ne!(the_one_sub(&app, &first, &somebody_else).await, known);
}

#[tokio::test]
async fn the_sid_of_a_session_is_that_of_its_sector_alone() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let mut sids = Vec::new();
    for (id, host) in [
        ("first", "app.example"),
        ("second", "app.example"),
        ("other", "other.example"),
    ] {
        let client = pairwise(&app, id, host).await;
        let tokens = app.tokens_in(&mut browser, &client, &alice, "openid").await;
        let sid = claims(tokens.id_token.as_deref().unwrap())["sid"].clone();
        // A grant keeps the name that it began with.
        let elsewhere = "https://sector.example/uris.json";
        let move_away = |client: &mut authly_domain::clients::Client| {
            client.openid.sector_identifier_uri = Some(elsewhere.to_owned());
        };
        client.change(&app.context, move_away).await;
        let renewed = app.rp(&client).refresh(tokens.refresh()).await;
        let renewed = renewed.expect_tokens().id_token.unwrap();
        assert_eq!(claims(&renewed)["sid"], sid);
        sids.push(sid);
    }
    let public = app.client().id("public").create().await;
    let tokens = app.tokens_in(&mut browser, &public, &alice, "openid").await;
    sids.push(claims(tokens.id_token.as_deref().unwrap())["sid"].clone());
    let session = app.stored().grants_of("public").await[0].session.unwrap();
    assert_eq!(sids[0], sids[1]);
    assert_ne!(sids[0], sids[2]);
    assert_eq!(sids[3], session.as_uuid().to_string());
    assert!(!sids[..3].contains(&sids[3]), "{sids:?}");
}

#[tokio::test]
async fn what_is_no_name_of_its_sector_is_not_told_without_the_scope_for_it() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = pairwise(&app, "first", "app.example").await;
    let rp = app.rp(&client);
    let tokens = app.tokens(&client, &alice, "openid").await;
    for token in [tokens.access_token.as_str(), tokens.refresh()] {
        let told = rp.introspect(token).await.json();
        assert_eq!(told["active"], true);
        assert_eq!(told.get("username"), None);
    }
    let tokens = app.tokens(&client, &alice, "openid profile").await;
    let told = rp.introspect(&tokens.access_token).await.json();
    assert_eq!(told["username"], "alice");
}

#[tokio::test]
async fn every_node_and_every_start_says_the_same() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = pairwise(&app, "first", "app.example").await;
    let here = app.tokens(&client, &alice, "openid").await;
    let node = app.another_node().await;
    let code = app.code(&client, &alice, "openid").await;
    let there = node.rp(&client).redeem(&code.code, &code.verifier).await;
    let there = there.expect_tokens();
    assert_eq!(sub(&here.access_token), sub(&there.access_token));
}

#[tokio::test]
async fn a_hint_speaks_of_the_user_by_the_name_that_the_client_knows() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = pairwise(&app, "first", "app.example").await;
    let mut browser = app.logged_in(&alice).await;
    let tokens = app.tokens_in(&mut browser, &client, &alice, "openid").await;
    let hint = tokens.id_token.unwrap();
    let more = [("id_token_hint", hint.as_str()), ("prompt", "none")];
    let page = browser.get(&app.ask(&client, "openid", &more).target).await;
    assert!(page.answered("code").is_some(), "{page:?}");

    let wish = serde_json::json!({ "id_token": { "sub": { "value": alice.subject } } });
    let wish = wish.to_string();
    let more = [("claims", wish.as_str()), ("prompt", "none")];
    let page = browser.get(&app.ask(&client, "openid", &more).target).await;
    assert_eq!(page.answered("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn a_change_of_the_registration_leaves_the_grants_that_are_there_as_they_are() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let client = pairwise(&app, "first", "app.example").await;
    let tokens = app.tokens(&client, &alice, "openid").await;
    let public = |client: &mut authly_domain::clients::Client| {
        client.openid.subject_type = SubjectType::Public;
    };
    client.change(&app.context, public).await;
    let renewed = app
        .rp(&client)
        .refresh(tokens.refresh())
        .await
        .expect_tokens();
    assert_eq!(
        sub(renewed.id_token.as_deref().unwrap()),
        sub(tokens.id_token.as_deref().unwrap())
    );
    let anew = app.tokens(&client, &alice, "openid").await;
    assert_eq!(sub(anew.id_token.as_deref().unwrap()), alice.subject);
}
