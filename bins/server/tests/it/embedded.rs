//! Embedded mode: one command gives a server, whatever happened to the one before.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use pretty_assertions::assert_eq;

use crate::program::{Folder, Server, embedded, postgres_of, program, run, runs};

#[tokio::test]
async fn one_command_gives_a_server_with_an_administrator() {
    let folder = Folder::new();
    let data = folder.path("data");
    let server = Server::start(&data, &[]);
    assert_eq!(server.get("/health/ready").await.0, 200);

    let password_file = data.join("admin-password");
    let password = fs::read_to_string(&password_file).unwrap();
    assert!(password.trim().len() > 20);
    for file in [&password_file, &data.join("master.key")] {
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let said = &server.said;
    assert!(said.contains("http://localhost:1/\n"), "{said}");
    assert!(
        said.contains(&format!("{}\n", password_file.display())),
        "{said}"
    );
    assert!(!said.contains(password.trim()), "{said}");
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_leaves_nothing_running() {
    let folder = Folder::new();
    let data = folder.path("data");
    for signal in ["TERM", "INT"] {
        let server = Server::start(&data, &[]);
        let postgres = postgres_of(&data);
        assert!(runs(postgres));
        assert_eq!(server.get("/health/live").await.0, 200);
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0), "{signal}");
        assert!(!runs(postgres), "{signal}");
    }
}

#[tokio::test]
async fn a_server_that_was_killed_starts_again_with_its_keys_and_administrator() {
    let folder = Folder::new();
    let data = folder.path("data");
    let killed = Server::start(&data, &[]);
    let (_, keys) = killed.get("/.well-known/jwks.json").await;
    let password = fs::read_to_string(data.join("admin-password")).unwrap();
    killed.signal("KILL");
    assert_eq!(killed.wait().code(), None);

    let again = Server::start(&data, &[]);
    assert_eq!(again.get("/health/ready").await.0, 200);
    assert_eq!(again.get("/.well-known/jwks.json").await.1, keys);
    let kept = fs::read_to_string(data.join("admin-password")).unwrap();
    assert_eq!(kept, password);
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused_and_harms_nothing() {
    let folder = Folder::new();
    let data = folder.path("data");
    let first = Server::start(&data, &[]);
    let said = run(&mut embedded(&data, &[]));
    assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""));
    assert!(said.stderr.contains("is in use by"), "{}", said.stderr);
    assert!(
        said.stderr.contains("choose another data directory"),
        "{}",
        said.stderr
    );
    assert_eq!(first.get("/health/ready").await.0, 200);
}

#[test]
fn an_address_that_is_taken_is_said_so() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = folder.path("data").to_string_lossy().into_owned();
    let said = run(&mut program(&[
        "--embedded",
        "--data-dir",
        &data,
        "--bind",
        &address,
    ]));
    assert_eq!(said.status, Some(1));
    let part = format!("cannot listen on {address}: stop what listens there");
    assert!(said.stderr.contains(&part), "{}", said.stderr);
}

#[tokio::test]
async fn a_lost_master_key_is_not_replaced_by_another() {
    let folder = Folder::new();
    let data = folder.path("data");
    let server = Server::start(&data, &[]);
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    fs::remove_file(data.join("master.key")).unwrap();

    let said = run(&mut embedded(&data, &[]));
    assert_eq!(said.status, Some(1));
    assert!(said.stderr.contains("Put the file back"), "{}", said.stderr);
    assert!(!data.join("master.key").exists());
}

#[tokio::test]
async fn a_password_that_the_operator_chose_is_written_nowhere() {
    let folder = Folder::new();
    let data = folder.path("data");
    let chosen = folder.file("password", 0o600, "a password of the operator's\n");
    let file = ("AUTHLY_BOOTSTRAP__PASSWORD__FILE", chosen.as_str());
    let server = Server::start_with(&data, &[], &[file]);
    assert_eq!(server.get("/health/ready").await.0, 200);
    assert!(!data.join("admin-password").exists());
    assert!(!server.said.contains("administrator"), "{}", server.said);
}
