//! The Authly command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    authly_cli::run(std::env::args_os()).into()
}
