//! What the start says: where to go, and where everything is. Never a password.

use std::fmt;
use std::net::SocketAddr;

use authly_embedded_postgres::Placement;
use authly_services::seed::SeedReport;

use crate::settings::{Mode, Settings};

/// What there is to know about a server that has started.
pub(crate) struct Announcement<'s> {
    pub(crate) settings: &'s Settings,
    /// Where it listens, also where the settings left the port open.
    pub(crate) address: SocketAddr,
    /// Where metrics are shown.
    pub(crate) metrics: Option<SocketAddr>,
    /// Where an embedded cluster is.
    pub(crate) placement: Option<&'s Placement>,
    /// What a seed stored.
    pub(crate) seeded: Option<SeedReport>,
}

impl fmt::Display for Announcement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            settings, address, ..
        } = self;
        let bootstrap = &settings.bootstrap;
        writeln!(
            f,
            "Authly {} is ready: {}/",
            env!("CARGO_PKG_VERSION"),
            settings.issuer
        )?;
        writeln!(f, "  listening on   http://{address}")?;
        writeln!(f, "  issuer         {}", settings.issuer)?;
        if let Some(metrics) = self.metrics {
            writeln!(f, "  metrics        http://{metrics}/metrics")?;
        }
        if let Some(path) = bootstrap
            .password_file
            .as_ref()
            .filter(|path| path.exists())
        {
            writeln!(
                f,
                "  administrator  {}; the password made for the first login is in {}",
                bootstrap.username,
                path.display()
            )?;
        }
        if let Mode::Embedded { data_dir } = &settings.mode {
            writeln!(f, "  data           {}", data_dir.display())?;
        }
        if let Some(placement @ Placement::Moved { .. }) = self.placement {
            writeln!(f, "  database       {placement}")?;
        }
        if let Some(SeedReport {
            scopes,
            resource_servers,
            users,
            clients,
        }) = self.seeded
        {
            writeln!(
                f,
                "  seed           scopes: {scopes}, users: {users}, clients: {clients}, \
                 resource servers: {resource_servers}"
            )?;
        }
        f.write_str("Ctrl-C stops it.")
    }
}
