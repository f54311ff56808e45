//! Refusals of clients that register themselves.

use std::collections::BTreeSet;

use authly_domain::refusals::Reason;
use authly_domain::registration::RegistrationMode;
use authly_testing::answer::Answer;
use authly_testing::rp::{http_client, send};
use authly_testing::signer::Signer;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::Desk;

const REGISTER: &str = "/api/v1/oauth/register";

async fn desk(mode: RegistrationMode) -> Desk {
    let setup = Setup::default().policies(move |policies| {
        policies.registration.mode = mode;
        policies.registration.open_clients = 1;
        policies.registration.open_per_address = 2;
    });
    Desk::of(setup.app().await).await
}

async fn register(app: &TestApp, token: Option<&str>, said: &Value) -> Answer {
    let request = http_client().post(app.url(REGISTER)).json(said);
    send(match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
    .await
}

fn web() -> Value {
    json!({ "redirect_uris": ["https://app.example/callback"] })
}

async fn of_tokens(desk: &mut Desk) {
    let answer = register(&desk.app, None, &web()).await;
    desk.expect(&answer, Reason::TokenMissing).await;
    let answer = register(&desk.app, Some("authly_iat_unknown"), &web()).await;
    desk.expect(&answer, Reason::InitialAccessToken).await;
    let place = format!("{REGISTER}/client-1");
    let own = http_client().get(desk.app.url(&place)).bearer_auth("wrong");
    let answer = send(own).await;
    desk.expect(&answer, Reason::RegistrationAccessToken).await;
}

async fn of_metadata(desk: &mut Desk, token: &str) {
    let answer = register(&desk.app, Some(token), &json!([])).await;
    desk.expect(&answer, Reason::DocumentMalformed).await;
    let fragment = json!({ "redirect_uris": ["https://app.example/#x"] });
    let answer = register(&desk.app, Some(token), &fragment).await;
    let refusal = desk.expect(&answer, Reason::RegisteredRedirectUri).await;
    let told = refusal["explanation"].as_str().unwrap();
    assert!(told.ends_with("What is wrong: redirect_uris."), "{told}");
    let signer = Signer::es256();
    for (claims, reason, more) in [
        (
            json!({"iss": "https://a.example"}),
            Reason::SoftwareStatement,
            "",
        ),
        (
            json!({}),
            Reason::SoftwareStatementWrong,
            "Its iss is missing or cannot be used.",
        ),
    ] {
        let mut stated = web();
        stated["software_statement"] = signer.sign(&json!({}), &claims).into();
        let answer = register(&desk.app, Some(token), &stated).await;
        let refusal = desk.expect(&answer, reason).await;
        let told = refusal["explanation"].as_str().unwrap();
        assert!(told.ends_with(more), "{told}");
    }
    for (member, value) in [
        ("initiate_login_uri", json!("http://app.example/")),
        ("scope", json!("openid unheard-of")),
        ("client_name", json!(1)),
        ("response_types", json!(["token"])),
    ] {
        let mut said = web();
        said[member] = value;
        let answer = register(&desk.app, Some(token), &said).await;
        let refusal = desk.expect(&answer, Reason::RegisteredMetadata).await;
        let told = refusal["explanation"].as_str().unwrap();
        assert!(told.ends_with(&format!("wrong: {member}.")), "{told}");
    }
}

async fn of_everybody(desk: &mut Desk) {
    let first = register(&desk.app, None, &web()).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let answer = register(&desk.app, None, &web()).await;
    desk.expect(&answer, Reason::RegistrationsFull).await;
    let answer = register(&desk.app, None, &web()).await;
    let refusal = desk.expect(&answer, Reason::RegistrationThrottled).await;
    let told = refusal["explanation"].as_str().unwrap();
    assert!(told.ends_with("tried in 900 s."), "{told}");
}

pub(super) async fn reasons() -> BTreeSet<Reason> {
    let mut closed = desk(RegistrationMode::Closed).await;
    let answer = register(&closed.app, None, &web()).await;
    closed.expect(&answer, Reason::RegistrationClosed).await;
    let mut seen = closed.seen;

    let mut tokens = desk(RegistrationMode::Token).await;
    of_tokens(&mut tokens).await;
    let new = json!({ "name": "Suite", "scope": "openid" });
    let made = tokens.root.post("/admin/initial-access-tokens", &new).await;
    let made = made.json();
    of_metadata(&mut tokens, made["token"].as_str().unwrap()).await;
    seen.extend(tokens.seen);

    let mut open = desk(RegistrationMode::Open).await;
    of_everybody(&mut open).await;
    seen.extend(open.seen);
    seen
}
