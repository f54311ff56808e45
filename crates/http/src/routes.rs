//! The URL table.

use actix_web::guard;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Scope};

use crate::demo::{self, Demo};
use crate::deps::Deps;
use crate::interaction::{account, consent, home, login, logout, password};
use crate::middleware::surround;
use crate::oauth::{authorize, introspect, register, revoke, token};
use crate::oidc::{discovery, end_session, jwks, session, userinfo};
use crate::places::{self, Places, Route};
use crate::respond::{Trouble, trouble};
use crate::{admin, api_docs, assets, auth, health};

/// Mounts every endpoint below the path of the issuer, with everything that surrounds it.
///
/// What is mounted answers every path that nothing before it has taken, by 404 where nothing is
/// there: services of an application's own have to be registered before this is called.
pub fn configure(config: &mut ServiceConfig, deps: &Deps) {
    deps.provide(config);
    let path = deps.settings.issuer.path();
    let places = Places::below(&deps.settings.issuer);
    config
        .app_data(web::Data::new(places))
        .service(all(path, deps.demo.as_ref()).wrap(from_fn(surround)));
}

/// Everything, and the metadata of an issuer with a path at the root as well (RFC 8414 §3.1).
fn all(path: &str, demo: Option<&Demo>) -> Scope {
    let nothing = || web::to(nothing_there);
    let endpoints = |config: &mut ServiceConfig| {
        if demo.is_some() {
            demonstration(config);
        }
        endpoints(config);
    };
    if path.is_empty() {
        return web::scope("")
            .configure(endpoints)
            .default_service(nothing());
    }
    let openid = format!("{}{path}", places::OPENID_CONFIGURATION);
    let oauth = format!("{}{path}", places::OAUTH_METADATA);
    web::scope("")
        .service(at_path(&openid).get(discovery::document).shared().done())
        .service(at_path(&oauth).get(discovery::document).shared().done())
        // The issuer itself, which has no slash at its end.
        .service(at_path(path).get(home::show).done())
        .service(
            web::scope(path)
                .configure(endpoints)
                .default_service(nothing()),
        )
        .default_service(nothing())
}

/// The table. GET stands for HEAD too.
fn endpoints(config: &mut ServiceConfig) {
    let authorize = at(Route::Authorize).get(authorize::by_query);
    config
        .service(authorize.post(authorize::by_form).done())
        .service(at(Route::Token).post(token::exchange).shared().done())
        .service(at(Route::Introspect).post(introspect::introspect).done())
        .service(at(Route::Revoke).post(revoke::revoke).shared().done())
        .service(at(Route::Register).post(register::register).done())
        .service(
            at(Route::Registration)
                .get(register::read)
                .put(register::replace)
                .delete(register::delete)
                .done(),
        )
        .service(at(Route::AuthToken).post(auth::log_in).done())
        .service(at(Route::AuthRefresh).post(auth::refresh).done())
        .service(at(Route::AuthLogout).post(auth::log_out).done())
        .service(
            at(Route::UserInfo)
                .get(userinfo::claims)
                .post(userinfo::claims)
                .put(userinfo::change)
                .shared()
                .done(),
        )
        .service(
            at(Route::EndSession)
                .get(end_session::by_query)
                .post(end_session::by_form)
                .done(),
        )
        .service(at(Route::SessionIframe).get(session::iframe).done())
        .service(at(Route::SessionCheck).get(session::check).done())
        .service(
            at(Route::OpenIdConfiguration)
                .get(discovery::document)
                .shared()
                .done(),
        )
        .service(
            at(Route::OAuthMetadata)
                .get(discovery::document)
                .shared()
                .done(),
        )
        .service(at(Route::Jwks).get(jwks::document).shared().done())
        .service(at(Route::Health).get(health::overview).done())
        .service(at(Route::Live).get(health::live).done())
        .service(at(Route::Ready).get(health::ready).done())
        .service(at(Route::OpenApi).get(api_docs::document).done())
        .service(at(Route::ApiDocs).get(api_docs::show).done())
        .service(at(Route::Static).get(assets::file).done())
        .service(at(Route::Home).get(home::show).done());
    pages(config);
    admin::table().mount(config);
}

