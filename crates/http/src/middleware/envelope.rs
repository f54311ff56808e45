//! The outermost layer: gives each request a number, a time limit and a safe end, and each answer
//! its headers.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::ConnectionType;
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse, web};
use authly_domain::entropy::Entropy;
use authly_domain::refusals::Reason;
use authly_services::refusals::RefusalNote;
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::log::{Access, Told};
use super::panics::PanicCounter;
use super::request_id::{HEADER, RequestId};
use super::security_headers::protect;
use crate::connections::Connection;
use crate::deps::Deps;
use crate::drain::Drain;
use crate::extract::{NamedClient, client_address};
use crate::metrics::RequestMetrics;
use crate::pages::{ErrorPage, Pages, Theme};
use crate::places::{Places, Route, Surface};
use crate::respond::{AdminProblem, OAuthFailure, PageFailure, Trouble, trouble};
use crate::settings::HttpSettings;

/// What the outermost layer works with.
pub(crate) struct Envelope {
    settings: Arc<HttpSettings>,
    entropy: Arc<dyn Entropy>,
    panics: Arc<PanicCounter>,
    drain: Arc<Drain>,
    requests: Arc<RequestMetrics>,
    keeper: Keeper,
    theme: Arc<Theme>,
    places: Places,
}

/// Takes what is refused, to be kept.
type Keeper = Arc<dyn Fn(RefusalNote) + Send + Sync>;

/// What is kept of a request while it is answered.
struct Letter {
    id: RequestId,
    method: Method,
    path: String,
    route: Route,
    /// In the language of the person who asks; `None` where programs ask.
    pages: Option<Pages>,
}

/// Who sent a request, as far as it is known.
struct Sender {
    address: Option<IpAddr>,
    client: Option<NamedClient>,
}

/// Surrounds the answering of a request.
pub(crate) async fn surround(
    envelope: web::Data<Envelope>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let settings = &envelope.settings;
    let entropy = envelope.entropy.as_ref();
    let letter = Letter {
        id: RequestId::of(request.request(), &settings.trusted_proxies, entropy),
        method: request.method().clone(),
        path: request.path().to_owned(),
        route: envelope.places.route(request.path()),
        pages: envelope.pages(&request),
    };
    request.extensions_mut().insert(letter.id.clone());
    if let Some(pages) = &letter.pages {
        request.extensions_mut().insert(pages.clone());
    }
    let span = tracing::info_span!("request", request.id = %letter.id);
    let connection = request.request().conn_data::<Connection>();
    let _at_work = connection.map(Connection::at_work);
    async {
        let began = Instant::now();
        let _in_flight = envelope.requests.begin();
        let address = client_address(request.request()).ok();
        let answer = envelope.answer(&letter, request, next).await;
        let note = |response: &HttpResponse| {
            let took = began.elapsed();
            let access = Access {
                method: &letter.method,
                path: &letter.path,
                address,
                took,
            };
            access.write(response);
            let requests = &envelope.requests;
            requests.answered(letter.route, &letter.method, response.status(), took);
        };
        let sender = |client: Option<NamedClient>| Sender { address, client };
        match answer {
            Ok(answer) => {
                let (request, response) = answer.into_parts();
                let client = request.extensions().get::<NamedClient>().cloned();
                let response = envelope.close(&letter, sender(client), response);
                note(&response);
                Ok(ServiceResponse::new(request, response))
            }
            // The request is gone with what happened, so that the answer travels as an error.
            Err(error) => {
                let response = HttpResponse::from_error(error);
                let response = envelope.close(&letter, sender(None), response);
                note(&response);
                Err(InternalError::from_response("a request without an answer", response).into())
            }
        }
    }
    .instrument(span)
    .await
}

impl Envelope {
    /// The layer for these collaborators.
    pub(crate) fn new(deps: &Deps) -> Self {
        let log = deps.refusals.clone();
        Self {
            settings: Arc::clone(&deps.settings),
            entropy: Arc::clone(&deps.entropy),
            panics: Arc::clone(&deps.panics),
            drain: Arc::clone(&deps.drain),
            requests: Arc::clone(&deps.requests),
            keeper: Arc::new(move |note| log.note(note)),
            theme: Arc::clone(&deps.theme),
            places: Places::below(&deps.settings.issuer),
        }
    }

    /// The pages for this request, where people look at what it answers.
    fn pages(&self, request: &ServiceRequest) -> Option<Pages> {
        match self.places.surface(request.path()) {
            Surface::Json | Surface::Problem => None,
            Surface::Page => Some(Pages::new(
                Arc::clone(&self.theme),
                request.query_string(),
                request.headers(),
            )),
        }
    }

