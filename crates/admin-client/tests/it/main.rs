//! The client against servers: one that answers as ours does, and some that do not.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in the functions between fails the test as well"
)]

mod calls;
mod limits;
mod malformed;
mod refused;
mod repeated;
mod samples;
mod stand_in;
mod status;
mod store;
mod tokens;
mod transport;
