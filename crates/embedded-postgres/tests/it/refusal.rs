//! What keeps a cluster from starting, and what the person is told.

use std::fs;
use std::path::PathBuf;

use authly_embedded_postgres::{Cluster, EmbeddedPostgresError, Kind, Options, SearchPath};
use nix::unistd::geteuid;
use pretty_assertions::assert_eq;

use crate::owner::Owner;
use crate::support::{Folder, assert_becomes_true, persistent, processes_of, search, sql};

#[test]
fn nothing_found_says_where_it_was_looked_for_and_what_to_install() {
    let folder = Folder::new();
    let search = SearchPath::new(Some("/nowhere/named".into()), Some("/nowhere/path".into()))
        .with_folders(vec![PathBuf::from("/nowhere/*/bin")]);
    let error = Cluster::start(&Options::persistent(&folder.0, search)).unwrap_err();
    let said = error.to_string();
    for part in [
        "/nowhere/named",
        "/nowhere/path",
        "/nowhere/*/bin",
        "apt-get install postgresql",
        "dnf install postgresql-server",
        "apk add postgresql",
        "PG_BIN_DIR",
    ] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
}

#[test]
fn a_second_start_is_refused_and_does_not_disturb_the_first() {
    let folder = Folder::new();
    let first = Cluster::start(&persistent(&folder)).unwrap();
    let said = Cluster::start(&persistent(&folder))
        .unwrap_err()
        .to_string();
    let own = format!("in use by the process {}", std::process::id());
    assert!(said.contains(&own), "{said}");
    assert_eq!(sql(&first, "SELECT 1"), "1");
}

#[test]
fn a_start_beside_another_process_is_refused() {
    let folder = Folder::new();
    let owner = Owner::start(Kind::Persistent, &folder.0);
    let error = Cluster::start(&persistent(&folder)).unwrap_err();
    assert!(
        matches!(error, EmbeddedPostgresError::InUse { .. }),
        "{error}"
    );
    owner.kill();
    assert_becomes_true("nothing runs any more", || {
        processes_of(&folder.0).is_empty()
    });
}

#[test]
fn a_cluster_of_another_version_names_its_package() {
    let folder = Folder::new();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    let version = cluster.directory().join("cluster/PG_VERSION");
    cluster.stop().unwrap();
    fs::write(version, "99\n").unwrap();
    let said = Cluster::start(&persistent(&folder))
        .unwrap_err()
        .to_string();
    assert!(said.contains("apt-get install postgresql-99"), "{said}");
}

#[test]
fn a_cluster_without_its_password_is_refused() {
    let folder = Folder::new();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    let password = cluster.directory().join("password");
    cluster.stop().unwrap();
    fs::remove_file(&password).unwrap();
    let error = Cluster::start(&persistent(&folder)).unwrap_err();
    assert!(
        matches!(error, EmbeddedPostgresError::PasswordMissing { .. }),
        "{error}"
    );
}

#[test]
fn a_failed_start_says_what_postgres_said() {
    let folder = Folder::new();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    let file = cluster.directory().join("cluster/postgresql.conf");
    cluster.stop().unwrap();
    fs::write(&file, "no_such_setting = 1\n").unwrap();
    let error = Cluster::start(&persistent(&folder)).unwrap_err();
    assert!(
        matches!(error, EmbeddedPostgresError::NotStarted { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("no_such_setting"), "{error}");
    assert!(
        !error.to_string().contains("ready to accept connections"),
        "{error}"
    );
}

#[test]
fn root_is_told_of_an_account_that_does_not_exist() {
    let folder = Folder::new();
    let mut options = persistent(&folder);
    options.account = Some("no-such-account".to_owned());
    match Cluster::start(&options) {
        Err(error @ EmbeddedPostgresError::NoSuchAccount { .. }) => {
            assert!(geteuid().is_root());
            assert!(error.to_string().contains("`no-such-account`"), "{error}");
        }
        // Only root changes its account.
        Ok(_) => assert!(!geteuid().is_root()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn root_is_told_that_postgres_does_not_run_as_root() {
    let folder = Folder::new();
    let mut options = Options::ephemeral(&folder.0, search());
    options.account = Some("root".to_owned());
    match Cluster::start(&options) {
        Err(EmbeddedPostgresError::BelongsToRoot { what }) => {
            assert!(geteuid().is_root());
            assert_eq!(what, "`root`");
        }
        Ok(_) => assert!(!geteuid().is_root()),
        Err(error) => panic!("{error}"),
    }
}
