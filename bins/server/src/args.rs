//! The command line.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::settings::{ADDRESS, Flag, ISSUER, Mode, Sources};

/// OAuth 2.1 and OpenID Connect authorization server.
///
/// Without a command it runs the server, until SIGTERM or Ctrl-C.
///
/// Settings come from defaults, the file of --config, variables such as `AUTHLY_LISTEN__ADDRESS`,
/// and flags; each replaces what those before it say. `authly-server config show` lists them.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) common: SettingsArguments,

    /// Load scopes, clients and users from this TOML file before serving.
    ///
    /// For demonstrations, tests and first installations: what the file lists is created or brought
    /// up to date, nothing is removed.
    #[arg(long, value_name = "FILE")]
    pub(crate) seed: Option<PathBuf>,
}

/// Where settings come from; for every command.
#[derive(Debug, Args)]
pub(crate) struct SettingsArguments {
    /// Read settings from this TOML file.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Start a private PostgreSQL and keep everything in the data directory.
    ///
    /// For first runs, demonstrations and tests: one command gives a working server, with a
    /// database of its own from the PostgreSQL binaries on this machine, a master key and an
    /// administrator. It is one machine without backup; in production give `database.url`.
    #[arg(long, global = true)]
    embedded: bool,

    /// Where embedded mode keeps its database, its master key and the administrator's password.
    /// Without this it is the folder `data` here.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Listen here; port 0 takes any free one. Same as the setting `listen.address`.
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    bind: Option<String>,

    /// The address under which users and clients reach the server. Same as the setting `issuer`.
    #[arg(long, global = true, value_name = "URL")]
    issuer: Option<String>,
}

/// What to do instead of serving.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum Command {
    /// Bring the database's schema up to date.
    Migrate,
    /// Check or show the settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look after the signing keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Get back into an admin API that shuts everybody out.
    #[command(subcommand)]
    Admin(AdminCommand),
}

/// What to do with the settings.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Report everything that is wrong with the settings, and change nothing.
    Check,
    /// List all settings with where each came from. Secrets are masked.
    Show,
}

/// What to do with the signing keys.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum KeysCommand {
    /// Replace every signing key by a new one. Running servers notice within two seconds; tokens
    /// that were signed before stay valid.
    Rotate,
}

/// What to do about a lock-out.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum AdminCommand {
    /// Forget the networks that an administrator has stored: those of the settings file count again,
    /// or this machine alone. Running servers notice within two seconds.
    ResetNetwork,
    /// Switch the admin API on, whatever anybody has said. Running servers notice within two
    /// seconds.
    Enable,
}

impl Arguments {
    /// Reads the command line of this process. Where it makes no sense the process ends with the
    /// status 2 after saying why.
    pub(crate) fn read() -> Self {
        let arguments = Self::parse();
        if let Some(message) = arguments.contradiction() {
            let kind = clap::error::ErrorKind::ArgumentConflict;
            Self::command().error(kind, message).exit();
        }
        arguments
    }

    /// What clap cannot find, since flags may stand on both sides of a command.
    fn contradiction(&self) -> Option<&'static str> {
        if self.seed.is_some() && self.command.is_some() {
            Some("--seed is for running the server, not for a command")
        } else if self.common.data_dir.is_some() && !self.common.embedded {
            Some("--data-dir is for --embedded")
        } else {
            None
        }
    }
}

impl SettingsArguments {
    /// What the settings are read from.
    pub(crate) fn into_sources(self) -> Sources {
        let flag = |setting, name, value: Option<String>| {
            value.map(|value| Flag {
                setting,
                name,
                value,
            })
        };
        let flags = [
            flag(&ADDRESS, "--bind", self.bind),
            flag(&ISSUER, "--issuer", self.issuer),
        ];
        Sources {
            file: self.config,
            environment: std::env::vars_os().collect(),
            flags: flags.into_iter().flatten().collect(),
            mode: if self.embedded {
                let data_dir = self.data_dir.unwrap_or_else(|| PathBuf::from("data"));
                Mode::Embedded { data_dir }
            } else {
                Mode::Standard
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn flags_that_would_do_nothing_are_refused() {
        for line in [
            "authly-server --data-dir d",
            "authly-server --seed s.toml migrate",
            "authly-server migrate --seed s.toml",
        ] {
            let arguments = Arguments::try_parse_from(line.split(' '));
            let refused =
                arguments.is_err() || arguments.is_ok_and(|a| a.contradiction().is_some());
            assert!(refused, "{line}");
        }
    }

    #[test]
    fn flags_may_stand_before_and_after_a_command() {
        for line in [
            "authly-server --embedded --data-dir d keys rotate",
            "authly-server keys rotate --embedded --data-dir d",
        ] {
            let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
            let mode = arguments.common.into_sources().mode;
            let data_dir = PathBuf::from("d");
            assert_eq!(mode, Mode::Embedded { data_dir });
            assert!(matches!(arguments.command, Some(Command::Keys(_))));
        }
    }
}
