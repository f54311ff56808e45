//! How the server is, for people, load balancers and supervisors.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use authly_protocol::health::{Health, HealthParts, Probe, Status};
use authly_services::health::{HealthService, PartHealth};

use crate::drain::Drain;
use crate::middleware::PanicCounter;

/// `GET /health`: every part by itself; 503 where one does not work.
pub(crate) async fn overview(
    health: web::Data<HealthService>,
    panics: web::Data<PanicCounter>,
) -> HttpResponse {
    let parts = health.check().await;
    let status = if parts.is_up() {
        Status::Up
    } else {
        Status::Down
    };
    answer(status).json(Health {
        status,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        parts: HealthParts {
            database: part(parts.database),
            migrations: part(parts.migrations),
            keys: part(parts.keys),
        },
        panics: panics.count(),
    })
}

/// `GET /health/live`: the process lives. Asks nothing and nobody.
pub(crate) async fn live() -> HttpResponse {
    answer(Status::Up).json(Probe { status: Status::Up })
}

/// `GET /health/ready`: requests should come here; 503 where the server cannot serve, or is about to
/// stop.
pub(crate) async fn ready(
    health: web::Data<HealthService>,
    drain: web::Data<Drain>,
) -> HttpResponse {
    let status = if !drain.has_begun() && health.check().await.is_up() {
        Status::Up
    } else {
        Status::Down
    };
    answer(status).json(Probe { status })
}

fn part(health: PartHealth) -> Status {
    match health {
        PartHealth::Up => Status::Up,
        PartHealth::Down => Status::Down,
    }
}

fn answer(status: Status) -> actix_web::HttpResponseBuilder {
    HttpResponse::build(match status {
        Status::Up => StatusCode::OK,
        Status::Down => StatusCode::SERVICE_UNAVAILABLE,
    })
}
