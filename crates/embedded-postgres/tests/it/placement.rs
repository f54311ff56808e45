//! Where a cluster goes when root starts it below a folder that is closed to others.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use authly_embedded_postgres::{Cluster, EmbeddedPostgresError, Options, Placement};
use nix::unistd::geteuid;
use pretty_assertions::assert_eq;

use crate::support::{Folder, search, sql};

/// A data directory in a folder that only this user can pass, and a place to fall back to.
fn closed(folder: &Folder) -> (PathBuf, Options) {
    let closed = folder.0.join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    let data = closed.join("data");
    let mut options = Options::persistent(&data, search());
    options.fallback = folder.0.join("fallback");
    (data, options)
}

#[test]
fn a_cluster_goes_where_its_account_can_reach_it() {
    let folder = Folder::new();
    let (data, options) = closed(&folder);
    let cluster = Cluster::start(&options).unwrap();
    let home = cluster.directory().to_owned();
    if geteuid().is_root() {
        assert!(home.starts_with(folder.0.join("fallback")));
        let account = "postgres".to_owned();
        let unreachable = data.clone();
        assert_eq!(
            *cluster.placement(),
            Placement::Moved {
                home,
                unreachable,
                account
            }
        );
        let said = cluster.placement().to_string();
        assert!(said.contains("cannot reach"), "{said}");
        assert!(said.contains(data.to_str().unwrap()), "{said}");
    } else {
        assert_eq!(
            *cluster.placement(),
            Placement::AsAsked {
                home: data.join("postgres")
            }
        );
    }
}

#[test]
fn a_cluster_is_found_again_even_when_the_way_has_opened() {
    let folder = Folder::new();
    let (_, options) = closed(&folder);
    let cluster = Cluster::start(&options).unwrap();
    sql(&cluster, "CREATE TABLE kept AS SELECT 7 AS number");
    let home = cluster.directory().to_owned();
    cluster.stop().unwrap();

    fs::set_permissions(folder.0.join("closed"), Permissions::from_mode(0o755)).unwrap();
    let cluster = Cluster::start(&options).unwrap();
    assert_eq!(cluster.directory(), home);
    assert_eq!(sql(&cluster, "SELECT number FROM kept"), "7");
}

#[test]
fn a_new_data_directory_does_not_take_the_cluster_of_an_earlier_one() {
    let folder = Folder::new();
    let (data, options) = closed(&folder);
    let first = Cluster::start(&options).unwrap();
    let home = first.directory().to_owned();
    first.stop().unwrap();

    fs::remove_dir_all(&data).unwrap();
    match Cluster::start(&options) {
        Err(EmbeddedPostgresError::LeftOver {
            data_directory,
            left,
        }) => {
            assert!(geteuid().is_root());
            assert_eq!((data_directory, left), (data, home));
        }
        // Without root the cluster was in the data directory, so a new one is made there.
        Ok(_) => assert!(!geteuid().is_root()),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn an_ephemeral_cluster_goes_to_the_folder_for_temporary_files() {
    let folder = Folder::new();
    let (data, _) = closed(&folder);
    fs::create_dir(&data).unwrap();
    let cluster = Cluster::start(&Options::ephemeral(&data, search())).unwrap();
    let expected = if geteuid().is_root() {
        "/tmp".into()
    } else {
        data
    };
    assert_eq!(cluster.directory().parent().unwrap(), expected);
}
