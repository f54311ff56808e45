//! Which claims a token opens (OpenID Connect Core §5.4).

use authly_domain::users::Profile;
use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::machine_support::members;

fn full_profile() -> Profile {
    let text = |text: &str| Some(text.to_owned());
    Profile {
        name: text("Alice B. Adams"),
        given_name: text("Alice"),
        family_name: text("Adams"),
        middle_name: text("B."),
        nickname: text("Ali"),
        profile: text("https://alice.example.com/"),
        picture: text("https://alice.example.com/face.png"),
        website: text("https://blog.example.com/"),
        gender: text("female"),
        birthdate: text("1990-02-28"),
        zoneinfo: text("Europe/Paris"),
        locale: text("fr-FR"),
        ..Profile::default()
    }
}

/// What UserInfo says of a user with this profile for a token with this scope.
async fn claims_for(profile: Profile, scope: &str) -> (Value, String) {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").profile(profile).create().await;
    let tokens = app.tokens(&client, &alice, scope).await;
    let answer = app.rp(&client).userinfo(&tokens.access_token).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    (answer.json(), alice.subject)
}

#[tokio::test]
async fn openid_alone_opens_the_subject_alone() {
    let (claims, subject) = claims_for(full_profile(), "openid notes:read").await;
    assert_eq!(claims, json!({ "sub": subject }));
}

#[tokio::test]
async fn the_scope_email_opens_the_address() {
    let (claims, subject) = claims_for(full_profile(), "openid email").await;
    assert_eq!(
        claims,
        json!({ "sub": subject, "email": "alice@example.com", "email_verified": true })
    );
}

#[tokio::test]
async fn the_scope_profile_opens_the_profile() {
    let (mut claims, subject) = claims_for(full_profile(), "openid profile").await;
    let updated_at = claims
        .as_object_mut()
        .unwrap()
        .remove("updated_at")
        .unwrap();
    assert!(updated_at.as_i64().unwrap() > 1_500_000_000);
    assert_eq!(
        claims,
        json!({
            "sub": subject,
            "preferred_username": "alice",
            "name": "Alice B. Adams",
            "given_name": "Alice",
            "family_name": "Adams",
            "middle_name": "B.",
            "nickname": "Ali",
            "profile": "https://alice.example.com/",
            "picture": "https://alice.example.com/face.png",
            "website": "https://blog.example.com/",
            "gender": "female",
            "birthdate": "1990-02-28",
            "zoneinfo": "Europe/Paris",
            "locale": "fr-FR",
        })
    );
}

#[tokio::test]
async fn what_is_not_known_is_absent_instead_of_null() {
    let (claims, _subject) = claims_for(Profile::default(), "openid profile email").await;
    assert_eq!(
        members(&claims),
        [
            "email",
            "email_verified",
            "preferred_username",
            "sub",
            "updated_at"
        ]
    );
}

#[tokio::test]
async fn without_an_address_there_is_no_email_claim() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").without_email().create().await;
    let tokens = app.tokens(&client, &alice, "openid email").await;
    let claims = app.rp(&client).userinfo(&tokens.access_token).await.json();
    assert_eq!(claims, json!({ "sub": alice.subject }));
}

#[tokio::test]
async fn the_subject_is_the_one_of_the_id_token() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, "openid").await;
    let id_token = authly_testing::answer::claims(tokens.id_token.as_deref().unwrap());
    let claims = app.rp(&client).userinfo(&tokens.access_token).await.json();
    assert_eq!(claims["sub"], id_token["sub"]);
}

#[tokio::test]
async fn a_narrowed_token_opens_less() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, "openid email").await;
    let rp = app.rp(&client);
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.refresh()),
        ("scope", "openid"),
    ];
    let narrowed = rp.token(&form).await.expect_tokens();
    let claims = rp.userinfo(&narrowed.access_token).await.json();
    assert_eq!(claims, json!({ "sub": alice.subject }));
}
