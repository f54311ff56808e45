//! `GET /.well-known/jwks.json` (RFC 7517 §5).

use std::collections::BTreeSet;
use std::time::Duration;

use authly_testing::TestApp;
use authly_testing::answer::jose_header;
use authly_testing::rp::{http_client, send};
use pretty_assertions::assert_eq;
use reqwest::header::IF_NONE_MATCH;
use serde_json::Value;

use crate::machine_support::{every_published_key, get, published_keys};

const JWKS: &str = "/.well-known/jwks.json";

fn text<'k>(key: &'k Value, name: &str) -> &'k str {
    key[name].as_str().unwrap_or_default()
}

#[tokio::test]
async fn there_is_one_key_for_each_algorithm_and_two_while_the_next_is_announced() {
    let app = TestApp::start().await;
    let keys = published_keys(&app).await;
    let mut kinds: Vec<_> = keys
        .iter()
        .map(|key| {
            (
                text(key, "alg"),
                text(key, "kty"),
                text(key, "crv"),
                text(key, "use"),
            )
        })
        .collect();
    kinds.sort_unstable();
    let expected = [
        ("ES256", "EC", "P-256", "sig"),
        ("EdDSA", "OKP", "Ed25519", "sig"),
        ("PS256", "RSA", "", "sig"),
        ("RS256", "RSA", "", "sig"),
    ];
    assert_eq!(kinds, expected);

    announce_the_next(&app).await;
    let keys = published_keys(&app).await;
    let names: BTreeSet<_> = keys.iter().map(|key| text(key, "kid")).collect();
    assert_eq!(names.len(), 8);
    let values: BTreeSet<_> = keys
        .iter()
        .map(|key| (text(key, "n"), text(key, "x")))
        .collect();
    assert_eq!(values.len(), 8, "no key serves two algorithms");
}

/// The keys of the tests have signed for 30 days of their 90.
async fn announce_the_next(app: &TestApp) {
    app.advance(Duration::from_hours(59 * 24));
    app.deps.keys.follow_schedule().await.unwrap();
}

#[tokio::test]
async fn no_private_part_is_published() {
    let app = TestApp::start().await;
    let keys = every_published_key(&app).await;
    assert_eq!(keys.len(), 5);
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "key_ops"] {
            assert_eq!(key.get(private), None, "{private}");
        }
    }
}

#[tokio::test]
async fn who_has_the_keys_gets_no_second_copy() {
    let app = TestApp::start().await;
    let first = send(get(&app, JWKS)).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("cache-control"), "public, max-age=900");
    assert_eq!(first.header("content-type"), "application/json");
    let etag = first.header("etag");
    assert!(etag.starts_with('"') && etag.ends_with('"'));

    for known in [etag, "*", &format!("\"x\", W/{etag}")] {
        let again = send(get(&app, JWKS).header(IF_NONE_MATCH, known)).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{known}");
        assert_eq!(again.header("etag"), etag);
        assert_eq!(again.header("cache-control"), "public, max-age=900");
    }
    let other = send(get(&app, JWKS).header(IF_NONE_MATCH, "\"x\"")).await;
    assert_eq!((other.status, other.body), (200, first.body));
}

#[tokio::test]
async fn a_key_is_published_before_it_signs_and_for_as_long_as_its_tokens_live() {
    let app = TestApp::start().await;
    let rp = app.rp(&app.client().create().await);
    let kid_of_a_token = async || {
        let token = rp.client_credentials().await.expect_tokens().access_token;
        jose_header(&token)["kid"].clone()
    };
    let names = async || -> Vec<Value> {
        let keys = published_keys(&app).await;
        keys.into_iter().map(|key| key["kid"].clone()).collect()
    };
    announce_the_next(&app).await;
    let (before, signed_before) = (names().await, kid_of_a_token().await);
    app.advance(Duration::from_hours(24));
    app.deps.keys.follow_schedule().await.unwrap();
    let (after, signed_after) = (names().await, kid_of_a_token().await);

    assert_ne!(signed_before, signed_after);
    assert!(before.contains(&signed_after));
    assert!(after.contains(&signed_before));
    assert_eq!(after.len(), 8, "those that retire, and those that sign");

    // The longest that a token may live, however lifetimes are changed meanwhile.
    app.advance(Duration::from_hours(24));
    app.deps.keys.refresh().await.unwrap();
    assert!(names().await.contains(&signed_before));
    app.advance(Duration::from_mins(2));
    app.deps.keys.refresh().await.unwrap();
    assert!(!names().await.contains(&signed_before));
}

#[tokio::test]
async fn every_node_publishes_the_same_keys_without_asking_the_database() {
    let app = TestApp::start().await;
    let (here, round_trips) = app.round_trips_of(send(get(&app, JWKS))).await;
    assert_eq!(round_trips, 0);
    let another = app.another_node().await;
    let there = send(http_client().get(another.url(JWKS))).await;
    assert_eq!(here.body, there.body);
    assert_eq!(here.header("etag"), there.header("etag"));
}
