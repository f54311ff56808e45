//! From the command line to what is done.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use authly_domain::settings::live;
use authly_http::Theme;
use authly_services::settings::SettingsChange;
use serde_json::Value;
use tokio::runtime::Builder;

use crate::args::{AdminCommand, Arguments, Command, ConfigCommand, KeysCommand};
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
            wiring::fetcher(&settings.outgoing)?;
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
                Some(Command::Admin(AdminCommand::ResetNetwork)) => reset_network(&settings),
                Some(Command::Admin(AdminCommand::Enable)) => enable(&settings),
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

fn reset_network(settings: &Settings) -> anyhow::Result<()> {
    let network = live::ADMIN_ALLOWED_NETWORKS.path;
    store(settings, network, None)?;
    let networks = settings.admin.allowed_networks.iter();
    let networks: Vec<_> = networks.map(ToString::to_string).collect();
    say(format_args!(
        "{network} is forgotten as it was stored. With these settings the admin API may be called from: {}",
        networks.join(", ")
    ));
    Ok(())
}

fn enable(settings: &Settings) -> anyhow::Result<()> {
    store(settings, live::ADMIN_ENABLED.path, Some(true.into()))?;
    say("The admin API is switched on.");
    Ok(())
}

/// Stores a setting, or forgets it, as whoever is on this machine may.
fn store(settings: &Settings, name: &str, value: Option<Value>) -> anyhow::Result<()> {
    let storage = Storage::open(storage::runtime()?, settings, Claim::Shared)?;
    let stored = storage.require_schema().and_then(|()| {
        let context = wiring::context(&storage);
        storage.handle().block_on(async {
            let live = wiring::live_settings(settings, &context).await?;
            let change = SettingsChange {
                values: BTreeMap::from([(name.to_owned(), value)]),
                ..SettingsChange::default()
            };
            live.change_from_own_machine(&change).await?;
            Ok(())
        })
    });
    let closed = storage.close();
    stored?;
    closed
}
