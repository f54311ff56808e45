//! Clients that prove themselves by an assertion (RFC 7523).

mod fetched_keys;

use std::time::Duration;

use authly_domain::clients::ClientProfile;
use authly_domain::clock::Clock as _;
use authly_domain::keys::SigningAlgorithm;
use authly_testing::TestApp;
use authly_testing::signer::{Signer, key_set};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::assertion_support::{ASK, ask, ask_with, carried, claims, post_asserted};
use crate::machine_support::{
    INTROSPECT, REVOKE, TOKEN, assert_refused, basic, post_form, unchanged,
};

/// A server with a client `web` that signs with this key.
async fn app_with(signer: &Signer) -> TestApp {
    let app = TestApp::start().await;
    app.client().private_key_jwt(signer).create().await;
    app
}

async fn assertions_in_mind(app: &TestApp) -> i64 {
    app.stored().row_counts().await["client_assertions"]
}

#[tokio::test]
async fn an_assertion_proves_the_client_at_every_endpoint() {
    let signer = Signer::es256();
    let app = app_with(&signer).await;
    let sign = |jti: &str| signer.sign(&json!({}), &claims(&app, "web", jti));

    let token = ask(&app, &sign("1")).await.expect_tokens();
    let form = format!("token={}", token.access_token);
    let introspected = post_asserted(&app, INTROSPECT, &form, &sign("2")).await;
    assert_eq!(introspected.json()["active"], true);
    let revoked = post_asserted(&app, REVOKE, &form, &sign("3")).await;
    assert_eq!(revoked.status, 200);
    let introspected = post_asserted(&app, INTROSPECT, &form, &sign("4")).await;
    assert_eq!(introspected.json(), json!({ "active": false }));
    // The client may name itself beside it.
    let named = format!("{ASK}&client_id=web");
    let _ = post_asserted(&app, TOKEN, &named, &sign("5"))
        .await
        .expect_tokens();
}

#[tokio::test]
async fn keys_of_every_kind_sign_assertions() {
    for signer in [Signer::es256(), Signer::eddsa(), Signer::rs256()] {
        let app = TestApp::start().await;
        let client = app.client().private_key_jwt(&signer);
        client.profile(ClientProfile::Oidc).create().await;
        let _ = ask_with(&app, &signer, "1", |_claims| {})
            .await
            .expect_tokens();
    }
}

#[tokio::test]
async fn an_assertion_counts_once_on_all_nodes_also_in_parallel_and_within_the_skew() {
    let signer = Signer::es256();
    let app = app_with(&signer).await;
    let other = app.another_node().await;
    let assertion = signer.sign(&json!({}), &claims(&app, "web", "1"));
    let nodes = (0..10).map(|number| if number % 2 == 0 { &app } else { &other });
    let answers = join_all(nodes.map(|node| ask(node, &assertion))).await;
    let let_in = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(let_in, 1);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_refused(refused, 401, "invalid_client");
    }
    // To the last moment at which a clock would take it.
    app.advance(Duration::from_secs(89));
    for node in [&app, &other] {
        let again = unchanged(&app, ask(node, &assertion)).await;
        assert_refused(&again, 401, "invalid_client");
    }
    assert_eq!(assertions_in_mind(&app).await, 1);
}

#[tokio::test]
async fn another_client_may_use_the_same_jti() {
    let (one, two) = (Signer::es256(), Signer::es256());
    let app = app_with(&one).await;
    app.client().id("two").private_key_jwt(&two).create().await;
    for (signer, id) in [(&one, "web"), (&two, "two")] {
        let _ = ask(&app, &signer.sign(&json!({}), &claims(&app, id, "same")))
            .await
            .expect_tokens();
    }
}

#[tokio::test]
async fn what_is_no_node_takes_any_more_is_forgotten() {
    let signer = Signer::es256();
    let app = app_with(&signer).await;
    let _ = ask_with(&app, &signer, "1", |_claims| {})
        .await
        .expect_tokens();
    app.jobs.run_due().await.unwrap();
    assert_eq!(assertions_in_mind(&app).await, 1);
    app.advance(Duration::from_mins(10));
    app.jobs.run_due().await.unwrap();
    assert_eq!(assertions_in_mind(&app).await, 0);
}

