//! Commands beside a running server, and the seed.

use std::fs;
use std::time::Duration;

use pretty_assertions::assert_eq;

use crate::program::{Folder, Server, embedded, program, run};

/// A seed with one client that speaks for itself.
const SEED: &str = "[[scopes]]\nname = \"notes:read\"\ndescription = \"Read your notes\"\n\
    [[clients]]\nclient_id = \"nightly\"\nclient_type = \"confidential\"\n\
    client_secret = \"a-secret-for-tests-of-at-least-32-bytes\"\n\
    grant_types = [\"client_credentials\"]\nscope = \"notes:read\"\n\
    token_endpoint_auth_method = \"client_secret_post\"\n";

#[tokio::test]
async fn keys_rotate_reaches_a_running_server() {
    let folder = Folder::new();
    let data = folder.path("data");
    let server = Server::start(&data, &[]);
    let (_, before) = server.get("/.well-known/jwks.json").await;

    let data_dir = data.to_string_lossy();
    let rotate = ["keys", "rotate", "--embedded", "--data-dir", &data_dir];
    let said = run(&mut program(&rotate));
    assert_eq!(said.status, Some(0), "{}", said.stderr);
    assert_eq!(said.stdout.lines().count(), 5, "{}", said.stdout);

    let noticed = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        while server.get("/.well-known/jwks.json").await.1 == before {
            ticks.tick().await;
        }
    };
    let noticed = tokio::time::timeout(Duration::from_secs(30), noticed).await;
    assert!(noticed.is_ok(), "the server did not notice the rotation");
}

#[tokio::test]
async fn commands_work_without_a_server_too() {
    let folder = Folder::new();
    let data = folder.path("data").to_string_lossy().into_owned();
    let run = |command: &[&str]| {
        let arguments = [command, &["--embedded", "--data-dir", &data]].concat();
        run(&mut program(&arguments))
    };
    let migrate = run(&["migrate"]);
    assert_eq!(migrate.status, Some(0), "{}", migrate.stderr);
    assert!(
        migrate.stdout.starts_with("applied V1__"),
        "{}",
        migrate.stdout
    );
    assert_eq!(
        run(&["migrate"]).stdout,
        "The database's schema is up to date.\n"
    );
    assert_eq!(run(&["keys", "rotate"]).status, Some(0));
}

#[tokio::test]
async fn a_seed_is_loaded_before_the_server_is_ready() {
    let folder = Folder::new();
    let seed = folder.file("seed.toml", 0o644, SEED);
    let server = Server::start(&folder.path("data"), &["--seed", &seed]);
    assert!(
        server.said.contains("scopes: 1, users: 0, clients: 1"),
        "{}",
        server.said
    );

    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "nightly"),
        ("client_secret", "a-secret-for-tests-of-at-least-32-bytes"),
        ("scope", "notes:read"),
    ];
    let client = reqwest::Client::builder().build().unwrap();
    let answer = client
        .post(server.url("/api/v1/oauth/token"))
        .form(&form)
        .send()
        .await
        .unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(answer["token_type"], "Bearer");
}

#[test]
fn a_seed_that_is_wrong_is_refused_before_anything_is_started() {
    let folder = Folder::new();
    let seed = folder.file(
        "seed.toml",
        0o600,
        "[[users]]\npassword = \"s3cret\" oops\n",
    );
    let data = folder.path("data");
    let said = run(&mut embedded(&data, &["--seed", &seed]));
    assert_eq!(said.status, Some(1));
    let place = format!("file {seed}, line 2, column");
    assert!(said.stderr.contains(&place), "{}", said.stderr);
    assert!(!said.stderr.contains("s3cret"), "{}", said.stderr);
    assert!(!data.exists());
}

#[test]
fn a_secret_that_is_no_text_is_not_repeated() {
    let folder = Folder::new();
    for (value, kind) in [("20251125", "integer"), ("2025.1125", "floating point")] {
        let text = format!("[[users]]\nusername = \"x\"\npassword = {value}\n");
        let seed = folder.file("seed.toml", 0o600, &text);
        let said = run(&mut embedded(&folder.path("data"), &["--seed", &seed]));
        assert_eq!(said.status, Some(1));
        let part = format!("line 3, column 12: invalid type: {kind}, expected a string");
        assert!(said.stderr.contains(&part), "{}", said.stderr);
    }
}

#[tokio::test]
async fn a_second_node_serves_the_same_database() {
    let folder = Folder::new();
    let data = folder.path("data");
    let first = Server::start(&data, &[]);
    let password = fs::read_to_string(data.join("postgres/password")).unwrap();
    let socket = data
        .join("postgres/socket")
        .to_string_lossy()
        .replace('/', "%2F");
    let url = format!("postgres://authly:{}@{socket}/authly", password.trim());
    let key = data.join("master.key");

    let mut command = program(&["--bind", "127.0.0.1:0"]);
    command
        .env("AUTHLY_ISSUER", "http://localhost:1")
        .env("AUTHLY_DATABASE__URL", url)
        .env("AUTHLY_DATABASE__MIGRATE_ON_START", "false")
        .env("AUTHLY_DATABASE__STATEMENTS", "unnamed")
        .env("AUTHLY_KEYS__MASTER_KEY__FILE", key);
    let second = Server::spawn(command, &folder.path("second.log"));
    assert_eq!(second.get("/health/ready").await.0, 200);
    let keys = "/.well-known/jwks.json";
    assert_eq!(second.get(keys).await.1, first.get(keys).await.1);
}
