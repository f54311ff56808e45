//! Clusters on the PostgreSQL of this machine, as root and as any other user.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "these are allowed in tests, which the functions that tests share are too"
)]

mod access;
mod crash;
mod ephemeral;
mod owner;
mod persistent;
mod placement;
mod refusal;
mod support;
