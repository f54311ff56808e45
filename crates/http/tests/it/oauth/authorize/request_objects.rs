//! Requests that the client signs (RFC 9101, OpenID Connect Core §6).

mod changed;
mod encrypted;
mod registered_uris;

use authly_domain::clients::{Client, ClientProfile, RequestObjectRule};
use authly_domain::clock::Clock as _;
use authly_domain::keys::SigningAlgorithm;
use authly_testing::TestApp;
use authly_testing::signer::Signer;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::assertion_support::{ask, claims as assertion_claims, unsigned};
use crate::machine_support::{assert_refused, unchanged};
use crate::support::{Answered, Asking, Trusted, expect_error_page};

/// A client that signs its requests, and a user who has allowed it everything.
struct Signing {
    trusted: Trusted,
    signer: Signer,
}

impl Signing {
    async fn start(profile: ClientProfile) -> Self {
        let profiled = |client: &mut Client| client.profile = profile;
        Self::with(TestApp::start().await, Signer::es256(), profiled).await
    }

    /// With a client that is registered otherwise, from the beginning: nodes keep copies of clients.
    async fn with(app: TestApp, signer: Signer, change: impl FnOnce(&mut Client)) -> Self {
        let client = app.client().signing_requests(&signer).with(change);
        let client = client.create().await;
        let trusted = Box::pin(Trusted::with(app, client)).await;
        Self { trusted, signer }
    }

    /// What a request object says that is right in everything.
    fn right(&self) -> Value {
        let now = self.trusted.app.clock.now().unix_seconds();
        let mut claims = json!({
            "iss": "web", "aud": self.trusted.app.issuer(), "nbf": now, "exp": now + 60,
        });
        for (name, value) in self.trusted.asking().fields() {
            claims[name] = value.into();
        }
        claims["state"] = "signed".into();
        claims
    }

    /// A request object with a change.
    fn object(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.right();
        change(&mut claims);
        self.signer.sign(&json!({}), &claims)
    }

    /// A request that says who asks, and carries this.
    fn carrying(&self, name: &str, value: &str) -> Asking {
        let mut asking = self.trusted.asking();
        for other in [
            "response_type",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method",
        ] {
            asking = asking.without(other);
        }
        asking.and(name, value)
    }

    async fn answered(&mut self, asking: &Asking) -> Answered {
        let page = self.trusted.browser.get(&asking.target()).await;
        Answered::in_query(&page, self.trusted.client.redirect_uri())
    }
}

#[tokio::test]
async fn what_a_client_has_signed_is_answered() {
    for profile in ClientProfile::ALL {
        for signer in [Signer::es256(), Signer::eddsa()] {
            let app = TestApp::start().await;
            let profiled = |client: &mut Client| client.profile = profile;
            let mut signing = Signing::with(app, signer, profiled).await;
            let asking = signing.carrying("request", &signing.object(|_claims| {}));
            let answered = signing.answered(&asking).await;
            assert!(answered.get("code").is_some(), "{profile:?} {answered:?}");
            assert_eq!(answered.get("state"), Some("signed"));
        }
    }
    let app = TestApp::start().await;
    let profiled = |client: &mut Client| client.profile = ClientProfile::Oidc;
    let mut signing = Signing::with(app, Signer::rs256(), profiled).await;
    let asking = signing.carrying("request", &signing.object(|_claims| {}));
    assert!(signing.answered(&asking).await.get("code").is_some());
}

#[tokio::test]
async fn what_is_signed_is_never_overruled_from_outside() {
    for profile in ClientProfile::ALL {
        let mut signing = Signing::start(profile).await;
        let object = signing.object(|claims| claims["prompt"] = "none".into());
        let asking = signing.trusted.asking().and("request", &object);
        let asking = asking
            .with("state", "outside")
            .with("scope", "openid nothing")
            .with("redirect_uri", "https://evil.example/")
            .with("response_type", "token")
            .and("prompt", "login");
        let answered = signing.answered(&asking).await;
        assert!(answered.get("code").is_some(), "{profile:?} {answered:?}");
        assert_eq!(answered.get("state"), Some("signed"));
    }
}

