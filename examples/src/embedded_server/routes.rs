//! The application around it.

use std::io;
use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, WWW_AUTHENTICATE};
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use authly_domain::secret::AccessToken;
use authly_domain::users::StandardClaim;
use authly_services::userinfo::{UserInfoError, UserInfoService};
use serde_json::json;

use super::Authorization;

/// Serves the application on `listener`, with the authorization server below the path of its issuer,
/// until the server that is returned is stopped.
///
/// # Errors
/// The listener cannot be used.
pub fn server(listener: TcpListener, authorization: &Authorization) -> io::Result<Server> {
    let deps = authorization.deps.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(Data::from(deps.userinfo.clone()))
            // The application's own routes come first: what is mounted last answers every other path.
            .route("/", web::get().to(home))
            .route("/hello", web::get().to(hello))
            .configure(|config| authly_http::configure(config, &deps))
    });
    Ok(server.workers(2).listen(listener)?.run())
}

async fn home() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .body(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Greetings</title>\
             <h1>Greetings</h1>\
             <p>This application has an authorization server inside: \
             <a id=\"login\" href=\"/auth/login\">sign in</a>, or read \
             <a href=\"/auth/.well-known/openid-configuration\">its metadata</a>.</p>\
             <p>Holders of its access tokens are greeted at <code>/hello</code>.</p></html>",
        )
}

/// Greets the holder of an access token. The token is looked up in process: no request goes out, and
/// a revoked one is refused at once.
async fn hello(request: HttpRequest, users: Data<UserInfoService>) -> HttpResponse {
    let header = request.headers().get("authorization");
    let token = header
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else {
        return refused("Bearer realm=\"greetings\"");
    };
    match users.claims(&AccessToken::new(token.to_owned())).await {
        Ok(user) => {
            let names = [StandardClaim::Name, StandardClaim::GivenName];
            let name = names.into_iter().find_map(|claim| user.claims.text(claim));
            let name = name.unwrap_or_else(|| user.subject.as_str());
            HttpResponse::Ok().json(json!({ "greeting": format!("Hello, {name}") }))
        }
        Err(UserInfoError::Storage(_) | UserInfoError::Signing(_)) => {
            HttpResponse::ServiceUnavailable()
                .insert_header(("retry-after", "1"))
                .finish()
        }
        Err(_refused) => refused("Bearer realm=\"greetings\", error=\"invalid_token\""),
    }
}

fn refused(challenge: &'static str) -> HttpResponse {
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, challenge))
        .finish()
}