#[tokio::test]
async fn an_assertion_that_is_not_in_order_is_refused_and_nothing_is_stored() {
    let signer = Signer::es256();
    let app = app_with(&signer).await;
    let now = app.clock.now().unix_seconds();
    let wrong: [(&str, Value); 16] = [
        ("iss", json!("other")),
        ("sub", json!("other")),
        ("sub", json!(["web"])),
        ("aud", json!("https://other.example")),
        ("aud", json!(format!("{}{TOKEN}", app.issuer()))),
        ("aud", json!([app.issuer(), "https://other.example"])),
        ("aud", json!(7)),
        ("exp", json!(now - 31)),
        ("exp", json!(now + 365 * 86_400)),
        ("exp", json!("soon")),
        ("exp", json!(1e300)),
        ("nbf", json!(now + 120)),
        ("iat", json!(now + 120)),
        ("jti", json!("")),
        ("jti", json!(1)),
        ("exp", Value::Null),
    ];
    for (name, value) in wrong {
        let asked = ask_with(&app, &signer, "1", |claims| claims[name] = value.clone());
        let answer = unchanged(&app, asked).await;
        assert_refused(&answer, 401, "invalid_client");
        assert!(
            !answer.body.contains("exp") && !answer.body.contains("aud"),
            "{}",
            answer.body
        );
    }
    for name in ["iss", "sub", "aud", "exp", "jti"] {
        let asked = ask_with(&app, &signer, "1", |claims| {
            claims.as_object_mut().unwrap().remove(name);
        });
        assert_refused(&unchanged(&app, asked).await, 401, "invalid_client");
    }
}

