//! Keys that are fetched from where the client keeps them (`jwks_uri`).

use std::sync::Arc;
use std::time::Duration;

use authly_domain::clients::ClientProfile;
use authly_testing::signer::{Signer, key_set};
use authly_testing::stranger::{Answer, Conduct, Seen};
use authly_testing::{Setup, Stranger, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::assertion_support::{ask, ask_with, claims};
use crate::machine_support::{TOKEN, assert_refused, basic, post_form, unchanged};

const PATH: &str = "/jwks";

/// A server with a client `web` whose keys are at this host.
async fn app_at(stranger: &Stranger) -> TestApp {
    let app = Setup::default().stranger(stranger).app().await;
    app.client()
        .private_key_jwt_at(&stranger.url(PATH))
        .create()
        .await;
    app
}

fn serve(stranger: &Stranger, keys: &[Value]) {
    stranger.serve(PATH, &key_set(keys).to_string());
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept() {
    let (stranger, signer) = (Stranger::start().await, Signer::es256());
    serve(&stranger, &[signer.named("one")]);
    let app = app_at(&stranger).await;
    for number in 0..5 {
        let jti = number.to_string();
        let header = json!({ "kid": "one" });
        let _ = ask(&app, &signer.sign(&header, &claims(&app, "web", &jti)))
            .await
            .expect_tokens();
    }
    assert_eq!(stranger.seen().requests, 1);
}

#[tokio::test]
async fn a_caller_cannot_make_us_fetch_at_will() {
    let (stranger, signer, other) = (Stranger::start().await, Signer::es256(), Signer::es256());
    serve(&stranger, &[signer.named("one")]);
    let app = app_at(&stranger).await;
    let _ = ask_with(&app, &signer, "1", |_claims| {})
        .await
        .expect_tokens();
    app.advance(Duration::from_secs(30));
    for number in 0..15 {
        let header = json!({ "kid": format!("unknown-{number}") });
        let wrong = other.sign(&header, &claims(&app, "web", "2"));
        let answer = unchanged(&app, ask(&app, &wrong)).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    // One more than before, however many have asked.
    assert_eq!(stranger.seen().requests, 2);
    let _ = ask_with(&app, &signer, "3", |_claims| {})
        .await
        .expect_tokens();
}

#[tokio::test]
async fn a_new_key_without_a_name_is_found_too() {
    let (stranger, old, new) = (Stranger::start().await, Signer::es256(), Signer::es256());
    serve(&stranger, &[old.jwk()]);
    let app = app_at(&stranger).await;
    let _ = ask_with(&app, &old, "1", |_claims| {})
        .await
        .expect_tokens();
    serve(&stranger, &[new.jwk()]);
    app.advance(Duration::from_secs(30));
    let _ = ask_with(&app, &new, "2", |_claims| {})
        .await
        .expect_tokens();
}

#[tokio::test]
async fn keys_that_are_of_no_use_do_not_spoil_the_others() {
    let (stranger, signer, private) = (Stranger::start().await, Signer::es256(), Signer::es256());
    let mut leaked = private.named("leaked");
    leaked["d"] = "AAAA".into();
    let mut off_curve = private.named("no point");
    off_curve["y"] = off_curve["x"].clone();
    let keys = [
        json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" }),
        json!({ "kty": "oct", "k": "AAAA" }),
        json!(7),
        Signer::short_rs256().named("short"),
        off_curve,
        leaked,
        signer.named("one"),
    ];
    serve(&stranger, &keys);
    let app = app_at(&stranger).await;
    let _ = ask_with(&app, &signer, "1", |_claims| {})
        .await
        .expect_tokens();
    // Whose private half everybody can read proves nothing.
    let asked = ask_with(&app, &private, "2", |_claims| {});
    assert_refused(&unchanged(&app, asked).await, 401, "invalid_client");
}

#[tokio::test]
async fn a_key_that_is_too_short_proves_nothing_beside_one_that_is_not() {
    let (stranger, short, sound) = (
        Stranger::start().await,
        Signer::short_rs256(),
        Signer::rs256(),
    );
    serve(&stranger, &[short.named("short"), sound.named("sound")]);
    let app = Setup::default().stranger(&stranger).app().await;
    let client = app.client().private_key_jwt_at(&stranger.url(PATH));
    client.profile(ClientProfile::Oidc).create().await;
    let signed = |signer: &Signer, kid: &str, jti: &str| {
        signer.sign(&json!({ "kid": kid }), &claims(&app, "web", jti))
    };
    // RS256 is good here, and that key alone is not.
    let _ = ask(&app, &signed(&sound, "sound", "1"))
        .await
        .expect_tokens();
    let by_short = signed(&short, "short", "2");
    let answer = unchanged(&app, ask(&app, &by_short)).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn what_is_no_key_set_lets_nobody_in_and_nobody_learns_why() {
    let signer = Signer::es256();
    let key = signer.jwk();
    let many = key_set(&vec![key.clone(); 21]).to_string();
    let huge = format!(
        "{}{}",
        key_set(std::slice::from_ref(&key)),
        " ".repeat(70_000)
    );
    let mut said = Vec::new();
    for answer in [
        Answer::json("[]"),
        Answer::json("{"),
        Answer::json(r#"{"keys":[],"keys":[]}"#),
        Answer::json(&many),
        Answer::json(&huge),
        Answer::json(&key_set(std::slice::from_ref(&key)).to_string()).status(302),
        Answer::json(&key_set(&[key]).to_string()).header("Content-Type", "text/html"),
        Answer::json("").status(500),
    ] {
        let stranger = Stranger::start().await;
        stranger.at(PATH, answer.into());
        let app = app_at(&stranger).await;
        let asked = ask_with(&app, &signer, "1", |_claims| {});
        let answer = unchanged(&app, asked).await;
        assert_refused(&answer, 401, "invalid_client");
        assert_eq!(stranger.seen().requests, 1);
        said.push(answer.body);
    }
    // An address that is not public tells no more than those that are.
    let stranger = Stranger::start().await;
    let app = TestApp::start().await;
    app.client()
        .private_key_jwt_at(&stranger.url_at("127.0.0.1", PATH))
        .create()
        .await;
    let answer = ask_with(&app, &signer, "1", |_claims| {}).await;
    assert_refused(&answer, 401, "invalid_client");
    assert_eq!(stranger.seen(), Seen::default());
    said.push(answer.body);
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
}

#[tokio::test]
async fn who_signs_while_the_keys_cannot_be_fetched_does_not_wait_for_it_afterwards() {
    let (stranger, signer, other) = (Stranger::start().await, Signer::es256(), Signer::es256());
    stranger.at(PATH, Answer::json("").status(500).into());
    let app = app_at(&stranger).await;
    // More often than a client may guess.
    for number in 0..25 {
        let jti = number.to_string();
        let asked = ask_with(&app, &signer, &jti, |_claims| {});
        let answer = unchanged(&app, asked).await;
        assert_refused(&answer, 401, "invalid_client");
    }
    assert_eq!(app.stored().row_counts().await["throttles"], 0);
    serve(&stranger, &[signer.jwk()]);
    app.advance(Duration::from_secs(30));
    let _ = ask_with(&app, &signer, "at last", |_claims| {})
        .await
        .expect_tokens();
    // What others sign is counted as ever.
    let asked = ask_with(&app, &other, "guessed", |_claims| {});
    assert_refused(&unchanged(&app, asked).await, 401, "invalid_client");
    assert!(app.stored().row_counts().await["throttles"] > 0);
}

#[tokio::test]
async fn a_host_that_keeps_us_waiting_holds_no_connection_to_the_database() {
    let (stranger, signer) = (Stranger::start().await, Signer::es256());
    let gate = Arc::new(Semaphore::new(0));
    let keys = Answer::json(&key_set(&[signer.jwk()]).to_string());
    stranger.at(PATH, Conduct::Held(Arc::clone(&gate), keys));
    let app = Setup::default()
        .stranger(&stranger)
        .pool_size(1)
        .app()
        .await;
    app.client()
        .private_key_jwt_at(&stranger.url(PATH))
        .create()
        .await;
    let other = app.client().id("other").create().await;
    let waiting = ask_with(&app, &signer, "1", |_claims| {});
    let meanwhile = async {
        stranger.was_asked(1).await;
        let header = basic(format!("other:{}", other.secret.as_deref().unwrap()));
        let answer = post_form(&app, TOKEN, Some(&header), "grant_type=client_credentials").await;
        gate.add_permits(1);
        answer
    };
    let (waited, meanwhile) = tokio::join!(waiting, meanwhile);
    let _ = meanwhile.expect_tokens();
    let _ = waited.expect_tokens();
}
