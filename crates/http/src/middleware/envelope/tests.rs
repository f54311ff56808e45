//! What the outermost layer makes of endpoints that go wrong.

use std::future::pending;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpRequest};
use authly_domain::refusals::Reason;
use pretty_assertions::assert_eq;

use super::*;
use crate::pages::PageSettings;
use crate::respond::PageProblem;

/// Fills with one byte.
struct Constant;

impl Entropy for Constant {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0xAB);
    }
}

const ID: &str = "abababababababababababababababab";

fn theme() -> Theme {
    let issuer = "https://example.com/auth".parse().unwrap();
    Theme::load(&issuer, &PageSettings::default()).unwrap()
}

fn envelope() -> Envelope {
    let mut settings = HttpSettings::new("https://example.com/auth".parse().unwrap());
    settings.request_time_limit = Duration::from_millis(20);
    Envelope {
        places: Places::below(&settings.issuer),
        settings: Arc::new(settings),
        entropy: Arc::new(Constant),
        panics: Arc::new(PanicCounter::new()),
        drain: Arc::default(),
        requests: Arc::default(),
        keeper: Arc::new(|_note| {}),
        theme: Arc::new(theme()),
    }
}

async fn panics() -> HttpResponse {
    panic!("a handler that panics");
}

async fn never_answers() -> HttpResponse {
    pending().await
}

async fn refuses() -> Result<HttpResponse, PageFailure> {
    let problem = PageProblem::UnknownClient;
    Err(PageFailure::new(problem, Reason::UnknownClient))
}

async fn asks_for_what_is_missing(_missing: web::Data<u8>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

async fn works(_request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok().body("fine")
}

/// Answers requests to `paths` one after another.
async fn ask(envelope: &web::Data<Envelope>, paths: &[&str]) -> Vec<(HttpResponse, String)> {
    let scope = web::scope("/auth")
        .wrap(from_fn(surround))
        .route("/panics", web::get().to(panics))
        .route("/api/panics", web::get().to(panics))
        .route("/never", web::get().to(never_answers))
        .route("/api/never", web::get().to(never_answers))
        .route("/refuses", web::get().to(refuses))
        .route("/api/missing", web::get().to(asks_for_what_is_missing))
        .route("/works", web::get().to(works));
    let settings = web::Data::from(Arc::clone(&envelope.settings));
    let app = App::new().app_data(envelope.clone()).app_data(settings);
    let app = init_service(app.service(scope)).await;
    let mut answers = Vec::new();
    for path in paths {
        let request = TestRequest::get().uri(path).to_request();
        let answer = match try_call_service(&app, request).await {
            Ok(answer) => answer.into_parts().1,
            Err(error) => error.error_response(),
        };
        let (head, body) = answer.into_parts();
        let body = to_bytes(body).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        answers.push((head.map_into_boxed_body(), text));
    }
    answers
}

#[actix_web::test]
async fn a_panic_is_answered_and_counted_and_the_next_request_works() {
    let envelope = web::Data::new(envelope());
    let paths = ["/auth/panics", "/auth/api/panics", "/auth/works"];
    let answers = ask(&envelope, &paths).await;

    let (page, text) = &answers[0];
    assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains("Something went wrong here") && text.contains(ID));
    assert!(!text.contains("a handler that panics"));
    let (json, text) = &answers[1];
    assert_eq!(json.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains(r#""error":"server_error""#));
    assert_eq!(answers[2].0.status(), StatusCode::OK);
    assert_eq!(envelope.panics.count(), 2);
}

#[actix_web::test]
async fn an_answer_that_is_not_ready_in_time_is_given_up() {
    let envelope = web::Data::new(envelope());
    let answers = ask(&envelope, &["/auth/never", "/auth/api/never"]).await;

    for (answer, _text) in &answers {
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers().get(RETRY_AFTER).unwrap(), "2");
    }
    assert!(answers[0].1.contains("This took too long"));
    assert!(
        answers[1]
            .1
            .contains(r#""error":"temporarily_unavailable""#)
    );
    assert_eq!(envelope.panics.count(), 0);
}

#[actix_web::test]
async fn a_page_about_a_refusal_shows_the_number_of_the_request_and_no_cause() {
    let envelope = web::Data::new(envelope());
    let answers = ask(&envelope, &["/auth/refuses"]).await;

    let (page, text) = &answers[0];
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    let kind = page.headers().get(CONTENT_TYPE).unwrap();
    assert_eq!(kind, "text/html; charset=utf-8");
    assert_eq!(page.headers().get(HEADER).unwrap(), ID);
    assert!(text.contains("This application is not known") && text.contains(ID));
    assert!(!text.contains("nobody knows it"));
}

#[actix_web::test]
async fn the_web_server_s_own_words_are_replaced_by_ours() {
    let envelope = web::Data::new(envelope());
    let answers = ask(&envelope, &["/auth/api/missing"]).await;

    let (json, text) = &answers[0];
    assert_eq!(json.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains(r#""error":"server_error""#));
}

#[actix_web::test]
async fn every_answer_carries_its_number_and_what_protects_it() {
    let envelope = web::Data::new(envelope());
    let paths = [
        "/auth/works",
        "/auth/panics",
        "/auth/never",
        "/auth/refuses",
    ];
    for (answer, _text) in ask(&envelope, &paths).await {
        assert_eq!(answer.headers().get(HEADER).unwrap(), ID);
        for name in [
            "content-security-policy",
            "strict-transport-security",
            "x-frame-options",
            "cache-control",
        ] {
            assert!(answer.headers().contains_key(name), "{name}");
        }
    }
}
