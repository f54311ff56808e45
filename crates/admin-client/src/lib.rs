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
//! A call ends in one of four ways: the typed answer, or a [`ClientError`] that tells a server that
//! cannot be reached from one that refuses and from one that gives an answer nobody understands.
//! Every call has a time limit, answers have a size limit, and redirects are not followed, so that
//! credentials stay with the server that they are meant for.
//!
//! To add a call: the wire type in `authly-protocol`, a method in the module of its feature that
//! says which statuses carry that type, and tests against a server and against malformed answers.

mod answer;
mod client;
mod error;
mod server_url;
mod status;

pub use client::{AdminClient, AdminClientBuilder};
pub use error::{BuildError, ClientError, Misunderstanding, Refusal};
pub use server_url::{ServerUrl, ServerUrlError};

/// The health document, as the server writes it.
pub use authly_protocol::health;
/// The refusals of OAuth endpoints, as the server writes them.
pub use authly_protocol::oauth::{ErrorCode, ErrorResponse};
