//! Refusals of clients at the token endpoint and its neighbours.

use std::collections::BTreeSet;
use std::time::Duration;

use authly_domain::clients::GrantType;
use authly_domain::refusals::Reason;
use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::rp::send;
use pretty_assertions::assert_eq;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};

use super::{Desk, ask};
use crate::assertion_support;
use crate::machine_support::{FORM, INTROSPECT, TOKEN, basic, get, post};

const ASK: (&str, &str) = ("grant_type", "client_credentials");

async fn raw(desk: &Desk, body: &str) -> Answer {
    let request = post(&desk.app, TOKEN).header(CONTENT_TYPE, FORM);
    send(request.body(body.to_owned())).await
}

async fn of_forms(desk: &mut Desk) {
    for (body, reason) in [
        ("a=%", Reason::BadEncoding),
        ("grant_type=a&grant_type=b", Reason::ParameterRepeated),
        ("grant_type=a%00", Reason::ParameterNul),
        ("grant_type=a", Reason::ClientNotNamed),
        ("client_id=a&client_assertion=b", Reason::ClientAssertion),
    ] {
        let answer = raw(desk, body).await;
        desk.expect(&answer, reason).await;
    }
    let answer = raw(desk, &"a=".repeat(40_000)).await;
    desk.expect(&answer, Reason::BodyTooLong).await;
    let json = post(&desk.app, TOKEN).header(CONTENT_TYPE, "application/json");
    let answer = send(json.body("{}")).await;
    desk.expect(&answer, Reason::MediaType).await;
    let packed = post(&desk.app, TOKEN)
        .header(CONTENT_TYPE, FORM)
        .header(CONTENT_ENCODING, "gzip");
    let answer = send(packed.body("x")).await;
    desk.expect(&answer, Reason::CompressedBody).await;
    let answer = send(get(&desk.app, TOKEN)).await;
    assert_eq!(answer.status, 405);
    let refusal = desk.expect(&answer, Reason::MethodNotAllowed).await;
    assert_eq!(refusal["expected"], "one of: POST, OPTIONS");
}

async fn of_credentials(desk: &mut Desk) {
    let app = &desk.app;
    let client = app.client().id("basic").create().await;
    let secret = client.secret.clone().unwrap();
    let right = basic(format!("basic:{secret}"));
    let both = [ASK, ("client_secret", "x")];
    let answer = ask(app, Some(&right), &both).await;
    desk.expect(&answer, Reason::SeveralClientMethods).await;
    let other = [ASK, ("client_id", "other")];
    let answer = ask(&desk.app, Some(&right), &other).await;
    let refusal = desk.expect(&answer, Reason::ClientIdsDiffer).await;
    assert_eq!(
        (&refusal["expected"], &refusal["came"]),
        (&"basic".into(), &"other".into())
    );
    let bearer = post(&desk.app, TOKEN).header(AUTHORIZATION, "Bearer x");
    let answer = send(bearer.form(&[ASK])).await;
    desk.expect(&answer, Reason::BasicMalformed).await;

    let posted = [ASK, ("client_id", "basic"), ("client_secret", &secret)];
    let answer = ask(&desk.app, None, &posted).await;
    let refusal = desk.expect(&answer, Reason::WrongClientMethod).await;
    assert_eq!(
        refusal["explanation"],
        "The client authenticated by another method than it is registered for. It is registered \
         for client_secret_basic, and the request used client_secret_post."
    );
    assert_eq!(refusal["client_id"], "basic");

    let answer = assertion_support::ask(&desk.app, "a.b.c").await;
    let refusal = desk.expect(&answer, Reason::WrongClientAssertion).await;
    let sentence = refusal["explanation"].as_str().unwrap();
    assert!(
        sentence.ends_with(" It is no well-formed JWT."),
        "{sentence}"
    );
    let answer = ask(&desk.app, Some(&basic("basic:wrong")), &[ASK]).await;
    desk.expect(&answer, Reason::WrongClientSecret).await;
    let answer = ask(&desk.app, Some(&basic("nobody:wrong")), &[ASK]).await;
    desk.expect(&answer, Reason::UnknownClient).await;

    let minute = Duration::from_mins(1);
    desk.app.replace_secret(&client, minute).await;
    desk.app.advance(minute * 2);
    let answer = ask(&desk.app, Some(&right), &[ASK]).await;
    let refusal = desk.expect(&answer, Reason::WrongClientSecret).await;
    let sentence = refusal["explanation"].as_str().unwrap();
    assert!(
        sentence.contains("It is an earlier secret, which was replaced and ended at "),
        "{sentence}"
    );
    for _ in 0..20 {
        ask(&desk.app, Some(&basic("basic:wrong")), &[ASK]).await;
    }
    let answer = ask(&desk.app, Some(&basic("basic:wrong")), &[ASK]).await;
    let refusal = desk.expect(&answer, Reason::ClientThrottled).await;
    let sentence = refusal["explanation"].as_str().unwrap();
    assert!(sentence.contains("of this client from this address"));

    let gone = desk.app.client().id("gone").create().await;
    gone.disable(&desk.app.context).await;
    let answer = desk.app.rp(&gone).client_credentials().await;
    desk.expect(&answer, Reason::ClientDisabled).await;
}

