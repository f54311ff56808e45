//! Refusals of the authorization endpoint.

use std::collections::BTreeSet;
use std::time::Duration;

use authly_domain::clients::RequestObjectRule;
use authly_domain::clock::Clock as _;
use authly_domain::refusals::Reason;
use authly_testing::TestApp;
use authly_testing::signer::Signer;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::Desk;
use crate::support::{Asking, Trusted};

/// Which parameter is changed how, and why that is refused.
type Row = (&'static str, &'static str, Reason);

const WRONG: &[Row] = &[
    ("request", "a.b.c", Reason::RequestObject),
    ("request_uri", "urn:x", Reason::RequestUri),
    ("response_type", "", Reason::ResponseTypeMissing),
    ("response_type", "token", Reason::ResponseTypeUnsupported),
    ("response_mode", "smoke", Reason::ResponseModeUnsupported),
    ("state", "a\u{7f}", Reason::TextTooLong),
    ("scope", "\"", Reason::ScopeMalformed),
    ("scope", "openid admin", Reason::ScopeNotAllowed),
    ("code_challenge_method", "plain", Reason::ChallengeMethod),
    ("code_challenge", "short", Reason::ChallengeMalformed),
    ("code_challenge", "", Reason::MethodWithoutChallenge),
    ("prompt", "none login", Reason::PromptNoneWithOthers),
    ("prompt", "create", Reason::PromptUnsupported),
    ("max_age", "-1", Reason::MaxAge),
    ("claims", "{", Reason::ClaimsMalformed),
    (
        "claims",
        r#"{"id_token":{"acr":{"essential":true,"value":"9"}}}"#,
        Reason::AcrOutOfReach,
    ),
    (
        "claims",
        r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#,
        Reason::SubjectsDiffer,
    ),
    ("id_token_hint", "a.b.c", Reason::IdTokenHint),
    ("resource", "api", Reason::ResourceMalformed),
    ("client_id", "", Reason::ClientNotNamed),
    ("client_id", "nobody", Reason::UnknownClient),
    ("redirect_uri", "", Reason::RedirectUriMissing),
];

fn changed(asking: Asking, name: &str, value: &str) -> Asking {
    if value.is_empty() {
        asking.without(name)
    } else {
        asking.with(name, value)
    }
}

/// Every reason that was met, each of which was looked up.
pub(super) async fn reasons() -> BTreeSet<Reason> {
    let town = Trusted::start().await;
    let Trusted {
        app,
        client,
        mut browser,
        ..
    } = town;
    let mut desk = Desk::of(app).await;
    let right = Asking::of(&client, "openid");
    for (name, value, reason) in WRONG {
        let asking = changed(right.clone(), name, value);
        let page = browser.get(&asking.target()).await;
        desk.expect(&page.answer, *reason).await;
    }
    let twice = right.clone().and("nonce", "another");
    let page = browser.get(&twice.target()).await;
    let refusal = desk.expect(&page.answer, Reason::ParameterRepeated).await;
    assert_eq!(refusal["came"], "nonce");
    let twice = right.clone().and("redirect_uri", "another");
    let page = browser.get(&twice.target()).await;
    desk.expect(&page.answer, Reason::RedirectUriRepeated).await;
    let bare = right.clone().without("code_challenge");
    let bare = bare.without("code_challenge_method");
    let page = browser.get(&bare.target()).await;
    desk.expect(&page.answer, Reason::ChallengeMissing).await;
    let more = right.clone().with("prompt", "none").with("scope", "openid");
    let strangers = more.clone();
    let page = desk.app.browser().get(&strangers.target()).await;
    desk.expect(&page.answer, Reason::LoginRequired).await;
    let long = right.clone().with("login_hint", &"x".repeat(40_000));
    let page = browser.get(&long.target()).await;
    desk.expect(&page.answer, Reason::AddressTooLong).await;

    // A redirect URI with a slash too many, as the issue has it.
    let registered = client.redirect_uri().to_owned();
    let wrong = format!("{registered}/");
    let page = browser
        .get(&right.with("redirect_uri", &wrong).target())
        .await;
    let refusal = desk.expect(&page.answer, Reason::RedirectUriNotRegistered);
    let refusal = refusal.await;
    let told = format!(
        "The redirect_uri is not registered for the client. redirect_uri {wrong} differs from the \
         registered {registered} by a trailing slash."
    );
    assert_eq!(refusal["explanation"], told);
    assert_eq!(refusal["came"], wrong);
    assert_eq!(refusal["expected"], format!("one of: {registered}"));

    consent_and_nonce(&mut desk).await;
    signed_requests(&mut desk).await;
    desk.seen
}

