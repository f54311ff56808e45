use std::time::Duration;

use pretty_assertions::assert_eq;
use uuid::Uuid;

use super::*;
use crate::authorizations::{AcrWish, ResponseMode};
use crate::clients::sample;
use crate::id::{SessionId, UserId};
use crate::sessions::Authentication;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_800_000_000 + seconds).unwrap()
}

fn subject(text: &str) -> Subject {
    Subject::new(text.to_owned())
}

/// A request of a moment ago for `openid`.
fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        client: sample::client().key,
        redirect_uri: "https://app.example/cb".parse().unwrap(),
        response_mode: ResponseMode::Query,
        scope: "openid".parse().unwrap(),
        resources: Vec::new(),
        state: None,
        nonce: None,
        code_challenge: None,
        prompt: Prompt::AsNeeded,
        max_age: None,
        login_hint: None,
        claims: Vec::new(),
        acr: AcrWish::default(),
        subjects: Vec::new(),
        requested_at: at(0),
    }
}

fn session(logged_in_at: i64, acr: &str) -> Session {
    Session {
        id: SessionId::from_uuid(Uuid::nil()),
        user: UserId::from_uuid(Uuid::nil()),
        subject: subject("alice"),
        username: "alice".parse().unwrap(),
        authentication: Authentication {
            acr: acr.to_owned(),
            ..Authentication::by_password(at(logged_in_at))
        },
        pending: Vec::new(),
        last_seen_at: at(0),
    }
}

/// The step for somebody who has consented to everything and logged in then, as strongly.
fn step(request: &AuthorizationRequest, logged_in_at: i64, acr: &str) -> NextStep {
    let client = sample::client();
    let everything = Consent {
        granted: "openid profile email".parse().unwrap(),
        declined: Scope::empty(),
        resources: Vec::new(),
    };
    let situation = Situation {
        client: &client,
        session: Some(&session(logged_in_at, acr)),
        subject: Some(&subject("alice")),
        consent: Some(&everything),
        now: at(60),
    };
    next_step(request, &situation)
}

const BEFORE: i64 = -3_600;
const SINCE: i64 = 30;

fn answer(scope: &str) -> NextStep {
    NextStep::Answer(scope.parse().unwrap())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn what_is_asked_for_counts_once_it_has_happened_since() {
    let login = AuthorizationRequest {
        prompt: Prompt::Login,
        ..request()
    };
    let recent = AuthorizationRequest {
        max_age: Some(Duration::from_mins(10)),
        ..request()
    };
    for (request, reason) in [
        (login, LoginReason::Prompted),
        (recent, LoginReason::TooLongAgo),
    ] {
        assert_eq!(step(&request, BEFORE, "1"), NextStep::LogIn(reason));
        assert_eq!(step(&request, SINCE, "1"), answer("openid"));
    }
}

#[test]
fn another_user_than_is_spoken_of_logs_in_once_and_is_then_refused() {
    let mut request = request();
    request.subjects = vec![subject("bob"), subject("alice")];
    assert_eq!(step(&request, BEFORE, "1"), answer("openid"));
    request.subjects = vec![subject("bob")];
    let log_in = NextStep::LogIn(LoginReason::OtherUser);
    assert_eq!(step(&request, BEFORE, "1"), log_in);
    let refused = NextStep::Refuse(Unmet::OtherUser);
    assert_eq!(step(&request, SINCE, "1"), refused);
}

#[test]
fn a_stronger_login_is_asked_for_where_it_can_be_had() {
    let mut request = request();
    // The password is all there is: no second factor could make a session of `0` stronger than `1`.
    request.acr.wanted = texts(&["2", "1"]);
    assert_eq!(step(&request, BEFORE, "1"), answer("openid"));
    let log_in = NextStep::LogIn(LoginReason::StepUp);
    assert_eq!(step(&request, BEFORE, "0"), log_in);
    assert_eq!(step(&request, SINCE, "0"), answer("openid"));

    request.acr.wanted = texts(&["2"]);
    assert_eq!(step(&request, BEFORE, "0"), answer("openid"));

    request.acr.required = texts(&["1"]);
    assert_eq!(step(&request, BEFORE, "1"), answer("openid"));
    assert_eq!(step(&request, BEFORE, "0"), log_in);
    assert_eq!(step(&request, SINCE, "0"), NextStep::Refuse(Unmet::Acr));
}

#[test]
fn what_nobody_reaches_is_known_before_anybody_logs_in() {
    let wish = |required: &[&str]| AcrWish {
        wanted: Vec::new(),
        required: texts(required),
    };
    assert!(!wish(&[]).is_out_of_reach());
    assert!(!wish(&["2", "1"]).is_out_of_reach());
    assert!(wish(&["2"]).is_out_of_reach());
}

#[test]
fn the_user_allows_what_the_claims_belong_to_too() {
    let mut request = request();
    request.claims = vec!["userinfo email".parse().unwrap()];
    assert_eq!(step(&request, BEFORE, "1"), answer("openid email"));
    request.claims = vec!["id_token phone_number".parse().unwrap()];
    assert_eq!(step(&request, BEFORE, "1"), NextStep::AskConsent);
}