#[tokio::test]
async fn a_signature_that_is_not_the_clients_is_refused() {
    let (signer, other) = (Signer::es256(), Signer::es256());
    let app = app_with(&signer).await;
    app.client()
        .id("other")
        .private_key_jwt(&other)
        .create()
        .await;
    let said = claims(&app, "web", "1");
    let right = signer.sign(&json!({}), &said);
    let (input, signature) = right.rsplit_once('.').unwrap();
    let (_, payload) = input.split_once('.').unwrap();
    for assertion in [
        // By another client's key, in this client's name.
        other.sign(&json!({}), &said),
        // Under the name of a key that is not there, or with one that comes along.
        other.sign(
            &json!({ "kid": "../../etc/passwd", "jwk": other.jwk() }),
            &said,
        ),
        // Of a type that is none, such as an access token.
        signer.sign(&json!({ "typ": "at+jwt" }), &said),
        signer.sign(&json!({ "crit": ["exp"] }), &said),
        // With `none` or a shared secret, and with nothing.
        format!("eyJhbGciOiJub25lIn0.{payload}."),
        format!("eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}"),
        format!("{input}."),
        "a.b.c".to_owned(),
        String::new(),
    ] {
        let answer = unchanged(&app, ask(&app, &assertion)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    let _ = ask(&app, &right).await.expect_tokens();
}

#[tokio::test]
async fn a_client_authenticates_by_the_one_method_that_it_is_registered_for() {
    let signer = Signer::es256();
    let app = app_with(&signer).await;
    let by_secret = app.client().id("by-secret").create().await;
    let secret = by_secret.secret.clone().unwrap();
    let assertion = signer.sign(&json!({}), &claims(&app, "web", "1"));

    // By a secret, or by nothing, in the place of an assertion.
    let header = basic(format!("web:{secret}"));
    assert_refused(
        &post_form(&app, TOKEN, Some(&header), ASK).await,
        401,
        "invalid_client",
    );
    for body in [
        format!("{ASK}&client_id=web&client_secret={secret}"),
        format!("{ASK}&client_id=web"),
    ] {
        let answer = unchanged(&app, post_form(&app, TOKEN, None, &body)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    // By an assertion in the place of a secret.
    let of_other = signer.sign(&json!({}), &claims(&app, "by-secret", "1"));
    assert_refused(
        &unchanged(&app, ask(&app, &of_other)).await,
        401,
        "invalid_client",
    );
    // By both.
    let body = format!("{ASK}&{}", carried(&assertion));
    let answer = unchanged(&app, post_form(&app, TOKEN, Some(&header), &body)).await;
    assert_refused(&answer, 400, "invalid_request");
    // In the name of another.
    let named = format!("{ASK}&client_id=by-secret");
    let answer = unchanged(&app, post_asserted(&app, TOKEN, &named, &assertion)).await;
    assert_refused(&answer, 401, "invalid_client");
    let _ = ask(&app, &assertion).await.expect_tokens();
}

#[tokio::test]
async fn the_algorithm_is_the_registered_one_where_there_is_one() {
    let (es256, eddsa) = (Signer::es256(), Signer::eddsa());
    let app = TestApp::start().await;
    let keys = key_set(&[es256.jwk(), eddsa.jwk()]);
    let client = app.client().private_key_jwt(&es256).with(|client| {
        client.jwks = Some(serde_json::from_value(keys).unwrap());
        client.assertion_alg = Some(SigningAlgorithm::EdDsa);
    });
    client.create().await;
    let asked = ask_with(&app, &es256, "1", |_claims| {});
    assert_refused(&unchanged(&app, asked).await, 401, "invalid_client");
    let _ = ask_with(&app, &eddsa, "1", |_claims| {})
        .await
        .expect_tokens();
}

#[tokio::test]
async fn wrong_assertions_are_slowed_as_wrong_secrets_are() {
    let (signer, other) = (Signer::es256(), Signer::es256());
    let app = app_with(&signer).await;
    for number in 0..20 {
        let wrong = ask_with(&app, &other, &number.to_string(), |_claims| {}).await;
        assert_refused(&wrong, 401, "invalid_client");
    }
    let asked = ask_with(&app, &other, "one more", |_claims| {});
    assert_refused(&asked.await, 429, "temporarily_unavailable");
    let asked = ask_with(&app, &signer, "right", |_claims| {});
    let (answer, round_trips) = app.round_trips_of(asked).await;
    assert_refused(&answer, 429, "temporarily_unavailable");
    assert_eq!((answer.header("retry-after"), round_trips), ("900", 0));
    app.advance(Duration::from_mins(15));
    let _ = ask_with(&app, &signer, "right", |_claims| {})
        .await
        .expect_tokens();
}

#[tokio::test]
async fn a_right_assertion_costs_one_round_trip_a_wrong_one_two_and_a_replay_two() {
    let (signer, other) = (Signer::es256(), Signer::es256());
    let app = app_with(&signer).await;
    let _ = ask_with(&app, &signer, "first", |_claims| {})
        .await
        .expect_tokens();
    let (answer, round_trips) = app
        .round_trips_of(ask_with(&app, &signer, "1", |_claims| {}))
        .await;
    let _ = answer.expect_tokens();
    assert_eq!(round_trips, 2, "the use is noted, the token is written");
    let (answer, round_trips) = app
        .round_trips_of(ask_with(&app, &other, "2", |_claims| {}))
        .await;
    assert_refused(&answer, 401, "invalid_client");
    assert_eq!(round_trips, 2, "the client is read, the guess is counted");
    let (answer, round_trips) = app
        .round_trips_of(ask_with(&app, &signer, "1", |_claims| {}))
        .await;
    assert_refused(&answer, 401, "invalid_client");
    assert_eq!(round_trips, 2, "the use is looked up, the guess is counted");
}

#[tokio::test]
async fn a_key_that_was_taken_away_is_refused_at_once_on_the_other_node() {
    let (old, new) = (Signer::es256(), Signer::es256());
    let app = TestApp::start().await;
    let client = app.client().private_key_jwt(&old).create().await;
    let other = app.another_node().await;
    let _ = ask_with(&other, &old, "1", |_claims| {})
        .await
        .expect_tokens();
    let keys = serde_json::from_value(key_set(&[new.jwk()])).unwrap();
    client
        .change(&app.context, |client| client.jwks = Some(keys))
        .await;

    let asked = ask_with(&other, &old, "2", |_claims| {});
    assert_refused(&unchanged(&app, asked).await, 401, "invalid_client");
    let _ = ask_with(&other, &new, "3", |_claims| {})
        .await
        .expect_tokens();
    client.disable(&app.context).await;
    let asked = ask_with(&other, &new, "4", |_claims| {});
    assert_refused(&unchanged(&app, asked).await, 401, "invalid_client");
}
