//! The HTTP face of Authly: the endpoints of OAuth 2.1 and OpenID Connect, and the pages for
//! logging in and consenting, on actix-web.
//!
//! [`serve`] listens; [`configure`] mounts the same into an application of one's own:
//!
//! ```no_run
//! use actix_web::{App, HttpServer};
//! use authly_http::{Deps, configure};
//!
//! # async fn example(deps: Deps) -> std::io::Result<()> {
//! HttpServer::new(move || App::new().configure(|config| configure(config, &deps)))
//!     .bind("127.0.0.1:8000")?
//!     .run()
//!     .await
//! # }
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

mod assets;
mod connections;
mod demo;
mod deps;
mod drain;
mod extract;
mod health;
mod interaction;
mod metrics;
mod middleware;
mod network;
mod oauth;
mod oidc;
mod pages;
mod places;
mod respond;
mod routes;
mod server;
mod settings;

pub use demo::{Demo, FirstAdministrator};
pub use deps::Deps;
pub use drain::Drain;
pub use metrics::{RequestMetrics, serve_metrics};
pub use middleware::PanicCounter;
pub use network::{Network, NetworkError};
pub use pages::{AccentColor, Branding, PageSettings, ParseColorError, Theme, ThemeError};
pub use routes::configure;
pub use server::serve;
pub use settings::HttpSettings;
