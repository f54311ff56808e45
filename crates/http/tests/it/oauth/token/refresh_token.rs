//! `grant_type=refresh_token` (OAuth 2.1 §4.3): what an exchange yields.

mod lifetime;
mod refused;
mod reuse;

use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::answer::{Tokens, claims, jose_header};
use authly_testing::fixtures::TestClient;
use authly_testing::rp::Rp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::machine_support::{
    OPENID, assert_issued, assert_json, assert_refused, at_hash, members, unchanged,
};

/// A server, a client and tokens that alice gave it.
async fn started() -> (TestApp, TestClient, Tokens) {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    (app, client, tokens)
}

/// A refresh request for a part of the scope.
async fn refresh_for(rp: &Rp, token: &str, scope: &str) -> authly_testing::answer::Answer {
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("scope", scope),
    ];
    rp.token(&form).await
}

#[tokio::test]
async fn an_exchange_yields_new_tokens_and_spends_the_old_one() {
    let (app, client, first) = started().await;
    app.advance(Duration::from_mins(10));
    let rp = app.rp(&client);
    let answer = rp.refresh(first.refresh()).await;
    assert_json(&answer);
    let next = answer.expect_tokens();

    assert_eq!(
        members(&next.json),
        [
            "access_token",
            "expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(next.json["token_type"], "Bearer");
    assert_eq!(next.json["expires_in"], 900);
    assert_eq!(next.json["scope"], OPENID);
    assert_ne!(next.refresh(), first.refresh());
    assert_ne!(next.access_token, first.access_token);

    let rows = app.stored().tokens_of(&client.id).await;
    assert_eq!(rows.len(), 4);
    let spent = rows.iter().filter(|row| row.is_spent);
    assert_eq!(spent.count(), 1);
    assert_eq!(
        app.stored()
            .unspent_refresh_tokens_of(&client.id)
            .await
            .len(),
        1
    );
    assert_eq!(app.stored().grants_of(&client.id).await.len(), 1);
    // The first access token lives on until its own end.
    assert!(rp.is_active(&first.access_token).await);
    assert!(rp.is_active(&next.access_token).await);
}

#[tokio::test]
async fn the_new_id_token_speaks_of_the_same_login() {
    let (app, client, first) = started().await;
    app.advance(Duration::from_mins(10));
    let next = app
        .rp(&client)
        .refresh(first.refresh())
        .await
        .expect_tokens();

    let (old, new) = (
        first.id_token.as_deref().unwrap(),
        next.id_token.as_deref().unwrap(),
    );
    let mut expected = claims(old);
    let times = expected.as_object_mut().unwrap();
    times.remove("nonce");
    for (name, later) in [("iat", 600), ("exp", 600)] {
        let then = times[name].as_i64().unwrap();
        times.insert(name.to_owned(), json!(then + later));
    }
    times.insert("at_hash".to_owned(), json!(at_hash(&next.access_token)));
    assert_eq!(claims(new), expected);
    assert_eq!(jose_header(new), jose_header(old));
}

#[tokio::test]
async fn a_narrowed_scope_narrows_the_access_token_and_not_the_next_refresh_token() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let narrowed = refresh_for(&rp, first.refresh(), "notes:read profile")
        .await
        .expect_tokens();
    assert_eq!(narrowed.json["scope"], "notes:read profile");
    assert_eq!(
        claims(&narrowed.access_token)["scope"],
        "notes:read profile"
    );
    assert_eq!(narrowed.id_token, None, "openid was left out");
    assert_eq!(
        rp.introspect(&narrowed.access_token).await.json()["scope"],
        "notes:read profile"
    );

    let full = rp.refresh(narrowed.refresh()).await.expect_tokens();
    assert_eq!(full.json["scope"], OPENID);
    assert!(full.id_token.is_some());
}

#[tokio::test]
async fn a_scope_beyond_the_granted_one_is_refused_and_the_token_stays_usable() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let flood = (0..65)
        .map(|n| format!("s{n}"))
        .collect::<Vec<_>>()
        .join(" ");
    for scope in [
        "notes:write",
        "openid notes:write",
        "offline_access",
        "no-such-scope",
        "openid\"",
        "openid\tprofile",
        "é",
        &flood,
    ] {
        let answer = unchanged(&app, refresh_for(&rp, first.refresh(), scope)).await;
        assert_refused(&answer, 400, "invalid_scope");
    }
    let answer = refresh_for(&rp, first.refresh(), "").await;
    assert_eq!(answer.expect_tokens().json["scope"], OPENID);
}

#[tokio::test]
async fn resources_narrow_in_the_same_way() {
    let (notes, files) = ("https://notes.example.com/", "https://files.example.com/");
    let app = TestApp::start().await;
    let client = app.client().resources(&[notes, files]).create().await;
    let alice = app.user("alice").create().await;
    let asked = app.ask(&client, "notes:read", &[("resource", notes)]);
    let page = app.walk(&mut app.browser(), &asked, &alice).await;
    let rp = app.rp(&client);
    let code = page.answered("code").unwrap();
    let first = rp.redeem(&code, &asked.verifier).await.expect_tokens();
    let for_resource = async |resource| {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first.refresh()),
            ("resource", resource),
        ];
        rp.token(&form).await
    };

    for resource in [files, "https://unknown.example.com/", "files"] {
        let answer = unchanged(&app, for_resource(resource)).await;
        assert_refused(&answer, 400, "invalid_target");
    }
    let next = for_resource(notes).await.expect_tokens();
    assert_eq!(claims(&next.access_token)["aud"], Value::from(notes));
}

#[tokio::test]
async fn a_client_that_does_not_rotate_keeps_its_refresh_token() {
    let app = TestApp::start().await;
    let client = app.client().no_rotation().create().await;
    let alice = app.user("alice").create().await;
    let first = app.tokens(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    for _ in 0..3 {
        // Not used for a while, but in time each time: the idle lifetime begins anew.
        app.advance(Duration::from_hours(20 * 24));
        let next = rp.refresh(first.refresh()).await.expect_tokens();
        assert!(
            next.refresh_token
                .as_deref()
                .is_none_or(|same| same == first.refresh())
        );
        assert!(rp.is_active(&next.access_token).await);
    }
    assert_eq!(
        app.stored()
            .unspent_refresh_tokens_of(&client.id)
            .await
            .len(),
        1
    );
    assert_eq!(
        app.stored()
            .audit_actions()
            .await
            .iter()
            .filter(|a| a.contains("reuse"))
            .count(),
        0
    );
}

#[tokio::test]
async fn a_public_client_rotates_whatever_is_registered() {
    let app = TestApp::start().await;
    let client = app.client().public().no_rotation().create().await;
    let alice = app.user("alice").create().await;
    let first = app.tokens(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    let next = rp.refresh(first.refresh()).await.expect_tokens();
    assert_ne!(next.refresh(), first.refresh());

    app.advance(Duration::from_secs(10));
    assert_refused(&rp.refresh(first.refresh()).await, 400, "invalid_grant");
    assert_refused(&rp.refresh(next.refresh()).await, 400, "invalid_grant");
}

#[tokio::test]
async fn an_exchange_takes_four_round_trips() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let second = rp.refresh(first.refresh()).await.expect_tokens();
    let (answer, round_trips) = app.round_trips_of(rp.refresh(second.refresh())).await;
    assert_issued(&answer);
    assert_eq!(round_trips, 4);
}
