//! The HTTP face of Authly: the endpoints of OAuth 2.1 and OpenID Connect, and the pages for
//! logging in and consenting, on actix-web.
//!
//! [`serve`] listens; [`configure`] mounts the same into an application of one's own:
//!
//! ```
//! use actix_web::{App, HttpServer, web};
//! use authly_http::configure;
//!
//! # actix_web::rt::System::new().block_on(async {
//! # let node = authly_testing::TestServices::start().await;
//! # let deps = node.deps.clone();
//! // `deps` is `Deps::new` of the services, here with the issuer https://auth.example.com.
//! let server = HttpServer::new(move || {
//!     App::new()
//!         .route("/hello", web::get().to(|| async { "Hello" }))
//!         .configure(|config| configure(config, &deps))
//! });
//! let server = server.workers(1).disable_signals().bind("127.0.0.1:0")?;
//! let address = format!("http://{}", server.addrs()[0]);
//! let running = server.run();
//! # let handle = running.handle();
//! actix_web::rt::spawn(running);
//!
//! # let client = authly_testing::rp::http_client();
//! # let get = async |path| client.get(format!("{address}{path}")).send().await?.text().await;
//! assert_eq!(get("/hello").await?, "Hello");
//! let metadata = get("/.well-known/openid-configuration").await?;
//! assert!(metadata.contains(r#""issuer":"https://auth.example.com""#));
//! # handle.stop(false).await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A request passes the outermost layer (`middleware`: its number, time limit, panics, headers, the
//! log), the table (`routes`), what the handler asks for (`extract`: parameters, client
//! authentication, browser, form token), one handler with one call of a service, and the answer
//! (`respond`, `pages`). Status codes and errors of OAuth are decided here and nowhere else; rules
//! about users, clients and tokens are not.
//!
//! What is counted (`metrics`) is shown on a listener of its own, by [`serve_metrics`].
//!
//! To add an endpoint: its path in `places`, its line in `places::route`, a file with its handler, a
//! line in `routes`, and an `impl From<ItsError> for OAuthFailure` (or `PageFailure`) without a
//! catch-all arm.
//!
//! **CORS** is a fixed header and one answer to `OPTIONS` instead of a library: the shared endpoints
//! read no cookie, so that there are no credentials to guard and no origins to tell apart.

mod admin;
mod api_docs;
mod assets;
mod auth;
mod connections;
mod demo;
mod deps;
mod drain;
mod extract;
mod health;
mod interaction;
mod metrics;
mod middleware;
mod oauth;
mod oidc;
mod pages;
mod places;
mod respond;
mod routes;
mod server;
mod settings;

pub use api_docs::ApiDocs;
pub use demo::{Demo, FirstAdministrator};
pub use deps::Deps;
pub use drain::Drain;
pub use metrics::{RequestMetrics, serve_metrics};
pub use middleware::PanicCounter;
pub use pages::{AccentColor, Branding, PageSettings, ParseColorError, Theme, ThemeError};
pub use routes::configure;
pub use server::serve;
pub use settings::HttpSettings;
