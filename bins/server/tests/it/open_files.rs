//! A process that may open few files.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use pretty_assertions::assert_eq;

use crate::program::{Folder, Server, embedded, program, run};

/// The command with no more than this many open files, whatever it asks for.
fn with_files(files: u32, command: &Command) -> Command {
    let mut limited = Command::new("sh");
    let script = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
    limited.args(["-c", &script]).arg(command.get_program());
    limited.args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            limited.env(name, value);
        }
    }
    limited
}

#[test]
fn more_connections_than_files_are_refused_before_anything_is_done() {
    let mut command = program::<&str>(&[]);
    command
        .env("AUTHLY_ISSUER", "https://auth.example.com")
        .env(
            "AUTHLY_KEYS__MASTER_KEY",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        )
        .env("AUTHLY_DATABASE__URL", "postgres://db.example.com/authly")
        .env("AUTHLY_LISTEN__MAX_CONNECTIONS", "1000");
    let said = run(&mut with_files(300, &command));
    assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""));
    for part in [
        "listen.max_connections is 1000",
        "may open 300 files",
        "ulimit -n",
    ] {
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
}

/// Asks for the head of an answer by hand, on a connection that goes on.
fn ask(connection: &mut TcpStream, path: &str) -> String {
    let request = format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let sent = connection.write_all(request.as_bytes());
    sent.expect("the connection stands");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection
            .read_exact(&mut byte)
            .expect("the server answers");
        head.extend(byte);
    }
    String::from_utf8(head).expect("a head is text")
}

#[tokio::test]
async fn a_crowd_that_takes_every_place_leaves_files_for_the_database() {
    let folder = Folder::new();
    let mut command = embedded(&folder.path("data"), &[]);
    command.env("AUTHLY_LISTEN__WORKERS", "1");
    let log = folder.path("log");
    let server = Server::spawn(with_files(300, &command), &log);
    let logged = std::fs::read_to_string(&log).unwrap();
    assert!(logged.contains("allows fewer connections"), "{logged}");

    let address = server.url("").replace("http://", "");
    let connect = || TcpStream::connect(&address).unwrap();
    let mut first = connect();
    assert!(ask(&mut first, "/health/live").starts_with("HTTP/1.1 200"));
    let crowd: Vec<_> = (0..400).map(|_| connect()).collect();
    for _ in 0..20 {
        let head = ask(&mut first, "/health/ready");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }
    drop(crowd);
    assert_eq!(server.get("/health/ready").await.0, 200);
}
