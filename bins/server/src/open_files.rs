//! The limit of open files: raised as far as it may be, and shared out.
//!
//! Each connection to a client takes two file descriptors, each to the database one. A process that
//! has none left can accept nobody and open no connection to the database either, so that the number
//! of clients is bounded below that.

use anyhow::{Context, bail};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::settings::Settings;

/// How many connections to clients there may be at most, unless the settings say.
const USUAL_CONNECTIONS: u64 = 4_096;
/// How many descriptors one connection to a client takes: one to serve it, one to hang up on it.
const PER_CONNECTION: u64 = 2;
/// What a process needs beside connections: libraries, logs, pipes, timers of each thread.
const RESERVE: u64 = 64;
/// What each worker needs for itself.
const PER_WORKER: u64 = 8;

/// Raises the limit to what the settings need, and answers how many connections to clients it
/// allows.
///
/// # Errors
/// When the settings ask for more connections than the limit allows, or for so much else that
/// hardly any is left.
pub(crate) fn connections(settings: &Settings) -> anyhow::Result<usize> {
    let asked = settings.listen.max_connections;
    let wanted = asked.map_or(USUAL_CONNECTIONS, |asked| asked as u64);
    let besides = besides(settings);
    let limit = raise(besides + wanted * PER_CONNECTION)?;
    let possible = limit.saturating_sub(besides) / PER_CONNECTION;
    if asked.is_some() && possible < wanted {
        bail!(
            "listen.max_connections is {wanted}, but this process may open {limit} files, which is \
             enough for {possible} connections: raise the limit (ulimit -n, LimitNOFILE= of \
             systemd) or choose less"
        );
    }
    if possible == 0 {
        bail!(
            "this process may open {limit} files, which is not enough: raise the limit (ulimit -n, \
             LimitNOFILE= of systemd)"
        );
    }
    let connections = possible.min(wanted);
    if connections < wanted {
        tracing::warn!(
            connections,
            limit,
            "the limit of open files allows fewer connections than usual"
        );
    }
    Ok(usize::try_from(connections)?)
}

/// The descriptors that do not serve clients.
fn besides(settings: &Settings) -> u64 {
    let workers = settings.listen.workers as u64 * PER_WORKER;
    RESERVE + workers + settings.database.pool_size as u64
}

/// Raises the soft limit to `wanted`, or as near as it may be, and answers what it is now.
fn raise(wanted: u64) -> anyhow::Result<u64> {
    let (soft, hard) =
        getrlimit(Resource::RLIMIT_NOFILE).context("the limit of open files cannot be read")?;
    let goal = wanted.min(hard);
    if goal <= soft {
        return Ok(soft);
    }
    match setrlimit(Resource::RLIMIT_NOFILE, goal, hard) {
        Ok(()) => Ok(goal),
        // Some systems have a lower limit than the one they name.
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            Ok(soft)
        }
    }
}
