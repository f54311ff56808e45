//! The table of the admin API: which handler answers which endpoint.

use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, HttpRequest, HttpResponse, Resource, Route, guard};
use authly_protocol::endpoint::{Endpoint, Method};
use authly_services::audit::AuditTrail;
use futures_util::future::join;

use super::{AdminCall, Answer, look};
use crate::places::Places;
use crate::respond::{AdminProblem, Trouble, trouble};

/// One endpoint with its handler.
struct Line {
    method: Method,
    path: &'static str,
    route: Route,
}

/// Endpoints with their handlers.
#[derive(Default)]
pub(crate) struct Table(Vec<Line>);

impl Table {
    /// Gives the endpoint `E` its handler, which can only be reached through the endpoint's checks. What
    /// tells of people is not answered unless the audit trail says who has asked.
    pub(crate) fn with<E, S, F, Fut>(mut self, handler: F) -> Self
    where
        E: Endpoint,
        S: FromRequest + 'static,
        F: Fn(AdminCall<E>, S) -> Fut + Copy + 'static,
        Fut: Future<Output = Result<Answer<E>, AdminProblem>> + 'static,
    {
        let handler = move |call: AdminCall<E>, service: S, trail: web::Data<AuditTrail>| async move {
            match look::of(&call) {
                None => handler(call, service).await,
                Some((by, look)) => {
                    let note = trail.note_look(&by, look);
                    let (answer, noted) = join(handler(call, service), note).await;
                    let answer = answer?;
                    noted.map_err(look::unnoted)?;
                    Ok(answer)
                }
            }
        };
        let route = web::route().guard(guard_for(E::METHOD));
        self.0.push(Line {
            method: E::METHOD,
            path: E::PATH,
            route: route.to(handler),
        });
        self
    }

    /// The methods and paths of the endpoints.
    #[cfg(test)]
    pub(super) fn places(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.iter().map(|line| (line.method.as_str(), line.path))
    }

    /// Mounts them, one resource for all methods of a path.
    pub(crate) fn mount(self, config: &mut ServiceConfig) {
        let mut paths: Vec<(&'static str, Vec<Line>)> = Vec::new();
        for line in self.0 {
            match paths.iter_mut().find(|(path, _)| *path == line.path) {
                Some((_, lines)) => lines.push(line),
                None => paths.push((line.path, vec![line])),
            }
        }
        for (path, lines) in paths {
            config.service(resource(path, lines));
        }
    }
}

fn resource(path: &str, lines: Vec<Line>) -> Resource {
    let mut resource = web::resource(path);
    let mut methods = Vec::new();
    for line in lines {
        methods.push(line.method.as_str());
        if line.method == Method::Get {
            methods.push("HEAD");
        }
        resource = resource.route(line.route);
    }
    let methods = methods.join(", ");
    let refuse = move |request: HttpRequest, places: web::Data<Places>| {
        let surface = places.surface(request.path());
        let error = trouble(surface, Trouble::MethodNotAllowed(&methods));
        async move { Err::<HttpResponse, _>(error) }
    };
    resource.default_service(web::to(refuse))
}

fn guard_for(method: Method) -> impl guard::Guard {
    let wanted = match method {
        Method::Get => vec![actix_web::http::Method::GET, actix_web::http::Method::HEAD],
        Method::Post => vec![actix_web::http::Method::POST],
        Method::Put => vec![actix_web::http::Method::PUT],
        Method::Patch => vec![actix_web::http::Method::PATCH],
        Method::Delete => vec![actix_web::http::Method::DELETE],
    };
    guard::fn_guard(move |context| wanted.contains(&context.head().method))
}
