//! The program `authly-server`: see the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    authly_server::run()
}
