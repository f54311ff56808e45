//! How to connect to a running cluster.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::error::EmbeddedPostgresError;
use crate::home::Home;
use crate::options::Options;
use crate::settings::{DATABASE, PORT, SUPERUSER};
use crate::{password, postmaster};

/// How to connect to a running cluster. This only says how: it holds no connection and does not keep
/// the cluster running.
#[derive(Clone, Debug)]
pub struct Access {
    socket_dir: PathBuf,
    password: SecretString,
}

impl Access {
    pub(crate) fn new(home: &Home, password: SecretString) -> Self {
        let socket_dir = home.socket_folder();
        Self {
            socket_dir,
            password,
        }
    }

    /// The access to a cluster that somebody else holds.
    pub(crate) fn running(options: &Options) -> Result<Self, EmbeddedPostgresError> {
        let home = Home::find(options)?;
        if !postmaster::answers(&home) {
            let directory = home.directory;
            return Err(EmbeddedPostgresError::NotRunning { directory });
        }
        let password = password::of_cluster(&home)?;
        Ok(Self::new(&home, password))
    }

    /// The folder of the Unix socket, which is the host to connect to.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The port to connect to, which is only a part of the socket's name.
    #[must_use]
    pub fn port(&self) -> u16 {
        PORT
    }

    /// The superuser to connect as.
    #[must_use]
    pub fn user(&self) -> &'static str {
        SUPERUSER
    }

    /// The superuser's password.
    #[must_use]
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// A database that always exists.
    #[must_use]
    pub fn database(&self) -> &'static str {
        DATABASE
    }
}
