//! Requests that are fetched from where the client keeps them.

use std::sync::Arc;
use std::time::Duration;

use authly_testing::stranger::{Answer, Conduct};
use authly_testing::{Setup, Stranger};
use pretty_assertions::assert_eq;
use tokio::sync::Semaphore;

use super::*;

const PATH: &str = "/request";

/// Where requests are kept, and a client that has registered it.
async fn start(profile: ClientProfile) -> (Stranger, Signing) {
    let stranger = Stranger::start().await;
    let app = Setup::default().stranger(&stranger).app().await;
    let kept = stranger.url(PATH);
    let fragments = ["", "#one", "#two"];
    let uris = fragments.map(|fragment| format!("{kept}{fragment}").parse().unwrap());
    let registered = |client: &mut Client| {
        client.profile = profile;
        client.requests.uris = uris.into();
    };
    let signing = Signing::with(app, Signer::es256(), registered).await;
    (stranger, signing)
}

fn as_jwt(object: &str) -> Answer {
    Answer::json(object).header("Content-Type", "application/oauth-authz-req+jwt")
}

#[tokio::test]
async fn a_request_is_fetched_from_a_registered_address_and_kept() {
    for profile in [ClientProfile::Strict, ClientProfile::Oidc] {
        let (stranger, mut signing) = start(profile).await;
        let object = format!("{}\n", signing.object(|_claims| {}));
        stranger.at(PATH, as_jwt(&object).into());
        let asking = signing.carrying("request_uri", stranger.url(PATH).as_str());
        for _again in 0..3 {
            let answered = signing.answered(&asking).await;
            assert!(answered.get("code").is_some(), "{profile:?} {answered:?}");
            assert_eq!(answered.get("state"), Some("signed"));
        }
        assert_eq!(stranger.seen().requests, 1);
    }
}

#[tokio::test]
async fn an_address_that_is_not_registered_is_never_asked() {
    let (stranger, mut signing) = start(ClientProfile::Strict).await;
    stranger.at(PATH, as_jwt(&signing.object(|_claims| {})).into());
    let registered = stranger.url(PATH);
    for uri in [
        format!("{registered}?a=b"),
        format!("{registered}#three"),
        format!("{registered}#"),
        format!("{registered}/"),
        registered.as_str().replace("https", "HTTPS"),
        registered.as_str().replace("https", "http"),
        stranger.url("/other").as_str().to_owned(),
        "urn:ietf:params:oauth:request_uri:x".to_owned(),
        "https://169.254.169.254/".to_owned(),
        "nonsense".to_owned(),
    ] {
        let asking = signing.trusted.asking().and("request_uri", &uri);
        signing
            .trusted
            .expect_error(&asking, "invalid_request_uri")
            .await;
    }
    assert_eq!(stranger.seen().connections, 0);
}

#[tokio::test]
async fn what_is_there_and_no_request_of_the_client_is_refused_in_the_same_words() {
    let mut said = Vec::new();
    for what in ["json", "missing", "huge", "moved", "foreign", "not text"] {
        let (stranger, mut signing) = start(ClientProfile::Strict).await;
        let object = signing.object(|_claims| {});
        let answer = match what {
            "json" => Answer::json(&object),
            "missing" => as_jwt(&object).status(404),
            "huge" => as_jwt(&format!("{object}{}", " ".repeat(70_000))),
            "moved" => as_jwt(&object).status(302),
            "foreign" => as_jwt(&Signer::es256().sign(&json!({}), &signing.right())),
            _ => as_jwt(&object).body(vec![0xff, 0xfe]),
        };
        stranger.at(PATH, answer.into());
        let uri = stranger.url(PATH);
        let asking = signing.trusted.asking().and("request_uri", uri.as_str());
        let answered = signing
            .trusted
            .expect_error(&asking, "invalid_request_uri")
            .await;
        assert_eq!(stranger.seen().requests, 1, "{what}");
        said.push(answered.get("error_description").unwrap().to_owned());
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
}

#[tokio::test]
async fn a_request_that_has_expired_is_fetched_anew() {
    let (stranger, mut signing) = start(ClientProfile::Strict).await;
    let asking = signing.carrying("request_uri", stranger.url(PATH).as_str());
    stranger.at(PATH, as_jwt(&signing.object(|_claims| {})).into());
    assert!(signing.answered(&asking).await.get("code").is_some());
    signing.trusted.app.advance(Duration::from_secs(100));
    let next = signing.object(|claims| claims["state"] = "next".into());
    stranger.at(PATH, as_jwt(&next).into());
    let answered = signing.answered(&asking).await;
    assert!(answered.get("code").is_some(), "{answered:?}");
    assert_eq!(answered.get("state"), Some("next"));
    assert_eq!(stranger.seen().requests, 2);
}

#[tokio::test]
async fn at_another_fragment_is_another_document_whatever_is_kept() {
    let (stranger, mut signing) = start(ClientProfile::Strict).await;
    let uri = stranger.url(PATH);
    stranger.at(PATH, as_jwt(&signing.object(|_claims| {})).into());
    let at = |fragment: &str| signing.carrying("request_uri", &format!("{uri}{fragment}"));
    let (one, two) = (at("#one"), at("#two"));
    let answered = signing.answered(&one).await;
    assert_eq!(answered.get("state"), Some("signed"), "{answered:?}");
    let next = signing.object(|claims| claims["state"] = "next".into());
    stranger.at(PATH, as_jwt(&next).into());
    for (asking, state) in [(&one, "signed"), (&two, "next"), (&one, "signed")] {
        let answered = signing.answered(asking).await;
        assert!(answered.get("code").is_some(), "{answered:?}");
        assert_eq!(answered.get("state"), Some(state));
    }
    // The fragment itself stays here.
    let asked: Vec<_> = stranger
        .received()
        .into_iter()
        .map(|one| one.path)
        .collect();
    assert_eq!(asked, [PATH, PATH]);
}

#[tokio::test]
async fn whoever_keeps_us_waiting_holds_no_connection_to_the_database() {
    let (stranger, gate) = (Stranger::start().await, Arc::new(Semaphore::new(0)));
    let app = Setup::default().stranger(&stranger).pool_size(1);
    let app = app.app().await;
    let kept = stranger.url(PATH).as_str().parse().unwrap();
    let registered = |client: &mut Client| client.requests.uris = vec![kept];
    let mut signing = Signing::with(app, Signer::es256(), registered).await;
    let object = as_jwt(&signing.object(|_claims| {}));
    stranger.at(PATH, Conduct::Held(Arc::clone(&gate), object));
    let asking = signing.carrying("request_uri", stranger.url(PATH).as_str());
    let plain = signing.trusted.asking();
    let app = &signing.trusted.app;
    let mut other = app.logged_in(&signing.trusted.alice).await;
    let target = asking.target();
    let waiting = signing.trusted.browser.get(&target);
    let meanwhile = async {
        stranger.was_asked(1).await;
        let page = other.get(&plain.target()).await;
        gate.add_permits(1);
        page
    };
    let (waited, meanwhile) = tokio::join!(waiting, meanwhile);
    let redirect_uri = signing.trusted.client.redirect_uri();
    for page in [waited, meanwhile] {
        let answered = Answered::in_query(&page, redirect_uri);
        assert!(answered.get("code").is_some(), "{answered:?}");
    }
}
