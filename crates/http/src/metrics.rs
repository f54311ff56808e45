//! What is counted of requests and answers, and the listener on which all that is counted is shown.

mod labels;
mod listener;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use authly_protocol::oauth::ErrorCode;
use authly_services::metrics::{Counters, Durations, Exposition};

use self::labels::{CountedMethod, RefusedWith, StatusClass};
pub use self::listener::serve_metrics;
use crate::middleware::PanicCounter;
use crate::places::Route;

/// What is counted of requests and answers; one for all workers.
#[derive(Debug, Default)]
pub struct RequestMetrics {
    answered: Counters<(Route, CountedMethod, StatusClass)>,
    took: Durations<Route>,
    in_flight: AtomicU64,
    timed_out: Counters<()>,
    tokens_refused: Counters<RefusedWith>,
}

/// A request that is being answered, until this is dropped.
pub(crate) struct InFlight<'m>(&'m RequestMetrics);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl RequestMetrics {
    /// A request has come.
    pub(crate) fn begin(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    /// It was answered.
    pub(crate) fn answered(
        &self,
        route: Route,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let (method, status) = (CountedMethod::of(method), StatusClass::of(status));
        self.answered.add((route, method, status));
        self.took.observe(route, took);
    }

    /// It was given up, since its time was over.
    pub(crate) fn timed_out(&self) {
        self.timed_out.add(());
    }

    /// The token endpoint has refused it.
    pub(crate) fn token_refused(&self, code: ErrorCode) {
        self.tokens_refused.add(RefusedWith(code));
    }

    /// Shows everything. Series with many labels are left out until there is something to count.
    pub(crate) fn register(self: &Arc<Self>, panics: &Arc<PanicCounter>, shown: &mut Exposition) {
        let it = Arc::clone(self);
        shown.counter(
            "authly_http_requests",
            "Requests that were answered",
            move |labels| it.answered.seen(labels),
        );
        let it = Arc::clone(self);
        shown.durations(
            "authly_http_request_duration_seconds",
            "How long it took to answer, reading of the request included",
            move |route| it.took.seen(route),
        );
        let it = Arc::clone(self);
        shown.gauge(
            "authly_http_requests_in_flight",
            "Requests that are being answered",
            move |()| Some(it.in_flight.load(Ordering::Relaxed)),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_http_timeouts",
            "Requests that were given up because their time was over (listen.request_time_limit)",
            move |()| Some(it.timed_out.get(())),
        );
        let panics = Arc::clone(panics);
        shown.counter(
            "authly_http_panics",
            "Requests that ended in a panic, which is a fault of the server",
            move |()| Some(panics.count()),
        );
        let it = Arc::clone(self);
        shown.counter(
            "authly_token_refusals",
            "Refusals and failures of the token endpoint, by the error that was answered",
            move |code| it.tokens_refused.seen(code),
        );
    }
}
