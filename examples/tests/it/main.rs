//! The resource server, with a stand-in for the authorization server whose keys the tests hold.

#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in the functions between fails the test as well"
)]

mod api;
mod authorization_server;
mod introspected;
mod local;
mod step_up;
