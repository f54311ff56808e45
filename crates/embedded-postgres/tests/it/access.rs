//! The access of a second process to a cluster that another one holds.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use authly_embedded_postgres::{Cluster, EmbeddedPostgresError, Kind, Options};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use pretty_assertions::assert_eq;
use secrecy::ExposeSecret;

use crate::owner::Owner;
use crate::support::{
    Folder, assert_becomes_true, assert_goes, persistent, postmaster, processes_of, search, sql,
    sql_by,
};

const ORDER: &str = "AUTHLY_TEST_ACCESS";

/// Every path below the folder, in order.
fn paths_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            paths.extend(paths_in(&entry.path()));
        }
        paths.push(entry.path());
    }
    paths.sort();
    paths
}

#[test]
fn a_second_process_gets_access_to_the_cluster_that_another_one_holds() {
    let folder = Folder::new();
    let owner = Owner::start(Kind::Persistent, &folder.0);
    let options = persistent(&folder);
    let refused = Cluster::start(&options).unwrap_err();
    assert!(
        matches!(refused, EmbeddedPostgresError::InUse { .. }),
        "{refused}"
    );

    let access = Cluster::access_running(&options).unwrap();
    assert_eq!(access.socket_dir(), owner.home.join("socket"));
    assert_eq!(
        sql_by(&access, "CREATE TABLE kept AS SELECT 7 AS number"),
        "SELECT 1"
    );
    assert!(!format!("{access:?}").contains(access.password().expose_secret()));

    drop(access);
    let again = Cluster::access_running(&options).unwrap();
    assert_eq!(sql_by(&again, "SELECT number FROM kept"), "7");

    // The access does not keep the cluster running.
    let process = postmaster(&owner.home);
    owner.kill();
    assert_goes(process);
    assert_becomes_true("nothing runs any more", || {
        processes_of(&folder.0).is_empty()
    });
}

#[test]
fn the_access_is_that_of_the_owner_wherever_the_cluster_is() {
    let folder = Folder::new();
    let closed = folder.0.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    let mut moved = Options::persistent(closed.join("data"), search());
    moved.fallback = folder.0.join("fallback");
    // The socket of this one is elsewhere too.
    let long = Options::persistent(folder.0.join("long".repeat(40)), search());

    for options in [moved, long] {
        let cluster = Cluster::start(&options).unwrap();
        assert_eq!(
            options.directory.join("postgres-moved-to").exists(),
            !cluster.directory().starts_with(&options.directory)
        );
        let access = Cluster::access_running(&options).unwrap();
        assert_eq!(access.socket_dir(), cluster.access().socket_dir());
        assert_eq!(
            sql(&cluster, "CREATE TABLE kept AS SELECT 7 AS number"),
            "SELECT 1"
        );
        assert_eq!(sql_by(&access, "SELECT number FROM kept"), "7");
        let socket_dir = access.socket_dir().to_owned();
        cluster.stop().unwrap();
        if !socket_dir.starts_with(&folder.0) {
            fs::remove_dir(socket_dir).unwrap();
        }
    }
}

#[test]
fn access_where_no_cluster_was_made_says_so_and_makes_nothing() {
    let folder = Folder::new();
    let missing = Options::persistent(folder.0.join("missing"), search());
    let ephemeral = Options::ephemeral(&folder.0, search());
    let half_made = folder.0.join("half-made");
    fs::create_dir_all(half_made.join("postgres/cluster.new")).unwrap();
    let half_made = Options::persistent(half_made, search());
    let moved = folder.0.join("moved");
    fs::create_dir(&moved).unwrap();
    let nowhere = folder.0.join("nowhere");
    fs::write(moved.join("postgres-moved-to"), nowhere.to_str().unwrap()).unwrap();
    let moved = Options::persistent(moved, search());

    let before = paths_in(&folder.0);
    for options in [missing, persistent(&folder), ephemeral, half_made, moved] {
        let error = Cluster::access_running(&options).unwrap_err();
        assert!(
            matches!(error, EmbeddedPostgresError::NoCluster { .. }),
            "{error}"
        );
        let said = error.to_string();
        assert!(said.contains(options.directory.to_str().unwrap()), "{said}");
    }
    assert_eq!(paths_in(&folder.0), before);
}

