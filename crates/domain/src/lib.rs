//! The vocabulary of Authly, and the rules that need neither storage nor network.
//!
//! An OAuth 2.1 and OpenID Connect server is made of few things, and each has a module here:
//!
//! * a **client** ([`clients`]) is an application that asks for tokens;
//! * a **user** ([`users`]) is a person; a **session** ([`sessions`]) is one browser in which that
//!   person has logged in;
//! * a **scope** ([`scopes`]) is what a client asks for; a **consent** ([`consents`]) is what the
//!   user answered, and it outlives any one authorization;
//! * an **authorization** ([`authorizations`]) is the way from the request in the browser to the
//!   code that the client redeems;
//! * a **grant** ([`grants`]) is one authorization that was redeemed: the family its **tokens**
//!   ([`tokens`]) belong to. When the grant ends, they all end;
//! * **keys** ([`keys`]) sign what we hand out;
//! * a **refusal** ([`refusals`]) is explained to administrators, and to nobody else.
//!
//! Values are parsed where they enter and can then only exist valid:
//!
//! ```
//! use authly_domain::clients::{ApplicationType, RedirectUri};
//!
//! let registered: RedirectUri = "http://127.0.0.1/callback".parse()?;
//! assert!(registered.admits("http://127.0.0.1:49152/callback", ApplicationType::Native));
//! assert!(!registered.admits("http://127.0.0.1:49152/other", ApplicationType::Native));
//! # Ok::<(), authly_domain::clients::RedirectUriError>(())
//! ```
//!
//! Nothing here reads a clock, draws randomness or waits: rules take `now` as an argument, and
//! [`clock::Clock`] and [`entropy::Entropy`] are interfaces that the edges implement.

pub mod admin;
pub mod audit;
pub mod authorizations;
pub mod clients;
pub mod clock;
pub mod configuration;
pub mod consents;
pub mod entropy;
pub mod grants;
pub mod id;
pub mod idempotency;
pub mod issuer;
pub mod jobs;
pub mod keys;
pub mod logout;
pub mod network;
pub mod page;
pub mod refusals;
pub mod registration;
pub mod resource_servers;
pub mod retention;
pub mod scopes;
pub mod secret;
pub mod sessions;
pub mod settings;
pub mod throttle;
pub mod tokens;
pub mod users;
