//! Several real servers on one real PostgreSQL: what they do at the same moment, and what stays whole
//! when a server or the database is killed, restarted or paused under load.
//!
//! Each test has a cluster of its own, since it does to it what no other test could bear. Nothing
//! here waits for time to pass: what has to happen is waited for, and what it took is reported on
//! standard error (`--nocapture`).
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on stops"
)]

mod application;
mod dice;
mod family;
mod installation;
mod invariants;
mod kills;
mod load;
mod logout_calls;
mod node;
mod outages;
mod postgres;
mod races;
mod report;
mod rolling;
mod sealing;
mod start;
mod wait;
