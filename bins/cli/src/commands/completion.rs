//! `authly completion SHELL`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Prints the script that completes commands and flags in `shell`.
pub(crate) fn completion(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "authly", &mut script);
    Output::script(&script)?;
    Ok(Exit::Ok)
}
