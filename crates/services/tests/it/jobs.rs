//! Jobs: who runs them, when, and what clean-up leaves.

mod clean_up;
mod flat;
mod runner;
mod unused_clients;