    /// Lets the endpoint answer, for as long as the time limit allows; a panic ends the request and
    /// nothing else.
    async fn answer(
        &self,
        letter: &Letter,
        request: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let surface = self.places.surface(&letter.path);
        let answer = AssertUnwindSafe(async move { next.call(request).await }).catch_unwind();
        match tokio::time::timeout(self.settings.request_time_limit, answer).await {
            Ok(Ok(Ok(answer))) => Ok(answer.map_into_boxed_body()),
            Ok(Ok(Err(error))) => Err(error),
            Ok(Err(_panic)) => {
                self.panics.note();
                Err(trouble(surface, Trouble::Panicked))
            }
            Err(_elapsed) => {
                self.requests.timed_out();
                Err(trouble(surface, Trouble::TimedOut))
            }
        }
    }

    /// Completes an answer: writes down what lies behind a refusal, renders its page, adds the
    /// headers.
    fn close(&self, letter: &Letter, sender: Sender, response: HttpResponse) -> HttpResponse {
        let response = self.own_words(letter, response);
        if let Some(told) = Told::of(&response) {
            told.write();
            self.keep(letter, sender, told, &response);
        }
        self.count_refusal(letter, &response);
        let response = Self::with_page(letter, response);
        let mut response = Self::with_problem(letter, response);
        if self.drain.has_begun() {
            let head = response.head_mut();
            head.set_connection_type(ConnectionType::Close);
        }
        let headers = response.headers_mut();
        if let Ok(id) = HeaderValue::from_str(letter.id.as_str()) {
            headers.insert(HeaderName::from_static(HEADER), id);
        }
        protect(headers, &self.settings.issuer, &self.places, &letter.path);
        response
    }

    /// Keeps for administrators why a request was refused. That nothing is there says the answer itself.
    fn keep(&self, letter: &Letter, sender: Sender, told: Told, response: &HttpResponse) {
        if told.explanation.reason == Reason::NotFound {
            return;
        }
        (self.keeper)(RefusalNote {
            request_id: letter.id.to_string(),
            method: letter.method.to_string(),
            endpoint: letter.route.template(),
            status: response.status().as_u16(),
            error: told.error,
            explanation: told.explanation,
            client_id: sender.client.map(|client| client.0),
            address: sender.address,
        });
    }

    /// Counts what the token endpoint refuses, whoever has refused it.
    fn count_refusal(&self, letter: &Letter, response: &HttpResponse) {
        let error = response.error();
        let failure = error.and_then(|error| error.as_error::<OAuthFailure>());
        if let (Route::Token, Some(failure)) = (letter.route, failure) {
            self.requests.token_refused(failure.code());
        }
    }

    /// Replaces a refusal of the web server itself by one of ours.
    fn own_words(&self, letter: &Letter, response: HttpResponse) -> HttpResponse {
        let Some(error) = response.error() else {
            return response;
        };
        let ours = error.as_error::<OAuthFailure>().is_some()
            || error.as_error::<PageFailure>().is_some()
            || error.as_error::<AdminProblem>().is_some();
        if ours {
            return response;
        }
        let kind = match response.status() {
            status if status.is_server_error() => Trouble::Failed,
            _ => Trouble::Malformed,
        };
        tracing::info!(cause = %error, "the web server could not take the request");
        HttpResponse::from_error(trouble(self.places.surface(&letter.path), kind))
    }

    /// Writes the request's id into a problem document.
    fn with_problem(letter: &Letter, response: HttpResponse) -> HttpResponse {
        let error = response.error();
        match error.and_then(|error| error.as_error::<AdminProblem>()) {
            Some(problem) => {
                let document = problem.document(letter.id.as_str());
                response.set_body(BoxBody::new(document))
            }
            None => response,
        }
    }

    /// Puts the page into an answer that says what is wrong.
    fn with_page(letter: &Letter, response: HttpResponse) -> HttpResponse {
        let error = response.error();
        let Some(failure) = error.and_then(|error| error.as_error::<PageFailure>()) else {
            return response;
        };
        let Some(pages) = &letter.pages else {
            return response;
        };
        match pages.render(&ErrorPage::about(failure.problem(), letter.id.to_string())) {
            Ok(html) => {
                let mut response = response.set_body(BoxBody::new(html));
                pages.label(response.headers_mut());
                response
            }
            Err(error) => {
                tracing::error!(cause = %error, "the error page could not be rendered");
                response
            }
        }
    }
}

#[cfg(test)]
mod tests;
