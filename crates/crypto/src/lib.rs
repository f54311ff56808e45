//! Signatures, sealing, digests and password hashes: everything that needs a cryptographic library.
//!
//! The libraries stay inside: OpenSSL (through josekit) and bcrypt are used by no other crate, and
//! their errors never leave this one. What is here:
//!
//! * [`keys`] makes signing keys and [`keyring`] signs and verifies with them, from a ring that is
//!   built once at load or rotation; [`claims`] are the payloads, [`jws`] the token itself;
//! * [`master_key`] is the one secret that the others hang on: [`seal`] wraps private keys under
//!   it, [`csrf`] and [`device_cookie`] derive their keys from it; [`answer`] seals what is kept for a
//!   repetition of a request, under the request's own key;
//! * [`opaque`] makes tokens that say nothing, [`compare`] compares in constant time, [`pkce`]
//!   checks a code verifier, [`pairwise`] names users to sectors;
//! * [`client_keys`] reads the public keys of clients, [`encryption`] encrypts tokens to them;
//! * [`client_assertion`] reads what clients sign to be let in, [`request_object`] what they ask for so;
//! * [`client_jwt`] checks that they have signed it; [`software_statement`] reads what others sign for them;
//! * [`chain`] seals the audit trail;
//! * [`password`] hashes on threads of its own;
//! * [`strict_json`] reads JSON that somebody else wrote, [`entropy`] asks the system for
//!   randomness.
//!
//! ```
//! use std::time::Duration;
//!
//! use authly_crypto::entropy::OsEntropy;
//! use authly_crypto::jws::TokenType;
//! use authly_crypto::keyring::KeyRing;
//! use authly_crypto::keys::generate_signing_key;
//! use authly_crypto::master_key::MasterKey;
//! use authly_domain::clock::{Clock, SystemClock};
//! use authly_domain::keys::{KeyPhase, SigningAlgorithm};
//!
//! let now = SystemClock.now();
//! let master = MasterKey::generate(&OsEntropy);
//! let mut key = generate_signing_key(SigningAlgorithm::Es256, &master, now, &OsEntropy)?;
//! key.phase = KeyPhase::Active { since: now };
//!
//! let ring = KeyRing::build(&[key], &master, now, Duration::from_secs(900))?;
//! let claims = serde_json::json!({ "sub": "alice" });
//! let token = ring.sign(SigningAlgorithm::Es256, TokenType::AccessToken, &claims)?;
//!
//! let verified = ring.verify(&token, Some(TokenType::AccessToken))?;
//! assert_eq!(verified.payload(), br#"{"sub":"alice"}"#);
//! assert!(ring.verify(&token, Some(TokenType::Jwt)).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! To add a signing algorithm, give it a variant in `domain::keys::SigningAlgorithm` and follow the
//! compiler: `jwk` imports and makes its keys, [`claims::at_hash`] names its hash.

mod base64url;
mod derive;
mod jwk;

pub mod answer;
pub mod chain;
pub mod claims;
pub mod client_assertion;
pub mod client_jwt;
pub mod client_keys;
pub mod compare;
pub mod csrf;
pub mod cursor;
pub mod device_cookie;
pub mod encryption;
pub mod entropy;
pub mod jws;
pub mod keyring;
pub mod keys;
pub mod master_key;
pub mod opaque;
pub mod pairwise;
pub mod password;
pub mod pkce;
pub mod request_object;
pub mod seal;
pub mod session_state;
pub mod software_statement;
pub mod strict_json;
