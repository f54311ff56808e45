//! The process between us and PostgreSQL, which stops it when we are gone.
//!
//! A small shell script (`watcher.sh`) is the parent of `initdb` and `postgres` and holds the reading
//! end of a pipe whose only writing end is ours. When we stop, or are killed with a signal that
//! nobody can handle, the pipe ends; the script then stops PostgreSQL cleanly, and removes the files
//! of an ephemeral cluster. It needs no code between `fork` and `exec`, which a parent-death signal
//! does, and unlike that signal it does not depend on which thread started it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::error::{EmbeddedPostgresError, io_error};
use crate::find::Binaries;
use crate::home::Home;
use crate::options::{Kind, Options};
use crate::settings::{SUPERUSER, settings};
use crate::wait;

const SCRIPT: &str = include_str!("watcher.sh");

/// How long the script may take to stop PostgreSQL, its harder signals included.
pub(crate) const STOP_LIMIT: Duration = Duration::from_mins(1);

/// A running script.
#[derive(Debug)]
pub(crate) struct Watcher {
    child: Child,
    /// Our end of the pipe.
    lifeline: Option<ChildStdin>,
}

impl Watcher {
    /// Starts the script, which makes the cluster if there is none and then starts PostgreSQL. All
    /// that it starts holds the lock.
    pub(crate) fn spawn(
        options: &Options,
        home: &Home,
        binaries: &Binaries,
        password: &SecretString,
        lock: Option<File>,
    ) -> Result<Self, EmbeddedPostgresError> {
        let shell = Path::new("/bin/sh");
        let socket_folder = home.socket_folder();
        let settings = settings(options, &socket_folder);
        let mut child = home
            .account
            .command(shell, &options.search)
            .args(["-c", SCRIPT, "authly-postgres"])
            .arg(&binaries.folder)
            .arg(&home.directory)
            .arg(&socket_folder)
            .arg(SUPERUSER)
            .arg(match options.kind {
                Kind::Persistent => "keep",
                Kind::Ephemeral => "remove",
            })
            .args(
                settings
                    .into_iter()
                    .flat_map(|setting| [OsString::from("-c"), setting]),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(lock.map_or_else(Stdio::null, Stdio::from))
            .spawn()
            .map_err(io_error("run", shell))?;
        let mut watcher = Self {
            lifeline: child.stdin.take(),
            child,
        };
        if let Some(pipe) = &mut watcher.lifeline {
            writeln!(pipe, "{}", password.expose_secret()).map_err(io_error("write to", shell))?;
        }
        Ok(watcher)
    }

    /// Whether PostgreSQL has ended, or never got to run; then what it said.
    pub(crate) fn ended(&mut self) -> Result<Option<String>, EmbeddedPostgresError> {
        let status = self
            .child
            .try_wait()
            .map_err(io_error("wait for", Path::new("/bin/sh")))?;
        let Some(status) = status else {
            return Ok(None);
        };
        let mut said = String::new();
        if let Some(mut output) = self.child.stdout.take() {
            // What cannot be read is missing in the message, which is better than no message.
            let _ = output.read_to_string(&mut said);
        }
        if said.trim().is_empty() {
            said = format!("nothing; {status}");
        }
        Ok(Some(said.trim_end().to_owned()))
    }

    /// Whether nobody has called [`finish`](Self::finish) yet.
    pub(crate) fn is_watching(&self) -> bool {
        self.lifeline.is_some()
    }

    /// Lets PostgreSQL stop, and waits for that. `false` if it takes too long.
    pub(crate) fn finish(&mut self) -> Result<bool, EmbeddedPostgresError> {
        drop(self.lifeline.take());
        let ended = wait::until(STOP_LIMIT, || self.ended())?;
        Ok(ended.is_some())
    }
}