#[test]
fn access_to_a_cluster_that_has_stopped_says_so_and_starts_nothing() {
    let folder = Folder::new();
    let options = persistent(&folder);
    let cluster = Cluster::start(&options).unwrap();
    cluster.stop().unwrap();

    let before = paths_in(&folder.0);
    let error = Cluster::access_running(&options).unwrap_err();
    assert!(
        matches!(error, EmbeddedPostgresError::NotRunning { .. }),
        "{error}"
    );
    assert_eq!(paths_in(&folder.0), before);
    assert_eq!(processes_of(&folder.0), Vec::<String>::new());
}

#[test]
fn access_to_a_cluster_that_was_killed_says_that_it_does_not_answer() {
    let folder = Folder::new();
    let owner = Owner::start(Kind::Persistent, &folder.0);
    for line in processes_of(&owner.home) {
        let (number, _) = line.split_once(':').unwrap();
        let killed = kill(Pid::from_raw(number.parse().unwrap()), Signal::SIGKILL);
        // The death of one may have ended another.
        assert!(matches!(killed, Ok(()) | Err(Errno::ESRCH)), "{killed:?}");
    }
    assert_becomes_true("nothing runs any more", || {
        processes_of(&owner.home).is_empty()
    });
    let home = owner.kill();
    assert!(home.join("cluster/postmaster.pid").exists());
    assert!(home.join("socket/.s.PGSQL.5432").exists());

    // A child of the killed one may hold the socket for a moment longer.
    assert_becomes_true("the socket answers nobody", || {
        Cluster::access_running(&persistent(&folder)).is_err()
    });
    let error = Cluster::access_running(&persistent(&folder)).unwrap_err();
    assert!(
        matches!(error, EmbeddedPostgresError::NotRunning { .. }),
        "{error}"
    );
}

#[test]
fn access_without_the_password_names_its_file() {
    let folder = Folder::new();
    let options = persistent(&folder);
    let cluster = Cluster::start(&options).unwrap();
    fs::remove_file(cluster.directory().join("password")).unwrap();
    let error = Cluster::access_running(&options).unwrap_err();
    assert!(
        matches!(error, EmbeddedPostgresError::PasswordMissing { .. }),
        "{error}"
    );
}

#[test]
fn another_user_is_told_as_whom_to_run_it() {
    let folder = Folder::new();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    let closed = folder.0.join("closed");
    fs::create_dir(&closed).unwrap();
    if geteuid().is_root() {
        let said = said_to_another_user(&folder, &folder.0);
        assert!(said.contains("belongs to the user `postgres`"), "{said}");
        assert!(said.contains("Run this as that user or as root"), "{said}");

        fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
        let said = said_to_another_user(&folder, &closed);
        assert!(
            said.contains("Run this as the user who starts the server"),
            "{said}"
        );
    } else {
        // Only root becomes another user, but anyone can close a folder to oneself.
        fs::set_permissions(&closed, Permissions::from_mode(0o000)).unwrap();
        let error = Cluster::access_running(&Options::persistent(&closed, search())).unwrap_err();
        // Or it could not be removed at the end.
        fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
        assert!(
            matches!(error, EmbeddedPostgresError::Closed { .. }),
            "{error}"
        );
    }
    cluster.stop().unwrap();
}

/// What a user who is neither root nor PostgreSQL's account is told who asks for access to the cluster
/// of the data directory.
fn said_to_another_user(folder: &Folder, data: &Path) -> String {
    const NOBODY: u32 = 65534;
    // This program may be where others cannot go. It is not copied by this process itself, since a
    // file that a process writes, or one that it is just starting, cannot be run.
    let program = folder.0.join("program");
    let copied = Command::new("install")
        .args(["-m", "0755"])
        .args([&std::env::current_exe().unwrap(), &program])
        .status()
        .unwrap();
    assert!(copied.success());
    let output = Command::new(&program)
        .args([
            "--exact",
            "access::a_process_asks_for_the_access_it_is_told",
        ])
        .env(ORDER, data)
        .current_dir("/")
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Does nothing but where a test has started this program with an order. Then it fails with what it
/// was told.
#[test]
fn a_process_asks_for_the_access_it_is_told() {
    let Some(data) = std::env::var_os(ORDER) else {
        return;
    };
    if let Err(error) = Cluster::access_running(&Options::persistent(data, search())) {
        panic!("{error}");
    }
}
