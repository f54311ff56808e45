//! The folder that holds everything of a cluster: where it is, and whose.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::account::{Account, Right};
use crate::error::{EmbeddedPostgresError, io_error};
use crate::options::{Kind, Options};
use crate::password::{hex, random_hex};
use crate::placement::Placement;

/// The home's name in the data directory.
const NAME: &str = "postgres";
/// The file in the data directory that says where its home is, if not there.
const NOTE: &str = "postgres-moved-to";
/// The folder for temporary files that every account can use.
const TEMPORARY: &str = "/tmp";
/// The longest name of a Unix socket. Linux takes 107 bytes, macOS 103: the smaller fits both.
const SOCKET_NAME_LIMIT: usize = 103;
/// The name of the socket within its folder, made by PostgreSQL from the port.
const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// A cluster's folder and its owner.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) directory: PathBuf,
    pub(crate) account: Account,
    pub(crate) placement: Placement,
}

impl Home {
    /// Decides where the home is and whom it belongs to. A persistent one exists afterwards; an
    /// ephemeral one is made by its watcher, so that nobody can die between its making and its
    /// watching.
    pub(crate) fn settle(options: &Options) -> Result<Self, EmbeddedPostgresError> {
        match options.kind {
            Kind::Persistent => Self::persistent(options),
            Kind::Ephemeral => Self::ephemeral(options),
        }
    }

    /// The home of a cluster that exists. Changes nothing, unlike [`settle`](Self::settle).
    pub(crate) fn find(options: &Options) -> Result<Self, EmbeddedPostgresError> {
        let found = match options.kind {
            Kind::Persistent => Self::find_persistent(&options.directory),
            // Its name is random.
            Kind::Ephemeral => Ok(None),
        };
        match found {
            Ok(Some(home)) => Ok(home),
            Ok(None) => Err(EmbeddedPostgresError::NoCluster {
                directory: options.directory.clone(),
            }),
            Err(EmbeddedPostgresError::Io { path, source, .. })
                if source.kind() == io::ErrorKind::PermissionDenied =>
            {
                Err(EmbeddedPostgresError::Closed { path })
            }
            Err(error) => Err(error),
        }
    }

    fn find_persistent(directory: &Path) -> Result<Option<Self>, EmbeddedPostgresError> {
        let data = match directory.canonicalize() {
            Ok(data) => data,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error("find", directory)(error)),
        };
        let Some((home, owner, unreachable)) = cluster_of(&data)? else {
            return Ok(None);
        };
        Ok(Some(Self::new(canonical(&home)?, owner, unreachable)))
    }

    fn persistent(options: &Options) -> Result<Self, EmbeddedPostgresError> {
        fs::create_dir_all(&options.directory).map_err(io_error("make", &options.directory))?;
        let data = canonical(&options.directory)?;
        if let Some((home, owner, unreachable)) = cluster_of(&data)? {
            return Self::made(&home, owner, unreachable);
        }
        let account = Account::for_new_cluster(options.account.as_deref())?;
        let note = data.join(NOTE);
        if let Some(moved) = read_note(&note)? {
            return Self::made(&moved, account, Some(data));
        }
        if account.can(Right::Pass, &data, &options.search)? {
            return Self::made(&data.join(NAME), account, None);
        }
        let moved = fallback_for(&data, &options.fallback)?;
        if !account.can(Right::Pass, &options.fallback, &options.search)? {
            let (account, directory) = (account.name().to_owned(), options.fallback.clone());
            return Err(EmbeddedPostgresError::Unreachable { account, directory });
        }
        fs::write(&note, moved.as_os_str().as_bytes()).map_err(io_error("write", &note))?;
        Self::made(&moved, account, Some(data))
    }

    /// Makes the directory the account's.
    fn made(
        directory: &Path,
        account: Account,
        unreachable: Option<PathBuf>,
    ) -> Result<Self, EmbeddedPostgresError> {
        match DirBuilder::new().mode(0o700).create(directory) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io_error("make", directory)(error)),
        }
        account
            .take_folder(directory)
            .map_err(io_error("give away", directory))?;
        let directory = canonical(directory)?;
        Ok(Self::new(directory, account, unreachable))
    }

    fn ephemeral(options: &Options) -> Result<Self, EmbeddedPostgresError> {
        let account = Account::for_new_cluster(options.account.as_deref())?;
        let asked = canonical(&options.directory)?;
        let random = random_hex::<8>().map_err(io_error("read", Path::new("/dev/urandom")))?;
        let name = format!("authly-pg-{random}");
        if account.can(Right::Write, &asked, &options.search)? {
            return Ok(Self::new(asked.join(name), account, None));
        }
        if account.can(Right::Write, Path::new(TEMPORARY), &options.search)? {
            return Ok(Self::new(
                Path::new(TEMPORARY).join(name),
                account,
                Some(asked),
            ));
        }
        let account = account.name().to_owned();
        Err(EmbeddedPostgresError::Unreachable {
            account,
            directory: asked,
        })
    }

    fn new(home: PathBuf, account: Account, unreachable: Option<PathBuf>) -> Self {
        let directory = home.clone();
        let placement = match unreachable {
            None => Placement::AsAsked { home },
            Some(unreachable) => Placement::Moved {
                home,
                unreachable,
                account: account.name().to_owned(),
            },
        };
        Self {
            directory,
            account,
            placement,
        }
    }

    /// PostgreSQL's own data directory.
    pub(crate) fn cluster(&self) -> PathBuf {
        self.directory.join("cluster")
    }

    /// The file with the superuser's password.
    pub(crate) fn password(&self) -> PathBuf {
        self.directory.join("password")
    }

    /// PostgreSQL's log.
    pub(crate) fn log(&self) -> PathBuf {
        self.directory.join("postgres.log")
    }

    /// The folder of the socket: in the home, or where the name would get too long for a socket, a
    /// folder with a short name that the account keeps to itself.
    pub(crate) fn socket_folder(&self) -> PathBuf {
        let folder = self.directory.join("socket");
        if folder.as_os_str().len() + 1 + SOCKET_NAME.len() <= SOCKET_NAME_LIMIT {
            return folder;
        }
        let digest = digest_of(&self.directory);
        Path::new(TEMPORARY).join(format!("authly-pg-{digest}"))
    }

    /// The socket itself.
    pub(crate) fn socket(&self) -> PathBuf {
        self.socket_folder().join(SOCKET_NAME)
    }

    /// The major version of PostgreSQL that made the cluster, if there is a cluster.
    pub(crate) fn major(&self) -> Result<Option<u32>, EmbeddedPostgresError> {
        let path = self.cluster().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error("read", &path)(error)),
        }
    }
}

