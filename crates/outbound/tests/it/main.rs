//! The adapters, against the real thing.

#![expect(
    clippy::unwrap_used,
    reason = "what cannot be set up is a failed test, also in functions between"
)]

mod fetcher;
mod secrets;