/// What people fill in and answer.
fn pages(config: &mut ServiceConfig) {
    config
        .service(at(Route::Login).get(login::show).post(login::submit).done())
        .service(
            at(Route::LoginPassword)
                .get(password::show)
                .post(password::submit)
                .done(),
        )
        .service(
            at(Route::Consent)
                .get(consent::show)
                .post(consent::submit)
                .done(),
        )
        .service(
            at(Route::Logout)
                .get(logout::show)
                .post(logout::submit)
                .done(),
        )
        .service(at(Route::Account).get(account::show).done())
        .service(
            at(Route::AccountSessions)
                .post(account::end_sessions)
                .done(),
        )
        .service(
            at(Route::AccountApplications)
                .post(account::end_application)
                .done(),
        );
}

/// The demonstration, whose front door comes before the usual one.
fn demonstration(config: &mut ServiceConfig) {
    config
        .service(at(Route::Home).get(demo::home).done())
        .service(at(Route::Demo).get(demo::show).done())
        .service(at(Route::DemoStart).post(demo::start).done())
        .service(at(Route::DemoCallback).get(demo::callback).done())
        .service(at(Route::DemoRefresh).post(demo::refresh).done())
        .service(at(Route::DemoIntrospect).post(demo::introspect).done())
        .service(at(Route::DemoRevoke).post(demo::revoke).done())
        .service(at(Route::DemoSignOut).post(demo::sign_out).done());
}

/// One line of the table.
struct Line {
    resource: Resource,
    methods: Vec<&'static str>,
}

/// A line of the table.
fn at(route: Route) -> Line {
    at_path(route.template())
}

/// A line at another path than its own.
fn at_path(path: &str) -> Line {
    Line {
        resource: web::resource(path),
        methods: Vec::new(),
    }
}

impl Line {
    /// Answers GET, and HEAD by the same without a body.
    fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let reading = guard::Any(guard::Get()).or(guard::Head());
        self.resource = self.resource.route(web::route().guard(reading).to(handler));
        self.methods.extend(["GET", "HEAD"]);
        self
    }

    /// Answers POST.
    fn post<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(web::post().to(handler));
        self.methods.push("POST");
        self
    }

    /// Answers PUT.
    fn put<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(web::put().to(handler));
        self.methods.push("PUT");
        self
    }

    /// Answers DELETE.
    fn delete<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(web::delete().to(handler));
        self.methods.push("DELETE");
        self
    }

    /// Answers the question that browsers ask before a script of another origin may call (Fetch
    /// §3.3). Which origin asks does not matter where no cookie is read, so that this is all of
    /// CORS here.
    fn shared(mut self) -> Self {
        self.methods.push("OPTIONS");
        let methods = self.methods.join(", ");
        let answer = move || {
            let methods = methods.clone();
            async move {
                HttpResponse::NoContent()
                    .insert_header((ACCESS_CONTROL_ALLOW_METHODS, methods))
                    .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type"))
                    .insert_header((ACCESS_CONTROL_MAX_AGE, "3600"))
                    .finish()
            }
        };
        let asking = web::route().guard(guard::Options()).to(answer);
        self.resource = self.resource.route(asking);
        self
    }

    /// The line; other methods get 405 with the ones that work.
    fn done(self) -> Resource {
        let methods = self.methods.join(", ");
        let refuse = move |request: HttpRequest, places: web::Data<Places>| {
            let surface = places.surface(request.path());
            let error = trouble(surface, Trouble::MethodNotAllowed(&methods));
            async move { Err::<HttpResponse, _>(error) }
        };
        self.resource.default_service(web::to(refuse))
    }
}

/// Nothing is at this path.
async fn nothing_there(
    request: HttpRequest,
    places: web::Data<Places>,
) -> Result<HttpResponse, actix_web::Error> {
    Err(trouble(places.surface(request.path()), Trouble::NotFound))
}
