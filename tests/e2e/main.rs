//! The main job on real parts: the server's own binary on its private PostgreSQL, Debian's Chromium,
//! and the `openidconnect` crate as the application.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on stops"
)]

mod accessibility;
mod application;
mod behind_nginx;
mod browser;
mod demo;
mod devtools;
mod documents;
mod every_page;
mod examples;
mod interop;
mod looks;
mod mishaps;
mod openapi;
mod program;
mod response_modes;
mod server;
mod sign_in;
mod step_up;
mod two_sites;
