//! The account that PostgreSQL runs as. PostgreSQL refuses to run as root.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User, getegid, geteuid};

use crate::error::{EmbeddedPostgresError, io_error};
use crate::find::SearchPath;

/// The account that PostgreSQL's package makes.
const USUAL: &str = "postgres";

/// The account that PostgreSQL runs as, and whether it must be switched to.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    switch: Switch,
}

/// How a program gets to run as the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Switch {
    /// It is the account of this process.
    None,
    /// This process is root and drops its rights for the program.
    Drop,
}

/// What an account has to do in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// To go through it to a folder below.
    Pass,
    /// To make folders in it.
    Write,
}

/// Whether this process is root's.
pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}

impl Account {
    /// The account for a new cluster: the one of this process, and for root the `configured` one,
    /// else `postgres`.
    pub(crate) fn for_new_cluster(configured: Option<&str>) -> Result<Self, EmbeddedPostgresError> {
        if !is_root() {
            return Ok(Self::own());
        }
        let name = configured.unwrap_or(USUAL);
        let user = User::from_name(name)
            .map_err(|errno| io_error("look up the account", Path::new(name))(errno.into()))?
            .ok_or_else(|| EmbeddedPostgresError::NoSuchAccount {
                name: name.to_owned(),
            })?;
        if user.uid.is_root() {
            return Err(EmbeddedPostgresError::BelongsToRoot {
                what: format!("`{name}`"),
            });
        }
        Ok(Self::dropped_to(user.name, user.uid, user.gid))
    }

    /// The account for a cluster that exists: its owner, who must not be root, and who must be the
    /// account of this process unless that is root.
    pub(crate) fn of_owner(
        directory: &Path,
        metadata: &Metadata,
    ) -> Result<Self, EmbeddedPostgresError> {
        let (uid, gid) = (Uid::from_raw(metadata.uid()), Gid::from_raw(metadata.gid()));
        if uid.is_root() {
            let what = directory.display().to_string();
            return Err(EmbeddedPostgresError::BelongsToRoot { what });
        }
        if uid == geteuid() {
            return Ok(Self::own());
        }
        if !is_root() {
            let directory = directory.to_owned();
            return Err(EmbeddedPostgresError::BelongsToAnother {
                directory,
                owner: name_of(uid),
            });
        }
        Ok(Self::dropped_to(name_of(uid), uid, gid))
    }

    fn own() -> Self {
        let (uid, gid) = (geteuid(), getegid());
        let (name, switch) = (name_of(uid), Switch::None);
        Self {
            name,
            uid: uid.as_raw(),
            gid: gid.as_raw(),
            switch,
        }
    }

    fn dropped_to(name: String, uid: Uid, gid: Gid) -> Self {
        Self {
            name,
            uid: uid.as_raw(),
            gid: gid.as_raw(),
            switch: Switch::Drop,
        }
    }

    /// The account's name, for people.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Makes the folder the account's.
    pub(crate) fn take_folder(&self, path: &Path) -> io::Result<()> {
        match self.switch {
            Switch::None => Ok(()),
            // Not through a link, which somebody else may have put there.
            Switch::Drop => std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid)),
        }
    }

    /// Makes the open file the account's.
    pub(crate) fn take_file(&self, file: &File) -> io::Result<()> {
        match self.switch {
            Switch::None => Ok(()),
            Switch::Drop => std::os::unix::fs::fchown(file, Some(self.uid), Some(self.gid)),
        }
    }

    /// A command that runs as this account, in `/`, in a process group of its own, and with a small
    /// fixed environment, since that of this process may hold secrets.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, search: &SearchPath) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", search.path_for_programs())
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir("/")
            .process_group(0);
        if self.switch == Switch::Drop {
            // `uid` also clears the supplementary groups.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Whether the account has this right to the folder. Only root has to ask: its own rights say
    /// nothing about those of the account.
    pub(crate) fn can(
        &self,
        right: Right,
        folder: &Path,
        search: &SearchPath,
    ) -> Result<bool, EmbeddedPostgresError> {
        if self.switch == Switch::None {
            return Ok(true);
        }
        let test = match right {
            Right::Pass => r#"cd "$1""#,
            Right::Write => r#"cd "$1" && test -w ."#,
        };
        let status = self
            .command("/bin/sh", search)
            .args(["-c", test, "sh"])
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .map_err(io_error("run", Path::new("/bin/sh")))?;
        Ok(status.success())
    }
}

fn name_of(uid: Uid) -> String {
    match User::from_uid(uid) {
        Ok(Some(user)) => user.name,
        Ok(None) | Err(_) => uid.to_string(),
    }
}
