//! A cluster that keeps its data.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;

use authly_embedded_postgres::{Cluster, Options, Placement};
use pretty_assertions::assert_eq;
use secrecy::ExposeSecret;

use crate::support::{
    Folder, assert_goes, persistent, postmaster, processes_of, psql, search, sql,
};

#[test]
fn a_cluster_starts_answers_and_keeps_its_data() {
    let folder = Folder::new();
    let first = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(
        *first.placement(),
        Placement::AsAsked {
            home: folder.0.join("postgres")
        }
    );
    sql(&first, "CREATE TABLE kept (word text)");
    sql(&first, "INSERT INTO kept VALUES ('kept')");
    let password = first.access().password().expose_secret().to_owned();
    first.stop().unwrap();
    assert_eq!(processes_of(&folder.0), Vec::<String>::new());

    let second = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(sql(&second, "SELECT word FROM kept"), "kept");
    assert_eq!(second.access().password().expose_secret(), password);
    assert_eq!(
        sql(&second, "SHOW server_version")
            .split('.')
            .next()
            .unwrap(),
        { second.version().to_string() }
    );
}

#[test]
fn a_dropped_cluster_has_stopped() {
    let folder = Folder::new();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    let process = postmaster(cluster.directory());
    drop(cluster);
    assert_goes(process);
    assert_eq!(processes_of(&folder.0), Vec::<String>::new());
    assert!(!folder.0.join("postgres/cluster/postmaster.pid").exists());
}

#[test]
fn a_cluster_is_closed_to_all_but_its_password() {
    let folder = Folder::new();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    assert_eq!(sql(&cluster, "SHOW listen_addresses"), "");
    assert_eq!(sql(&cluster, "SHOW data_checksums"), "on");
    assert_eq!(sql(&cluster, "SHOW server_encoding"), "UTF8");
    assert_eq!(sql(&cluster, "SHOW timezone"), "UTC");
    assert_eq!(sql(&cluster, "SHOW fsync"), "on");
    assert_eq!(
        sql(
            &cluster,
            "SELECT DISTINCT auth_method FROM pg_hba_file_rules"
        ),
        "scram-sha-256"
    );
    let refused = psql(cluster.access(), "guess", "SELECT 1");
    assert!(!refused.status.success());

    let home = cluster.directory();
    let mode = |name: &str| fs::metadata(home.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(""), mode("socket"), mode("cluster")),
        (0o700, 0o700, 0o700)
    );
    assert_eq!(
        (mode("password"), mode("postgres.log"), mode("lock")),
        (0o600, 0o600, 0o600)
    );
    for name in [
        "",
        "socket",
        "cluster",
        "password",
        "postgres.log",
        "lock",
        "running",
    ] {
        assert_ne!(
            fs::metadata(home.join(name)).unwrap().uid(),
            0,
            "{name} is not root's"
        );
    }
    let password = cluster.access().password().expose_secret();
    assert_eq!(password.len(), 64);
    assert!(
        !fs::read_to_string(home.join("postgres.log"))
            .unwrap()
            .contains(password)
    );
    assert!(!format!("{cluster:?}").contains(password));
    assert!(!processes_of(home).join(" ").contains(password));
}

#[test]
fn postgres_runs_without_root_and_without_supplementary_groups() {
    let folder = Folder::new();
    let cluster = Cluster::start(&persistent(&folder)).unwrap();
    let process = postmaster(cluster.directory());
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let owner = fs::metadata(cluster.directory()).unwrap();
    assert_eq!(line("Uid:"), vec![owner.uid().to_string(); 4]);
    assert_eq!(line("Gid:"), vec![owner.gid().to_string(); 4]);
    if nix::unistd::geteuid().is_root() {
        assert_eq!(line("Groups:"), Vec::<String>::new());
    }
}

#[test]
fn the_number_of_connections_is_an_option() {
    let folder = Folder::new();
    let mut options = persistent(&folder);
    options.max_connections = 17;
    let cluster = Cluster::start(&options).unwrap();
    assert_eq!(sql(&cluster, "SHOW max_connections"), "17");
}

#[test]
fn odd_characters_and_a_long_path_do_no_harm() {
    let folder = Folder::new();
    let odd = folder.0.join(r#"it's, a "folder" $HOME"#);
    let cluster = Cluster::start(&Options::persistent(&odd, search())).unwrap();
    // Not by `psql`, which takes a comma as the end of a host.
    assert_eq!(cluster.access().socket_dir(), odd.join("postgres/socket"));
    UnixStream::connect(cluster.access().socket_dir().join(".s.PGSQL.5432")).unwrap();
    cluster.stop().unwrap();

    let long = folder.0.join("long".repeat(40));
    let cluster = Cluster::start(&Options::persistent(&long, search())).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
    let socket = cluster.access().socket_dir().to_owned();
    assert!(socket.as_os_str().len() < 80, "{}", socket.display());
    assert_eq!(
        fs::metadata(&socket).unwrap().permissions().mode() & 0o777,
        0o700
    );
    cluster.stop().unwrap();
    let again = Cluster::start(&Options::persistent(&long, search())).unwrap();
    assert_eq!(again.access().socket_dir(), socket);
    again.stop().unwrap();
    fs::remove_dir(socket).unwrap();
}
