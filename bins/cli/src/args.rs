//! The command line.

use authly_admin_client::ServerUrl;
use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;
use crate::profiles::ProfileName;

/// Administers an Authly server.
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
#[command(next_help_heading = "Options of every command")]
pub(crate) struct CommonArguments {
    /// The server to ask: its issuer, with https. On this machine http will do. Unless said, it is
    /// the one that the profile is logged in to, or else one on this machine at port 8000.
    #[arg(long, global = true, value_name = "URL", env = "AUTHLY_SERVER")]
    pub(crate) server: Option<ServerUrl>,

    /// Which login to use, where you have several.
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "AUTHLY_PROFILE",
        default_value = "default"
    )]
    pub(crate) profile: ProfileName,

    /// The form in which results are printed.
    #[arg(long, global = true, value_name = "FORM", value_enum, default_value_t)]
    pub(crate) output: Form,

    /// Say nothing but results and what went wrong.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// What every command takes that changes something.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Change {
    /// Check everything and say what would happen, but change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What every command takes that destroys something.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Destruction {
    #[command(flatten)]
    pub(crate) change: Change,

    /// Do it without asking.
    #[arg(long, short)]
    pub(crate) yes: bool,
}

/// How much of a list is wanted.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Paging {
    /// Show so many at most.
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "all")]
    pub(crate) limit: usize,

    /// Show all there are.
    #[arg(long)]
    pub(crate) all: bool,
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
  1  the server refused, or is not healthy; the audit trail was tampered with;
     or somebody said no
  2  the command line makes no sense
  3  not logged in, or not any more
  4  the server cannot be reached, or cannot answer now
  5  apply --dry-run: something would change";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