async fn consent_and_nonce(desk: &mut Desk) {
    let app: &TestApp = &desk.app;
    let user = app.user("bob").create().await;
    let mut browser = app.logged_in(&user).await;
    let fresh = app.client().id("fresh").create().await;
    let asking = Asking::of(&fresh, "openid").with("prompt", "none");
    let page = browser.get(&asking.target()).await;
    desk.expect(&page.answer, Reason::ConsentRequired).await;
    let exempt = desk.app.client().id("exempt").without_pkce();
    let exempt = exempt.create().await;
    let asking = Asking::of(&exempt, "openid").without("nonce");
    let asking = asking.without("code_challenge");
    let asking = asking.without("code_challenge_method");
    let page = browser.get(&asking.target()).await;
    desk.expect(&page.answer, Reason::NonceMissing).await;

    // Somebody else logs in than the request speaks of.
    let asking = Asking::of(&fresh, "openid");
    let someone = r#"{"id_token":{"sub":{"value":"somebody"}}}"#;
    let asking = asking.with("claims", someone);
    let mut elsewhere = desk.app.browser();
    let page = elsewhere.get(&asking.target()).await;
    let page = elsewhere.follow(&page).await;
    // A login counts that was made after the request came.
    desk.app.advance(Duration::from_secs(2));
    let (name, password) = (&user.username, &user.password);
    let page = elsewhere.fill_in_login(&page, name, password).await;
    let refusal = desk.expect(&page.answer, Reason::OtherUser).await;
    assert_eq!(refusal["client_id"], "fresh");

    let page = browser.get(&Asking::of(&fresh, "openid").target()).await;
    let consent = browser.get(page.expect_location().as_str()).await;
    let page = browser.submit(&consent.form("deny")).await;
    let refusal = desk.expect(&page.answer, Reason::DeniedByUser).await;
    assert_eq!(refusal["client_id"], "fresh");
}

/// What is told of requests that are signed, and of those that ought to be: nothing that they say.
async fn signed_requests(desk: &mut Desk) {
    let signer = Signer::es256();
    // Nobody is let reach an address of our own network.
    let inside = "https://127.0.0.1:1/request";
    let client = desk.app.client().id("signing").signing_requests(&signer);
    let client = client.with(|client| {
        client.requests.rule = RequestObjectRule::Required;
        client.requests.uris = vec![inside.parse().unwrap()];
    });
    let client = client.create().await;
    let mut browser = desk.app.browser();
    let asking = Asking::of(&client, "openid");
    let page = browser.get(&asking.target()).await;
    desk.expect(&page.answer, Reason::RequestNotSigned).await;
    let fetched = asking.clone().and("request_uri", inside);
    let page = browser.get(&fetched.target()).await;
    desk.expect(&page.answer, Reason::RequestUriUnreachable)
        .await;
    let twice = fetched.and("request", "a.b.c");
    let page = browser.get(&twice.target()).await;
    desk.expect(&page.answer, Reason::RequestTwice).await;

    let now = desk.app.clock.now().unix_seconds();
    let claims = json!({
        "iss": "signing", "client_id": "signing", "aud": desk.app.issuer(), "exp": now + 60,
        "state": "whatever it says",
    });
    let foreign = Signer::es256().sign(&json!({}), &claims);
    let mut endless = claims;
    endless.as_object_mut().unwrap().remove("exp");
    let endless = signer.sign(&json!({}), &endless);
    let told = "The request object is none that the client has made for this server and for now.";
    for (object, why) in [
        (foreign, "No key of the client's has signed it."),
        (endless, "Its exp is missing or cannot be used."),
    ] {
        let (claims, wrong) = (object.split('.').nth(1).unwrap(), "https://evil.example/");
        let carrying = asking.clone().and("request", &object);
        for asking in [carrying.clone(), carrying.with("redirect_uri", wrong)] {
            let page = browser.get(&asking.target()).await;
            let refusal = desk.expect(&page.answer, Reason::RequestObject).await;
            assert_eq!(refusal["explanation"], format!("{told} {why}"));
            assert_eq!(refusal["client_id"], "signing");
            let kept = refusal.to_string();
            assert!(!kept.contains(&claims[..10]), "{kept}");
            assert!(!kept.contains("whatever it says"), "{kept}");
            assert!(!kept.contains(wrong), "{kept}");
        }
    }
}
