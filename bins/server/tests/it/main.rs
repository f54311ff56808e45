//! The program as its users meet it: a process with arguments, variables, files and signals.

#![expect(
    clippy::expect_used,
    reason = "a program that cannot be started or spoken to is a failed test, also in functions \
              between"
)]

mod commands;
mod config;
mod embedded;
mod jobs;
mod live_settings;
mod metrics;
mod open_files;
mod pooler;
mod program;
mod resource_servers;
mod shutdown;
