//! Metrics, on a listener of their own or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::net::{TcpListener, TcpStream};

use pretty_assertions::assert_eq;

use crate::program::{Folder, Server, embedded, run};

/// Where a server says that it shows metrics.
fn shown_at(server: &Server) -> Option<&str> {
    let mut lines = server.said.lines();
    lines.find_map(|line| Some(line.split_once("metrics ")?.1.trim()))
}

/// How many TCP sockets of a process listen: those of its files that the kernel lists as listening.
fn listening(process: u32) -> usize {
    let files = fs::read_dir(format!("/proc/{process}/fd")).expect("the process runs");
    let targets = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    let sockets: BTreeSet<_> = targets
        .filter_map(|target| {
            let target = target.to_str()?;
            let inode = target.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();
    let tables = ["tcp", "tcp6"].map(|name| format!("/proc/{process}/net/{name}"));
    let tables = tables.map(|path| fs::read_to_string(path).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines());
    let listening = lines.filter(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        fields.get(3) == Some(&"0A") && fields.get(9).is_some_and(|inode| sockets.contains(*inode))
    });
    listening.count()
}

#[tokio::test]
async fn metrics_are_shown_on_their_own_address_and_nowhere_else_until_the_server_stops() {
    let folder = Folder::new();
    let address = ("AUTHLY_METRICS__ADDRESS", "127.0.0.1:0");
    let server = Server::start_with(&folder.path("data"), &[], &[address]);
    assert_eq!(listening(server.process_id()), 2);
    assert_eq!(server.get("/health/ready").await.0, 200);
    assert_eq!(server.get("/metrics").await.0, 404);

    let place = shown_at(&server).expect("the start says where").to_owned();
    let answer = reqwest::get(&place).await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let ready = r#"authly_http_requests_total{route="/health/ready",method="GET",status="2xx"} 1"#;
    assert!(text.contains(ready), "{text}");
    assert!(text.contains("authly_signing_keys_revision 2\n"), "{text}");
    assert!(text.contains("\nprocess_open_fds "), "{text}");

    let rest = place.strip_prefix("http://").unwrap();
    let socket = rest.strip_suffix("/metrics").unwrap();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    assert!(TcpStream::connect(socket).is_err());
}

#[test]
fn without_an_address_nothing_listens_for_them() {
    let folder = Folder::new();
    let server = Server::start(&folder.path("data"), &[]);
    assert_eq!(shown_at(&server), None, "{}", server.said);
    assert_eq!(listening(server.process_id()), 1);
}

#[test]
fn an_address_that_is_taken_is_said_so_before_anything_is_changed() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = folder.path("data");
    let said = run(embedded(&data, &[]).env("AUTHLY_METRICS__ADDRESS", &address));
    assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""));
    let part = format!("cannot listen on {address}: stop what listens there");
    assert!(said.stderr.contains(&part), "{}", said.stderr);
    assert!(said.stderr.contains("metrics.address"), "{}", said.stderr);
    assert!(!data.exists());
}

#[test]
fn an_address_that_is_none_is_refused_with_its_setting() {
    let folder = Folder::new();
    let data = folder.path("data");
    let said = run(embedded(&data, &[]).env("AUTHLY_METRICS__ADDRESS", "9464"));
    assert_eq!(said.status, Some(1));
    let part = "metrics.address (variable AUTHLY_METRICS__ADDRESS): `9464`";
    assert!(said.stderr.contains(part), "{}", said.stderr);
    assert!(!data.exists());
}
