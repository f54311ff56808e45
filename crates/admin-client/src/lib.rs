//! A typed client of a running Authly server, for programs and for the command line.
//!
//! ```
//! # use std::io::{BufRead, BufReader, Write};
//! # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! # let address = format!("http://{}", listener.local_addr()?);
//! # std::thread::spawn(move || {
//! #     let (mut peer, _) = listener.accept()?;
//! #     BufReader::new(peer.try_clone()?).lines().take_while(|line| !matches!(line.as_deref(), Ok(""))).count();
//! #     let body = r#"{"status":"up","version":"0.1.0","parts":{"database":"up","migrations":"up","keys":"up"},"panics":0}"#;
//! #     write!(peer, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
//! # });
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! use authly_admin_client::AdminClient;
//! use authly_admin_client::health::Status;
//!
//! // `address` is the server's issuer, such as `https://auth.example.com`.
//! let client = AdminClient::builder(address.parse()?).build()?;
//! let health = client.health().await?;
//!
//! assert_eq!(health.status, Status::Up);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A call ends in one of these ways: the typed answer, or a [`ClientError`] that tells a server that
//! cannot be reached from one that refuses, from one that gives an answer nobody understands, and
//! from having no access token. Every attempt has a time limit, answers have a size limit, and
//! redirects are not followed, so that credentials stay with the server that they are meant for.
//!
//! A call whose answer was lost, or that the server puts off, is repeated twice within half a second
//! where doing it twice is as good as doing it once: reading, replacing, deleting, and whatever goes
//! with an [`IdempotencyKey`]. So a new secret that was lost on its way is asked for again:
//!
//! ```no_run
//! # use authly_admin_client::{AdminClient, ClientError, IdempotencyKey, Call};
//! # use authly_protocol::admin::whoami::WhoAmI;
//! # async fn example(call: Call<'_, WhoAmI>) -> Result<(), ClientError> {
//! let key = IdempotencyKey::generate();
//! let answer = call.idempotency_key(&key).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Access tokens come from a [`TokenSource`], which the builder makes: one token that you have, the
//! credentials of a service client, or a person's login that a [`CredentialStore`] keeps. They are
//! renewed as they end, once for all calls that go on at the same time.
//!
//! To add a call: the endpoint in `authly-protocol`, and a method of one line in the module of its
//! feature that begins it with [`AdminClient::call`].

mod answer;
mod audit;
mod call;
mod client;
mod clients;
mod connection;
mod error;
mod grants;
mod idempotency;
mod keys;
mod logout_calls;
mod oauth;
mod refusal;
mod refusals;
mod registration;
mod resource_servers;
mod scopes;
mod server_url;
mod sessions;
mod settings;
mod status;
mod system;
mod tokens;
mod tokens_issued;
mod users;
mod whoami;

pub use call::{Call, Versioned};
pub use client::{AdminClient, AdminClientBuilder};
pub use error::{BuildError, ClientError, Misunderstanding, NotLoggedIn};
pub use idempotency::IdempotencyKey;
pub use oauth::{OAuth, PasswordLogin, Redemption, Tokens};
pub use refusal::Refusal;
pub use server_url::{ServerUrl, ServerUrlError};
pub use tokens::{CredentialStore, Credentials, LockedStore, Pending, StoreError, TokenSource};

/// Time, as credentials carry it.
pub use authly_domain::clock;
/// Identifiers, of a type for each kind of thing.
pub use authly_domain::id;
/// The scopes of administration.
pub use authly_domain::scopes::AdminScope;
/// The identifier of a resource server (RFC 8707).
pub use authly_domain::scopes::Resource;
/// Secrets, as they are handed in and out.
pub use authly_domain::secret;
/// The endpoints and documents of the admin API.
pub use authly_protocol::admin;
/// An endpoint as a type.
pub use authly_protocol::endpoint::{self, Endpoint};
/// The health document, as the server writes it.
pub use authly_protocol::health;
/// The refusals of OAuth endpoints, as the server writes them, and secrets in documents.
pub use authly_protocol::oauth::{ErrorCode, ErrorResponse, WireSecret};