/// The home of the cluster that an earlier start has made for the data directory, its owner, and the
/// data directory again if the home is elsewhere because the owner cannot reach it.
fn cluster_of(
    data: &Path,
) -> Result<Option<(PathBuf, Account, Option<PathBuf>)>, EmbeddedPostgresError> {
    let here = data.join(NAME);
    if let Some(owner) = owner_of_cluster_in(&here)? {
        return Ok(Some((here, owner, None)));
    }
    let Some(moved) = read_note(&data.join(NOTE))? else {
        return Ok(None);
    };
    let owner = owner_of_cluster_in(&moved)?;
    Ok(owner.map(|owner| (moved, owner, Some(data.to_owned()))))
}

/// Whose the cluster in this home is, if there is one.
fn owner_of_cluster_in(home: &Path) -> Result<Option<Account>, EmbeddedPostgresError> {
    let cluster = home.join("cluster");
    match fs::metadata(&cluster) {
        Ok(metadata) => Account::of_owner(&cluster, &metadata).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            // Only its owner may look into a home, so the home tells whose it is.
            let metadata = fs::metadata(home).map_err(io_error("look at", home))?;
            Account::of_owner(home, &metadata).map(Some)
        }
        Err(error) => Err(io_error("look at", &cluster)(error)),
    }
}

/// Where the home goes when the account cannot reach `data`.
fn fallback_for(data: &Path, fallback: &Path) -> Result<PathBuf, EmbeddedPostgresError> {
    if !fallback.exists() {
        // Whatever the mask of this process is, the account must pass.
        fs::create_dir_all(fallback)
            .and_then(|()| fs::set_permissions(fallback, Permissions::from_mode(0o755)))
            .map_err(io_error("make", fallback))?;
    }
    let home = fallback.join(digest_of(data));
    if home.join("cluster").exists() {
        // Its keys and settings went with the earlier data directory.
        let data_directory = data.to_owned();
        return Err(EmbeddedPostgresError::LeftOver {
            data_directory,
            left: home,
        });
    }
    Ok(home)
}

fn read_note(note: &Path) -> Result<Option<PathBuf>, EmbeddedPostgresError> {
    match fs::read(note) {
        Ok(bytes) => Ok(Some(PathBuf::from(OsStr::from_bytes(&bytes)))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", note)(error)),
    }
}

/// A short name that stands for a path.
fn digest_of(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    hex(digest.first_chunk::<16>().map_or(&digest[..], |half| half))
}

fn canonical(path: &Path) -> Result<PathBuf, EmbeddedPostgresError> {
    path.canonicalize().map_err(io_error("find", path))
}
