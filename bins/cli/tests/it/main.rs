//! The program as people and scripts run it.

#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in the functions between fails the test as well"
)]

mod access;
mod clients;
mod completion;
mod desk;
mod profiles;
mod program;
mod scopes;
mod stand_in;
mod status;
mod usage;
