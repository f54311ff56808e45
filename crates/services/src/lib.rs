//! What Authly decides: which checks come in which order, what goes into one transaction, and what
//! follows.
//!
//! A **service** is a struct that holds its collaborators and has one method for each thing that is
//! asked of it. It gets values that `http` has parsed, applies the rules of `authly_domain`, reads
//! and writes through `authly_repositories`, and answers with values of its own or an error that
//! names the reason. It knows no request, header or status code.
//!
//! A machine proves who it is, gets a token in its own name, and ends it:
//!
//! ```
//! use std::net::{IpAddr, Ipv4Addr};
//!
//! use authly_domain::clients::AuthMethod;
//! use authly_domain::secret::{ClientSecret, PresentedToken};
//! use authly_services::clients::PresentedCredentials;
//! use authly_services::tokens::{ClientCredentialsGrant, Introspection, TokenGrant};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! # let node = authly_testing::TestServices::start().await;
//! # let services = &node.deps;
//! # let registered = node.client().id("nightly-report").create().await;
//! # let secret = registered.secret.expect("a confidential client has one");
//! // `services` are those of `Services::assemble`, here on a database of their own.
//! let from = IpAddr::V4(Ipv4Addr::LOCALHOST);
//! let presented = PresentedCredentials::Secret {
//!     client_id: "nightly-report".to_owned(),
//!     secret: ClientSecret::new(secret),
//!     method: AuthMethod::ClientSecretBasic,
//! };
//! let client = services.clients.authenticate(presented, from).await?;
//!
//! let scope = Some("notes:read".parse()?);
//! let grant = ClientCredentialsGrant { scope, resources: Vec::new() };
//! let grant = TokenGrant::ClientCredentials(grant);
//! let issued = services.tokens.exchange(&client, grant, from).await?;
//!
//! let token = PresentedToken::new(issued.access_token.expose().to_owned());
//! let said = services.tokens.introspect(&client, &token).await?;
//! assert!(matches!(said, Introspection::Active(_)));
//! services.tokens.revoke(&client, &token, from).await?;
//! let said = services.tokens.introspect(&client, &token).await?;
//! assert!(matches!(said, Introspection::Inactive));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Transactions** are opened and committed here, never below: a line `work.commit()` ends each.
//! Nothing slow (bcrypt, HTTP, rendering) happens while one is open.
//!
//! To add one: a method that decides something, an error enum without a catch-all, a test on a real
//! database in `tests/it`.

pub mod account;
pub mod admin;
pub mod assembly;
pub mod audit;
pub mod authorizations;
pub mod bootstrap;
pub mod clients;
pub mod context;
pub mod demo;
pub mod discovery;
pub mod grants;
pub mod health;
pub mod idempotency;
pub mod jobs;
pub mod keys;
pub mod logout;
pub mod metrics;
pub mod paging;
pub mod policy;
pub mod ports;
pub mod refusals;
pub mod registration;
pub mod resource_servers;
pub mod scopes;
pub mod seed;
pub mod sessions;
pub mod settings;
pub mod system;
mod throttle;
pub mod tokens;
pub mod userinfo;
pub mod users;
mod walk;
mod watch;

pub use assembly::{Exits, Foundation, Services};
pub use context::Context;
