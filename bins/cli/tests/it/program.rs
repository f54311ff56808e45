//! Runs `authly` and keeps what it said.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// How a run ended and what it printed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) results: String,
    pub(crate) messages: String,
}

/// The program with these arguments, for somebody who has never logged in, in an environment that
/// says nothing about servers.
pub(crate) fn authly(arguments: &[&str]) -> Command {
    let nowhere = concat!(env!("CARGO_TARGET_TMPDIR"), "/nobody");
    let mut command = Command::new(env!("CARGO_BIN_EXE_authly"));
    command
        .args(arguments)
        .env_remove("AUTHLY_SERVER")
        .env_remove("AUTHLY_PROFILE")
        .env_remove("NO_COLOR")
        .env("HOME", nowhere)
        .env("XDG_CONFIG_HOME", nowhere)
        .stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn end_of(command: &mut Command) -> Ended {
    Ended::of(command.output().unwrap())
}

/// Runs it to its end, with this on its standard input.
pub(crate) fn end_of_fed(command: &mut Command, input: &str) -> Ended {
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut program = pipes.spawn().unwrap();
    let mut stdin = program.stdin.take().unwrap();
    // A program that refuses its arguments reads nothing.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    Ended::of(program.wait_with_output().unwrap())
}

impl Ended {
    pub(crate) fn of(output: Output) -> Self {
        let Output {
            status,
            stdout,
            stderr,
        } = output;
        Self {
            status: status.code().unwrap(),
            results: String::from_utf8(stdout).unwrap(),
            messages: String::from_utf8(stderr).unwrap(),
        }
    }
}