#[tokio::test]
async fn what_is_not_signed_is_ignored_but_for_the_profile_of_openid_connect() {
    use RequestObjectRule::{Optional, Required};
    for (profile, rule, state) in [
        (ClientProfile::Strict, Optional, None),
        (ClientProfile::Fapi2, Optional, None),
        (ClientProfile::Oidc, Optional, Some("the state")),
        (ClientProfile::Oidc, Required, None),
    ] {
        let mut signing = Signing::start(profile).await;
        // The user has allowed it everything by a request that was not signed.
        let Trusted { app, client, .. } = &signing.trusted;
        let all = |client: &mut Client| client.requests.rule = rule;
        client.change(&app.context, all).await;
        let without_state = signing.object(|claims| drop(take(claims, "state")));
        let asking = signing.trusted.asking().and("request", &without_state);
        let answered = signing.answered(&asking).await;
        assert!(
            answered.get("code").is_some(),
            "{profile:?} {rule:?} {answered:?}"
        );
        assert_eq!(answered.get("state"), state, "{profile:?} {rule:?}");

        let without_challenge = signing.object(|claims| drop(take(claims, "code_challenge")));
        let asking = signing.trusted.asking().and("request", &without_challenge);
        let answered = signing.answered(&asking).await;
        let code = answered.get("code");
        assert_eq!(code.is_some(), state.is_some(), "{profile:?} {rule:?}");
    }
}

fn take(claims: &mut Value, name: &str) -> Option<Value> {
    claims.as_object_mut().unwrap().remove(name)
}

#[tokio::test]
async fn what_is_not_in_order_is_refused_and_nothing_is_stored() {
    let mut signing = Signing::start(ClientProfile::Strict).await;
    let (right, other) = (signing.right(), Signer::es256());
    let now = signing.trusted.app.clock.now().unix_seconds();
    let with = |name: &str, value: Value| signing.object(|claims| claims[name] = value);
    let without = |name: &str| signing.object(|claims| drop(take(claims, name)));
    let typed = |typ: &str| signing.signer.sign(&json!({ "typ": typ }), &right);
    let rs256 = Signer::rs256().sign(&json!({}), &right);
    let objects = [
        ("of another key", other.sign(&json!({}), &right)),
        ("of another algorithm", rs256),
        ("of no type of ours", typed("at+jwt")),
        (
            "an assertion by its type",
            typed("client-authentication+jwt"),
        ),
        ("by another", with("iss", json!("other"))),
        ("of another client", with("client_id", json!("other"))),
        (
            "for another server",
            with("aud", json!("https://other.example")),
        ),
        ("for the client", with("aud", json!("web"))),
        ("about the client", with("sub", json!("web"))),
        ("over", with("exp", json!(now - 30))),
        ("for a year", with("exp", json!(now + 365 * 86_400))),
        ("over as a text", with("exp", json!((now + 60).to_string()))),
        ("for later", with("nbf", json!(now + 60))),
        (
            "within itself",
            with("request", json!(signing.object(|_claims| {}))),
        ),
        (
            "elsewhere",
            with("request_uri", json!("https://a.example/r")),
        ),
        ("with a number of states", with("state", json!(["a", "b"]))),
        ("with a NUL", with("state", json!("a\0"))),
        ("without iss", without("iss")),
        ("without aud", without("aud")),
        ("without exp", without("exp")),
        ("without client_id", without("client_id")),
        ("encrypted", "a.b.c.d.e".to_owned()),
        ("unsigned", unsigned(&right)),
    ];
    for (what, object) in objects {
        let asking = signing.trusted.asking().and("request", &object);
        let answered = signing
            .trusted
            .expect_error(&asking, "invalid_request_object");
        assert_eq!(answered.await.get("state"), Some("the state"), "{what}");
    }
}

