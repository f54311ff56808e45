//! Adapters to the world outside. They implement the interfaces that `authly_services::ports`
//! declares; `authly-server` chooses which of them are used.
//!
//! These are the providers of secrets ([`secrets`]), and what fetches documents whose addresses clients
//! have registered ([`fetcher`]):
//!
//! ```
//! use authly_outbound::secrets::FileSecrets;
//! use authly_services::ports::SecretProvider;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let missing = FileSecrets.read("no/such/file").await;
//! assert!(missing.is_err());
//! # }
//! ```
//!
//! To add an adapter: give it a module here, implement the interface, and let the server's wiring
//! choose it by a setting. A provider of secrets is chosen by its name, as in
//! `master_key = { file = "master.key" }`.

pub mod fetcher;
pub mod secrets;
