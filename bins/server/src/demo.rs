//! The demonstration of embedded mode (decisions 35).

use std::net::SocketAddr;
use std::sync::Arc;

use authly_crypto::password::PasswordHasher;
use authly_http::{Demo, Deps, FirstAdministrator};
use authly_services::Context;
use authly_services::demo::DemoService;
use authly_services::seed::Seeder;

use crate::settings::{Mode, Settings};

/// Opens the demonstration where it may be: in embedded mode, and only where nobody but this machine
/// can reach it.
///
/// # Errors
/// When its client cannot be registered.
pub(crate) async fn open(
    settings: &Settings,
    address: SocketAddr,
    context: &Context,
    hasher: &Arc<PasswordHasher>,
    deps: &Deps,
) -> anyhow::Result<Option<Demo>> {
    let is_embedded = matches!(settings.mode, Mode::Embedded { .. });
    if !is_embedded || !settings.issuer.is_loopback() || !address.ip().is_loopback() {
        return Ok(None);
    }
    let seeder = Seeder::new(context.clone(), Arc::clone(hasher));
    let service = DemoService::open(
        context.clone(),
        Arc::clone(&deps.keys),
        Arc::clone(&deps.clients),
        Arc::clone(&deps.tokens),
        &seeder,
        settings.issuer.clone(),
    );
    let bootstrap = &settings.bootstrap;
    let administrator = FirstAdministrator {
        username: bootstrap.username.to_string(),
        password_file: bootstrap.password_file.clone().filter(|path| path.exists()),
    };
    Ok(Some(Demo {
        service: Arc::new(service.await?),
        administrator: Arc::new(administrator),
    }))
}
