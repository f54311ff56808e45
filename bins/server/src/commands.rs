//! From the command line to what is done.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use authly_http::Theme;
use tokio::runtime::Builder;

use crate::args::{Arguments, Command, ConfigCommand, KeysCommand};
use crate::console::{complain, say};
use crate::settings::{Layers, Mode, Settings, Sources, show};
use crate::storage::{Claim, Storage};
use crate::{serve, storage, telemetry, wiring};

/// Does what the command line says; the whole program.
///
/// The exit status is 0 when that went well, 1 when it did not, and 2 when the command line makes no
/// sense.
#[must_use]
pub fn run() -> ExitCode {
    match perform(Arguments::read()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn perform(arguments: Arguments) -> anyhow::Result<()> {
    let layers = Layers::gather(arguments.common.into_sources());
    if let Some(Command::Config(ConfigCommand::Show)) = arguments.command {
        say(show(&layers).trim_end());
    }
    let settings = read(&layers)?;
    match arguments.command {
        Some(Command::Config(ConfigCommand::Show)) => Ok(()),
        Some(Command::Config(ConfigCommand::Check)) => {
            Theme::load(&settings.issuer, &settings.pages)?;
            say("The settings are in order.");
            Ok(())
        }
        command => {
            telemetry::start(&settings.log)?;
            // One provider of cryptography for all TLS. Another was installed only if this ran
            // twice, which does no harm.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
            match command {
                Some(Command::Migrate) => migrate(&settings),
                Some(Command::Keys(KeysCommand::Rotate)) => rotate_keys(&settings),
                _ => serve::serve(&settings, arguments.seed.as_deref()),
            }
        }
    }
}

/// What is wrong with a settings file and these variables, as `config check` says it. Public for
/// fuzzing alone: settings have no other face than the program.
///
/// # Errors
/// All problems there are.
#[doc(hidden)]
pub fn check_settings(file: &Path, environment: Vec<(OsString, OsString)>) -> Result<(), String> {
    let layers = Layers::gather(Sources {
        file: Some(file.to_owned()),
        environment,
        flags: Vec::new(),
        mode: Mode::Standard,
    });
    let _ = show(&layers);
    read(&layers)
        .map(drop)
        .map_err(|error| format!("{error:#}"))
}

fn read(layers: &Layers) -> anyhow::Result<Settings> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("the system gives no runtime")?;
    Ok(runtime.block_on(Settings::read(layers))?)
}

fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let storage = Storage::open(storage::runtime()?, settings, Claim::Shared)?;
    let applied = storage.migrate();
    let closed = storage.close();
    for migration in applied? {
        say(format_args!("applied {migration}"));
    }
    closed?;
    say("The database's schema is up to date.");
    Ok(())
}

fn rotate_keys(settings: &Settings) -> anyhow::Result<()> {
    let storage = Storage::open(storage::runtime()?, settings, Claim::Shared)?;
    let rotation = storage.require_schema().and_then(|()| {
        let context = wiring::context(&storage);
        storage.handle().block_on(async {
            let keys = wiring::keys(settings, &storage, &context).await?;
            Ok(keys.rotate().await?)
        })
    });
    let closed = storage.close();
    let rotation = rotation?;
    say("These keys sign from now on; running servers notice within two seconds.");
    for (algorithm, kid) in rotation.active {
        say(format_args!("  {algorithm:<5}  {kid}"));
    }
    closed
}
