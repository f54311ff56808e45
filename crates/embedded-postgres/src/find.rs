//! Finding PostgreSQL's binaries.

use std::cmp::Reverse;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::error::EmbeddedPostgresError;

/// The oldest major version that is supported.
const MINIMUM: u32 = 15;

/// Where distributions put the binaries. `*` stands for any text, usually the version.
const DISTRIBUTION_FOLDERS: [&str; 8] = [
    "/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
    "/usr/pgsql-*/bin",                                   // PostgreSQL's own RPMs
    "/usr/libexec/postgresql*",                           // Alpine
    "/usr/lib/postgresql*/bin",                           // openSUSE
    "/usr/local/pgsql/bin",                               // built from source
    "/opt/homebrew/opt/postgresql@*/bin",                 // Homebrew, ARM
    "/usr/local/opt/postgresql@*/bin",                    // Homebrew, Intel
    "/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
];

/// Where to look for `initdb` and `postgres`. The first folder that has both in a usable version
/// wins.
#[derive(Clone, Debug)]
pub struct SearchPath {
    named: Option<PathBuf>,
    path: Option<OsString>,
    folders: Vec<PathBuf>,
}

impl SearchPath {
    /// Looks in the folder `pg_bin_dir`, then in those of `path`, then where distributions put the
    /// binaries. The arguments are the values of the environment variables `PG_BIN_DIR` and `PATH`,
    /// which this crate does not read itself.
    #[must_use]
    pub fn new(pg_bin_dir: Option<OsString>, path: Option<OsString>) -> Self {
        Self {
            named: pg_bin_dir
                .filter(|folder| !folder.is_empty())
                // The programs are started in another folder than ours.
                .map(|folder| std::path::absolute(&folder).unwrap_or(folder.into())),
            path: path.filter(|path| !path.is_empty()),
            folders: DISTRIBUTION_FOLDERS.map(PathBuf::from).to_vec(),
        }
    }

    /// Looks in these folders instead of where distributions put the binaries. One `*` in a path
    /// stands for any text.
    #[must_use]
    pub fn with_folders(self, folders: Vec<PathBuf>) -> Self {
        Self { folders, ..self }
    }

    /// The `PATH` of the programs that are started.
    pub(crate) fn path_for_programs(&self) -> &OsStr {
        self.path
            .as_deref()
            .unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin"))
    }

    /// All folders to look in, in order. The links of `PATH` are resolved, since it often has links
    /// to the binaries of one version one by one.
    fn candidates(&self) -> Vec<PathBuf> {
        let linked = self
            .path
            .iter()
            .flat_map(std::env::split_paths)
            .filter(|folder| folder.is_absolute())
            .map(|folder| match folder.join("postgres").canonicalize() {
                Ok(binary) => binary.parent().map_or(folder, Path::to_owned),
                Err(_) => folder,
            });
        let mut all: Vec<PathBuf> = Vec::new();
        for folder in self.named.iter().cloned().chain(linked) {
            if !all.contains(&folder) {
                all.push(folder);
            }
        }
        for pattern in &self.folders {
            all.extend(expand(pattern));
        }
        all
    }
}

/// The binaries of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Binaries {
    pub(crate) folder: PathBuf,
    pub(crate) major: u32,
}

/// Finds the binaries for a cluster of the version `needed` that is in `home`, or for a new one.
pub(crate) fn find(
    search: &SearchPath,
    account: &Account,
    home: &Path,
    needed: Option<u32>,
) -> Result<Binaries, EmbeddedPostgresError> {
    let mut looked = Vec::new();
    for folder in search.candidates() {
        let found = look(&folder, account, search, needed);
        let why = match found {
            Ok(major) => return Ok(Binaries { folder, major }),
            Err(why) => why,
        };
        if search.named.as_ref() == Some(&folder) {
            tracing::warn!(folder = %folder.display(), "PG_BIN_DIR is of no use: {why}");
        }
        looked.push(format!("{} ({why})", folder.display()));
    }
    let looked = if looked.is_empty() {
        "no folder".to_owned()
    } else {
        looked.join(", ")
    };
    Err(match needed {
        None => EmbeddedPostgresError::NotFound {
            minimum: MINIMUM,
            looked,
        },
        Some(needed) => {
            let directory = home.to_owned();
            EmbeddedPostgresError::MajorNotFound {
                directory,
                needed,
                looked,
            }
        }
    })
}

/// The major version of the binaries in the folder, or why they cannot be used.
fn look(
    folder: &Path,
    account: &Account,
    search: &SearchPath,
    needed: Option<u32>,
) -> Result<u32, String> {
    let postgres = folder.join("postgres");
    match (postgres.is_file(), folder.join("initdb").is_file()) {
        (true, true) => {}
        (true, false) => return Err("no initdb".to_owned()),
        (false, _) => return Err("not there".to_owned()),
    }
    let output = account
        .command(&postgres, search)
        .arg("--version")
        .output()
        .map_err(|error| format!("does not run: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    match (major_in(&said), needed) {
        (None, _) => Err("does not say its version".to_owned()),
        (Some(major), _) if major < MINIMUM => Err(format!("version {major}")),
        (Some(major), Some(needed)) if major != needed => Err(format!("version {major}")),
        (Some(major), _) => Ok(major),
    }
}

/// The major version in `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major_in(said: &str) -> Option<u32> {
    let (_, version) = said.split_once("(PostgreSQL) ")?;
    let end = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version.get(..end)?.parse().ok()
}

/// The folders that the pattern stands for, those with the highest number first; the pattern itself
/// if there are none, so that it is named among the places looked in.
fn expand(pattern: &Path) -> Vec<PathBuf> {
    let mut above = PathBuf::new();
    let mut parts = pattern.components();
    let starred = loop {
        match parts.next() {
            Some(part) if part.as_os_str().as_bytes().contains(&b'*') => break part,
            Some(part) => above.push(part),
            None => return vec![pattern.to_owned()],
        }
    };
    let starred = starred.as_os_str().to_string_lossy().into_owned();
    let (before, after) = starred.split_once('*').unwrap_or((&starred, ""));
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(&above)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let version = name
                .to_str()?
                .strip_prefix(before)?
                .strip_suffix(after)?
                .to_owned();
            let number = version
                .split('.')
                .next()
                .and_then(|major| major.parse().ok());
            Some((number.unwrap_or(0), above.join(name).join(parts.as_path())))
        })
        .collect();
    found.sort_by_key(|(version, _)| Reverse(*version));
    let found: Vec<PathBuf> = found.into_iter().map(|(_, folder)| folder).collect();
    if found.is_empty() {
        vec![pattern.to_owned()]
    } else {
        found
    }
}

#[cfg(test)]
mod tests;