/// Resource servers that the robot gets no tokens for: another client's, and one that is disabled.
async fn register_others(app: &TestApp) {
    let other = app.client().id("other");
    other.resources(&["https://other.example"]).create().await;
    app.open_resource_server("https://off.example").await;
    app.disable_resource_server("https://off.example").await;
}

async fn of_requests(desk: &mut Desk) {
    let public = desk.app.client().id("public").public().create().await;
    let rp = desk.app.rp(&public);
    let answer = rp.introspect("token").await;
    desk.expect(&answer, Reason::ClientNotConfidential).await;
    let answer = rp.post(INTROSPECT, &[]).await;
    let refusal = desk.expect(&answer, Reason::ParameterMissing).await;
    assert_eq!(refusal["expected"], "token");
    let answer = rp.token(&[("grant_type", "password")]).await;
    let refusal = desk.expect(&answer, Reason::UnknownGrantType).await;
    assert_eq!(refusal["came"], "password");
    let answer = rp.client_credentials().await;
    let refusal = desk.expect(&answer, Reason::GrantTypeNotAllowed).await;
    assert_eq!(
        refusal["expected"],
        "one of: authorization_code refresh_token"
    );

    let robot = desk.app.client().id("robot");
    let robot = robot
        .grants(&[GrantType::ClientCredentials])
        .scope("notes:write")
        .resources(&["https://api.example"]);
    let robot = robot.create().await;
    register_others(&desk.app).await;
    let rp = desk.app.rp(&robot);
    for (name, value, reason) in [
        ("scope", "a\"b", Reason::ScopeMalformed),
        ("scope", "notes:read", Reason::ScopeNotAllowed),
        ("resource", "api", Reason::ResourceMalformed),
        (
            "resource",
            "https://other.example",
            Reason::ResourceNotAllowed,
        ),
        (
            "resource",
            "https://nowhere.example",
            Reason::ResourceUnknown,
        ),
        ("resource", "https://off.example", Reason::ResourceDisabled),
    ] {
        let mut form = vec![ASK, (name, value)];
        if name != "scope" {
            form.push(("scope", "notes:write"));
        }
        let answer = rp.token(&form).await;
        let refusal = desk.expect(&answer, reason).await;
        // What is malformed may be anything, a secret included.
        let is_malformed = [Reason::ScopeMalformed, Reason::ResourceMalformed].contains(&reason);
        let came = if is_malformed {
            serde_json::Value::Null
        } else {
            value.into()
        };
        assert_eq!(refusal["came"], came);
        assert_eq!(refusal["client_id"], "robot");
    }
    let answer = rp.client_credentials().await;
    desk.expect(&answer, Reason::ScopeMissing).await;
}

/// Every reason that was met, each of which was looked up.
pub(super) async fn reasons() -> BTreeSet<Reason> {
    let mut desk = Desk::new().await;
    of_forms(&mut desk).await;
    of_requests(&mut desk).await;
    of_credentials(&mut desk).await;
    desk.seen
}
