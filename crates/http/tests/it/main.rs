//! The server's endpoints over HTTP, on a real PostgreSQL; the tree of modules mirrors the URLs.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod admin;
mod assertion_support;
mod auth;
mod conformance;
mod demo;
mod health;
mod hostile;
mod interaction;
mod limits;
mod logs;
mod machine_support;
mod metrics;
mod oauth;
mod oidc;
mod outage;
mod pages;
mod support;
