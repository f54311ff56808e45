//! Where a database is.

use std::time::Duration;

use super::CONNECT_TIME_LIMIT;
use crate::DbError;

/// When an idle connection is first tried, how often then, and how often in vain: one to a machine
/// that has vanished, which nobody closes, is out of the pool half a minute later.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(15), Duration::from_secs(5), 3);

/// What the driver takes where nobody says anything.
const SYSTEM_KEEPALIVE: Duration = Duration::from_hours(2);

/// Where a database is, and as whom to log in. Has no `Debug`: a password may be in it.
#[derive(Clone)]
pub struct DbAddress(pub(super) tokio_postgres::Config);

impl DbAddress {
    /// Reads a URL (`postgres://user:password@host/name`) or a `key=value` text.
    ///
    /// # Errors
    /// [`DbError::Settings`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, DbError> {
        let config: tokio_postgres::Config =
            text.parse()
                .map_err(|error: tokio_postgres::Error| DbError::Settings {
                    source: error.into(),
                })?;
        Ok(Self::from_config(config))
    }

    /// A cluster on a Unix socket of this machine.
    #[must_use]
    pub fn unix_socket(
        directory: &std::path::Path,
        port: u16,
        user: &str,
        password: &str,
        database: &str,
    ) -> Self {
        let mut config = tokio_postgres::Config::new();
        config
            .host_path(directory)
            .port(port)
            .user(user)
            .password(password)
            .dbname(database);
        Self::from_config(config)
    }

    /// The same place, another database.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        let mut config = self.0.clone();
        config.dbname(name);
        Self(config)
    }

    /// Whether every host is a Unix socket or a loopback address, where nobody can listen in.
    #[must_use]
    pub fn is_local(&self) -> bool {
        use tokio_postgres::config::Host;
        let local = |host: &Host| match host {
            Host::Tcp(name) => {
                name == "localhost"
                    || name
                        .parse::<std::net::IpAddr>()
                        .is_ok_and(|address| address.is_loopback())
            }
            Host::Unix(_) => true,
        };
        self.0.get_hosts().iter().all(local)
    }

    fn from_config(mut config: tokio_postgres::Config) -> Self {
        config
            .application_name("authly")
            .connect_timeout(CONNECT_TIME_LIMIT);
        // The system's own time is two hours; who chose another in the address keeps it.
        if config.get_keepalives_idle() == SYSTEM_KEEPALIVE {
            let (idle, interval, retries) = KEEPALIVE;
            config
                .keepalives_idle(idle)
                .keepalives_interval(interval)
                .keepalives_retries(retries);
        }
        Self(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_has_vanished_is_noticed_soon_unless_the_address_says_otherwise() {
        let idle = |text| DbAddress::parse(text).unwrap().0.get_keepalives_idle();
        assert_eq!(idle("postgres://db.example/authly"), KEEPALIVE.0);
        let own = "postgres://db.example/authly?keepalives_idle=60";
        assert_eq!(idle(own), Duration::from_mins(1));
    }
}
