//! The listener of metrics: a small server of its own, which can neither be reached through the
//! issuer nor take anything from those who can reach that.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::KeepAlive;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, guard};
use authly_services::metrics::Exposition;

use crate::deps::Deps;

/// Where everything is shown.
const PATH: &str = "/metrics";

/// The most connections. What a connection has sent and not ended takes 128 kB at most.
const MAX_CONNECTIONS: usize = 16;

/// How long a connection may take to send its request, or to close. Each has one request: those
/// who look do so every few seconds at most, and nobody holds a place meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// Shows on `listener` what `deps` and all below have counted, at `/metrics`, until the returned
/// future is dropped or its handle told to stop. It belongs where the world cannot reach it.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve_metrics(listener: TcpListener, deps: &Deps) -> io::Result<Server> {
    let exposition = Data::from(Arc::clone(&deps.exposition));
    let server = HttpServer::new(move || App::new().app_data(exposition.clone()).configure(routes))
        .workers(1)
        .max_connections(MAX_CONNECTIONS)
        .keep_alive(KeepAlive::Disabled)
        .client_request_timeout(PATIENCE)
        .client_disconnect_timeout(PATIENCE)
        .shutdown_timeout(PATIENCE.as_secs())
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

fn routes(config: &mut ServiceConfig) {
    let reading = guard::Any(guard::Get()).or(guard::Head());
    let resource = web::resource(PATH)
        .route(web::route().guard(reading).to(show))
        .default_service(web::to(refuse_method));
    config
        .service(resource)
        .default_service(web::to(HttpResponse::NotFound));
}

async fn show(exposition: Data<Exposition>) -> HttpResponse {
    match exposition.render().await {
        Ok(text) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, Exposition::CONTENT_TYPE))
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(text),
        Err(error) => {
            tracing::error!(cause = %error, "the metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

async fn refuse_method() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, "GET, HEAD"))
        .finish()
}
