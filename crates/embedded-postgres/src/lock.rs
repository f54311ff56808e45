//! Two locks keep a persistent cluster from being used twice.
//!
//! `lock` is held by the process that owns the cluster, so whoever comes second is refused at once.
//! `running` is held by everything that was started for the cluster, down to the last child of
//! PostgreSQL: it outlasts an owner that was killed, and whoever gets it knows that all files of the
//! cluster are at rest. Both go with the processes that hold them, however those end.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use nix::fcntl::OFlag;

use crate::account::Account;
use crate::error::{EmbeddedPostgresError, io_error};
use crate::home::Home;
use crate::{postmaster, wait};

/// How long what an earlier owner has started may take to end.
const END_LIMIT: Duration = Duration::from_secs(15);

/// The owner's lock.
#[derive(Debug)]
pub(crate) struct Ownership(File);

impl Drop for Ownership {
    fn drop(&mut self) {
        // Closing is not enough: a program that another thread is just starting has a copy of the
        // file until it runs. Where unlocking fails, the lock goes with that copy.
        let _ = self.0.unlock();
    }
}

/// Takes the owner's lock, or says who has it.
pub(crate) fn own(home: &Home) -> Result<Ownership, EmbeddedPostgresError> {
    let path = home.directory.join("lock");
    let mut file = open(&path, &home.account)?;
    if !is_taken(&file, &path)? {
        let directory = home.directory.clone();
        return Err(EmbeddedPostgresError::InUse {
            directory,
            holder: holder(&mut file),
        });
    }
    // For the message of whoever is refused.
    file.set_len(0)
        .and_then(|()| write!(file, "{}", std::process::id()))
        .map_err(io_error("write", &path))?;
    Ok(Ownership(file))
}

/// Waits until nothing that was started earlier runs any more: a PostgreSQL whose owner was killed
/// takes a moment to stop. The returned lock is for what will be started.
pub(crate) fn wait_for_rest(home: &Home) -> Result<File, EmbeddedPostgresError> {
    let path = home.directory.join("running");
    let file = open(&path, &home.account)?;
    let at_rest = wait::until(END_LIMIT, || Ok(is_taken(&file, &path)?.then_some(())))?;
    match at_rest {
        Some(()) => Ok(file),
        None => Err(EmbeddedPostgresError::StillRunning {
            directory: home.directory.clone(),
            process: postmaster::process(&home.cluster())
                .map_or_else(|| "ID".to_owned(), |process| process.to_string()),
        }),
    }
}

fn open(path: &Path, account: &Account) -> Result<File, EmbeddedPostgresError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        // The folder is the account's: root must not be led elsewhere by a link in it.
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(path)
        .map_err(io_error("open", path))?;
    account
        .take_file(&file)
        .map_err(io_error("give away", path))?;
    Ok(file)
}

fn is_taken(file: &File, path: &Path) -> Result<bool, EmbeddedPostgresError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(io_error("lock", path)(source)),
    }
}

fn holder(file: &mut File) -> String {
    let mut process = String::new();
    match file.take(20).read_to_string(&mut process) {
        Ok(length) if length > 0 => format!("the process {process}"),
        Ok(_) | Err(_) => "another process".to_owned(),
    }
}