#[tokio::test]
async fn only_the_registered_algorithm_counts() {
    let only = |client: &mut Client| client.requests.alg = Some(SigningAlgorithm::EdDsa);
    let app = TestApp::start().await;
    let mut signing = Signing::with(app, Signer::es256(), only).await;
    let asking = signing.trusted.asking();
    let asking = asking.and("request", &signing.object(|_claims| {}));
    signing
        .trusted
        .expect_error(&asking, "invalid_request_object")
        .await;
}

#[tokio::test]
async fn what_cannot_be_told_to_the_client_is_told_on_a_page() {
    let mut signing = Signing::start(ClientProfile::Strict).await;
    let wrong = Signer::es256().sign(&json!({}), &signing.right());
    let elsewhere =
        signing.object(|claims| claims["redirect_uri"] = "https://evil.example/".into());
    let right = signing.object(|_claims| {});
    let unregistered = signing.trusted.asking().and("request", &wrong);
    for asking in [
        // Nobody has signed the address that it names.
        unregistered.with("redirect_uri", "https://evil.example/"),
        signing.carrying("request", &elsewhere),
        signing.trusted.asking().and("request", &elsewhere),
        // Who asks is said outside (RFC 9101 §5).
        signing.carrying("request", &right).without("client_id"),
    ] {
        let page = signing.trusted.refused(&asking).await;
        expect_error_page(&page, 400);
    }
}

#[tokio::test]
async fn a_client_registered_to_sign_all_its_requests_sends_no_other() {
    let (app, signer) = (TestApp::start().await, Signer::es256());
    let all = |client: &mut Client| client.requests.rule = RequestObjectRule::Required;
    let client = app.client().signing_requests(&signer).with(all);
    let client = client.create().await;
    let alice = app.user("alice").create().await;
    let browser = app.logged_in(&alice).await;
    let trusted = Trusted {
        app,
        client,
        alice,
        browser,
    };
    let mut signing = Signing { trusted, signer };
    let plain = signing.trusted.asking();
    signing
        .trusted
        .expect_error(&plain, "invalid_request")
        .await;
    let asked = signing.carrying("request", &signing.object(|_claims| {}));
    let Trusted {
        app,
        client,
        alice,
        browser,
    } = &mut signing.trusted;
    let page = app.walk(browser, &asked.asked(), alice).await;
    let answered = Answered::in_query(&page, client.redirect_uri());
    assert!(answered.get("code").is_some(), "{answered:?}");
}

#[tokio::test]
async fn there_is_one_request_object_and_it_stands_there_once() {
    let mut signing = Signing::start(ClientProfile::Strict).await;
    let object = signing.object(|_claims| {});
    let asking = signing.trusted.asking().and("request", &object);
    for (name, value) in [
        ("request", object.as_str()),
        ("request_uri", "https://a.example/r"),
        ("scope", "openid"),
    ] {
        let asking = asking.clone().and(name, value);
        signing
            .trusted
            .expect_error(&asking, "invalid_request")
            .await;
    }
}

#[tokio::test]
async fn neither_passes_for_the_other_assertion_or_request_object() {
    let (app, signer) = (TestApp::start().await, Signer::es256());
    let client = app.client().private_key_jwt(&signer).create().await;
    let trusted = Trusted::with(app, client).await;
    let mut signing = Signing { trusted, signer };
    let app = &signing.trusted.app;
    let object = signing.object(|claims| claims["jti"] = "1".into());
    let answer = unchanged(app, ask(app, &object)).await;
    assert_refused(&answer, 401, "invalid_client");

    let mut claims = assertion_claims(app, "web", "2");
    for (name, value) in signing.trusted.asking().fields() {
        claims[name] = value.into();
    }
    let assertion = signing.signer.sign(&json!({}), &claims);
    let asking = signing.trusted.asking().and("request", &assertion);
    signing
        .trusted
        .expect_error(&asking, "invalid_request_object")
        .await;
}
