use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use pretty_assertions::assert_eq;

use super::*;

/// A folder of this test alone, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let random = crate::password::random_hex::<8>().unwrap();
        let path = std::env::temp_dir().join(format!("authly-find-{random}"));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path.canonicalize().unwrap())
    }

    /// Puts programs there that say they are PostgreSQL of this version.
    fn with_binaries(&self, name: &str, version: &str) -> PathBuf {
        let folder = self.0.join(name);
        fs::create_dir_all(&folder).unwrap();
        // Written by another process: a program that is open for writing, if only in a child that
        // another test is just starting, cannot be run.
        let script = r#"for program in postgres initdb; do
            printf '#!/bin/sh\necho "%s (PostgreSQL) %s"\n' "$program" "$2" >"$1/$program"
            chmod 755 "$1/$program"
        done"#;
        let status = Command::new("/bin/sh")
            .args(["-c", script, "sh"])
            .arg(&folder)
            .arg(version)
            .status()
            .unwrap();
        assert!(status.success());
        folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn look_in(search: &SearchPath, needed: Option<u32>) -> Result<Binaries, EmbeddedPostgresError> {
    let account = Account::for_new_cluster(None).unwrap();
    find(search, &account, Path::new("/data/postgres"), needed)
}

fn nowhere() -> SearchPath {
    SearchPath::new(None, None).with_folders(Vec::new())
}

#[test]
fn the_named_folder_comes_before_the_path_and_that_before_the_distribution() {
    let root = Folder::new();
    let named = root.with_binaries("named", "16.1");
    let path = root.with_binaries("path", "17.1");
    let distribution = root.with_binaries("distribution/18/bin", "18.1");
    let pattern = root.0.join("distribution/*/bin");

    let mut search = nowhere().with_folders(vec![pattern]);
    assert_eq!(
        look_in(&search, None).unwrap(),
        Binaries {
            folder: distribution,
            major: 18
        }
    );
    search.path = Some(path.clone().into());
    assert_eq!(
        look_in(&search, None).unwrap(),
        Binaries {
            folder: path,
            major: 17
        }
    );
    search.named = Some(named.clone());
    assert_eq!(
        look_in(&search, None).unwrap(),
        Binaries {
            folder: named,
            major: 16
        }
    );
}

#[test]
fn a_named_folder_without_binaries_does_not_hide_the_others() {
    let root = Folder::new();
    let path = root.with_binaries("path", "15.0");
    let search = SearchPath::new(Some(root.0.join("empty").into()), Some(path.into()));
    assert_eq!(
        look_in(&search.with_folders(Vec::new()), None)
            .unwrap()
            .major,
        15
    );
}

#[test]
fn a_link_in_the_path_leads_to_the_folder_with_both_binaries() {
    let root = Folder::new();
    let real = root.with_binaries("real", "15.14 (Debian 15.14-0+deb12u1)");
    let linked = root.0.join("linked");
    fs::create_dir(&linked).unwrap();
    symlink(real.join("postgres"), linked.join("postgres")).unwrap();
    let search = SearchPath::new(None, Some(linked.into())).with_folders(Vec::new());
    assert_eq!(
        look_in(&search, None).unwrap(),
        Binaries {
            folder: real,
            major: 15
        }
    );
}

#[test]
fn the_newest_version_of_a_distribution_serves_a_new_cluster() {
    let root = Folder::new();
    for version in ["9.6", "15", "17", "16"] {
        root.with_binaries(&format!("{version}/bin"), version);
    }
    let search = nowhere().with_folders(vec![root.0.join("*/bin")]);
    assert_eq!(look_in(&search, None).unwrap().major, 17);
}

#[test]
fn a_cluster_gets_the_binaries_of_its_own_version() {
    let root = Folder::new();
    for version in ["15", "16", "17"] {
        root.with_binaries(&format!("{version}/bin"), version);
    }
    let search = nowhere().with_folders(vec![root.0.join("*/bin")]);
    assert_eq!(look_in(&search, Some(16)).unwrap().major, 16);

    let refused = look_in(&search, Some(18)).unwrap_err().to_string();
    assert!(refused.contains("made by PostgreSQL 18"), "{refused}");
    assert!(
        refused.contains("apt-get install postgresql-18"),
        "{refused}"
    );
    assert!(refused.contains("/17/bin (version 17)"), "{refused}");
}

#[test]
fn a_version_before_15_is_refused() {
    let root = Folder::new();
    root.with_binaries("14/bin", "14.9");
    let search = nowhere().with_folders(vec![root.0.join("*/bin")]);
    let refused = look_in(&search, None).unwrap_err().to_string();
    assert!(
        refused.contains("no PostgreSQL 15 or newer was found"),
        "{refused}"
    );
    assert!(refused.contains("/14/bin (version 14)"), "{refused}");
}

#[test]
fn a_folder_with_the_server_but_not_initdb_is_refused() {
    let root = Folder::new();
    let folder = root.with_binaries("bin", "15.1");
    fs::remove_file(folder.join("initdb")).unwrap();
    let refused = look_in(&nowhere().with_folders(vec![folder]), None)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("/bin (no initdb)"), "{refused}");
}

#[test]
fn the_version_is_read_from_what_the_program_says() {
    assert_eq!(
        major_in("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"),
        Some(15)
    );
    assert_eq!(major_in("postgres (PostgreSQL) 18beta1\n"), Some(18));
    assert_eq!(major_in("postgres (PostgreSQL) 17"), Some(17));
    assert_eq!(major_in("postgres (Other) 17"), None);
    assert_eq!(major_in(""), None);
}
