//! An issuer with a path: everything is below it, and the metadata are where each specification looks
//! for them (RFC 8414 §3.1, OpenID Connect Discovery §4.1).

use authly_testing::rp::{http_client, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;

use super::{OAUTH_METADATA, OPENID_CONFIGURATION, read};
use crate::machine_support::{OPENID, assert_issued};

const PATH: &str = "/auth/eu";

async fn started() -> TestApp {
    Setup::default().issuer_path(PATH).app().await
}

#[tokio::test]
async fn the_metadata_are_at_every_address_where_they_are_looked_for() {
    let app = started().await;
    assert!(app.issuer().ends_with(PATH));
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    assert_eq!(document["issuer"], app.issuer());
    for address in [
        app.url(OAUTH_METADATA),
        // RFC 8414 §3.1: between host and path.
        app.root_url(&format!("{OAUTH_METADATA}{PATH}")),
        app.root_url(&format!("{OPENID_CONFIGURATION}{PATH}")),
    ] {
        assert_eq!(read(address).await, document);
    }
}

#[tokio::test]
async fn every_address_in_the_metadata_is_below_the_path_and_answers() {
    let app = started().await;
    let document = read(app.url(OPENID_CONFIGURATION)).await;
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name.ends_with("_uri") {
            let address = value.as_str().unwrap();
            assert!(address.starts_with(&format!("{}/", app.issuer())), "{name}");
            let answer = send(http_client().get(address)).await;
            assert_ne!(answer.status, 404, "{name}");
        }
    }
}

#[tokio::test]
async fn nothing_else_is_at_the_root() {
    let app = started().await;
    for path in [
        OPENID_CONFIGURATION,
        OAUTH_METADATA,
        "/.well-known/jwks.json",
        "/health",
        "/login",
        "/api/v1/oauth/token",
        "/auth/health",
        "/auth/eu2/health",
        "/.well-known/openid-configuration/auth",
        "/.well-known/openid-configuration/auth/eu/x",
    ] {
        let answer = send(http_client().get(app.root_url(path))).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_whole_flow_runs_below_the_path() {
    let app = started().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    let userinfo = rp.userinfo(&tokens.access_token).await.json();
    assert_eq!(userinfo["sub"], alice.subject.as_str());
    let introspected = rp.introspect(&tokens.access_token).await.json();
    assert_eq!(introspected["iss"], app.issuer());
    assert_issued(&rp.refresh(tokens.refresh()).await);
}
