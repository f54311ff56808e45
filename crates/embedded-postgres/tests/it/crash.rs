//! Processes that are killed with a signal that nobody can handle.

use std::fs;

use authly_embedded_postgres::{Cluster, Kind};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pretty_assertions::assert_eq;

use crate::owner::Owner;
use crate::support::{
    Folder, assert_becomes_true, assert_goes, persistent, postmaster, processes_of, sql,
};

#[test]
fn postgres_stops_cleanly_when_its_owner_is_killed() {
    let folder = Folder::new();
    let owner = Owner::start(Kind::Persistent, &folder.0);
    let process = postmaster(&owner.home);
    let home = owner.kill();
    assert_goes(process);
    assert_becomes_true("nothing runs any more", || {
        processes_of(&folder.0).is_empty()
    });
    let log = fs::read_to_string(home.join("postgres.log")).unwrap();
    assert!(log.contains("received fast shutdown request"), "{log}");
    assert!(log.contains("database system is shut down"), "{log}");
}

#[test]
fn a_cluster_starts_at_once_after_its_owner_was_killed() {
    let folder = Folder::new();
    let owner = Owner::start(Kind::Persistent, &folder.0);
    owner.kill();
    // No waiting: the earlier PostgreSQL is still about to stop.
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
}

#[test]
fn a_cluster_recovers_from_the_death_of_postgres() {
    let folder = Folder::new();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    sql(&cluster, "CREATE TABLE kept AS SELECT 7 AS number");
    let process = postmaster(cluster.directory());
    kill(process, Signal::SIGKILL).unwrap();
    assert_goes(process);
    cluster.stop().unwrap();

    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(sql(&cluster, "SELECT number FROM kept"), "7");
}

#[test]
fn a_cluster_recovers_from_the_death_of_everything() {
    let folder = Folder::new();
    let owner = Owner::start(Kind::Persistent, &folder.0);
    let process = postmaster(&owner.home);
    for line in processes_of(&owner.home) {
        let (number, _) = line.split_once(':').unwrap();
        let killed = kill(Pid::from_raw(number.parse().unwrap()), Signal::SIGKILL);
        // The death of one may have ended another.
        assert!(matches!(killed, Ok(()) | Err(Errno::ESRCH)), "{killed:?}");
    }
    let home = owner.kill();
    assert_goes(process);
    assert!(home.join("cluster/postmaster.pid").exists());
    assert!(home.join("socket/.s.PGSQL.5432").exists());

    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
}

#[test]
fn a_cluster_starts_when_another_program_has_got_the_number_of_the_dead_postgres() {
    let folder = Folder::new();
    let home = Owner::start(Kind::Persistent, &folder.0).kill();
    let file = home.join("cluster/postmaster.pid");
    assert_becomes_true("nothing runs any more", || {
        processes_of(&folder.0).is_empty()
    });
    let own = std::process::id();
    fs::write(
        &file,
        format!("{own}\n{}\n1\n5432\n\n\n\nready\n", home.display()),
    )
    .unwrap();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
}

#[test]
fn a_cluster_whose_making_was_killed_is_made_anew() {
    let folder = Folder::new();
    let mut owner = Owner::spawn(Kind::Persistent, &folder.0);
    let half_made = folder.0.join("postgres/cluster.new/base");
    assert_becomes_true("a cluster is half made", || half_made.exists());
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(!folder.0.join("postgres/cluster").exists());

    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
    assert!(!folder.0.join("postgres/cluster.new").exists());
}

#[test]
fn what_a_crash_of_the_machine_left_half_made_is_made_anew() {
    let folder = Folder::new();
    let half_made = folder.0.join("postgres/cluster.new");
    fs::create_dir_all(&half_made).unwrap();
    fs::write(half_made.join("PG_VERSION"), "15\n").unwrap();
    let password = folder.0.join("postgres/password");
    fs::write(&password, "").unwrap();
    // All this has been made by the account that PostgreSQL runs as.
    let account = nix::unistd::User::from_name("postgres").unwrap();
    if nix::unistd::geteuid().is_root() {
        let account = account.unwrap();
        for path in [&half_made, &half_made.join("PG_VERSION"), &password] {
            nix::unistd::chown(path, Some(account.uid), Some(account.gid)).unwrap();
        }
    }
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
    assert!(!half_made.exists());
}
