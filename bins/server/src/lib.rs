//! The Authly server: it reads its settings, builds the services on the database, and serves them
//! over HTTP until it is told to stop. What it decides is in `authly_services`, how it speaks HTTP
//! in `authly_http`; here is what an operator sees: command line, settings, logs, embedded mode.

mod announcement;
mod args;
mod commands;
mod console;
mod demo;
mod embedded;
mod first_start;
mod open_files;
mod private_file;
mod serve;
mod settings;
mod shutdown;
mod storage;
mod telemetry;
mod toml_file;
mod wiring;

pub use commands::{check_settings, run};
