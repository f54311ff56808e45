//! The command line.

use authly_admin_client::ServerUrl;
use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;

/// Talks to an Authly server.
#[derive(Debug, Parser)]
#[command(name = "authly", version, arg_required_else_help = true, after_help = EXIT_STATUS)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,

    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct CommonArguments {
    /// The server to ask: its issuer, with https. On this machine http will do.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "AUTHLY_SERVER",
        default_value = "http://localhost:8000"
    )]
    pub(crate) server: ServerUrl,

    /// The form in which results are printed.
    #[arg(long, global = true, value_name = "FORM", value_enum, default_value_t)]
    pub(crate) output: Form,
}

/// The form of a result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Aligned columns, for people.
    #[default]
    Table,
    /// JSON, for programs.
    Json,
    /// YAML, for programs.
    Yaml,
}

const EXIT_STATUS: &str = "\
Results go to standard output, messages to standard error.

Exit status:
  0  done
  1  the server refused, or is not healthy
  2  the command line makes no sense
  4  the server cannot be reached";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
