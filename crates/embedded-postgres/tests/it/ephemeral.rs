//! A cluster for tests.

use std::fs;

use authly_embedded_postgres::{Cluster, Kind, Options};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pretty_assertions::assert_eq;

use crate::owner::Owner;
use crate::support::{Folder, assert_becomes_true, postmaster, processes_of, search, sql};

/// A folder in which every account can make one of its own, as in `/tmp`.
fn open_folder() -> Folder {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o1777)).unwrap();
    folder
}

fn is_empty(folder: &Folder) -> bool {
    fs::read_dir(&folder.0).unwrap().next().is_none()
}

#[test]
fn a_stopped_ephemeral_cluster_leaves_nothing() {
    let folder = open_folder();
    let cluster = Cluster::start(&Options::ephemeral(&folder.0, search())).unwrap();
    assert_eq!(sql(&cluster, "SHOW max_connections"), "200");
    assert_eq!(sql(&cluster, "SHOW fsync"), "off");
    sql(&cluster, "CREATE DATABASE copied TEMPLATE template0");
    cluster.stop().unwrap();
    assert!(is_empty(&folder));
    assert_eq!(processes_of(&folder.0), Vec::<String>::new());
}

#[test]
fn an_ephemeral_cluster_leaves_nothing_when_its_owner_is_killed() {
    let folder = open_folder();
    let home = Owner::start(Kind::Ephemeral, &folder.0).kill();
    assert!(home.starts_with(&folder.0));
    assert_becomes_true("its files are gone", || is_empty(&folder));
    assert_becomes_true("nothing runs any more", || {
        processes_of(&folder.0).is_empty()
    });
}

#[test]
fn an_ephemeral_cluster_leaves_nothing_when_its_owner_is_killed_while_it_is_made() {
    let folder = open_folder();
    let mut owner = Owner::spawn(Kind::Ephemeral, &folder.0);
    assert_becomes_true("its making has begun", || !is_empty(&folder));
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert_becomes_true("its files are gone", || is_empty(&folder));
    assert_becomes_true("nothing runs any more", || {
        processes_of(&folder.0).is_empty()
    });
}

#[test]
fn an_ephemeral_cluster_leaves_nothing_when_postgres_and_its_owner_are_killed() {
    let folder = open_folder();
    let owner = Owner::start(Kind::Ephemeral, &folder.0);
    let process: Pid = postmaster(&owner.home);
    kill(process, Signal::SIGKILL).unwrap();
    owner.kill();
    assert_becomes_true("its files are gone", || is_empty(&folder));
    assert_becomes_true("nothing runs any more", || {
        processes_of(&folder.0).is_empty()
    });
}

#[test]
fn ephemeral_clusters_run_side_by_side() {
    let folder = open_folder();
    let first = Cluster::start(&Options::ephemeral(&folder.0, search())).unwrap();
    let second = Cluster::start(&Options::ephemeral(&folder.0, search())).unwrap();
    assert_eq!(sql(&first, "SELECT 1") + &sql(&second, "SELECT 2"), "12");
}
