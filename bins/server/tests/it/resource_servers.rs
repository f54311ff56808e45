//! Resource servers that other nodes change while a server runs.

use std::time::Duration;

use authly_domain::resource_servers::ResourceServer;
use authly_repositories::Db;
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::jobs::database_of;
use crate::program::{Folder, Server};

const API: &str = "https://api.example.com";

const SEED: &str = r#"
[[resource_servers]]
resource = "https://api.example.com"
name = "An API"

[[clients]]
client_id = "robot"
client_secret = "a-secret-for-tests-of-at-least-32-bytes"
grant_types = ["client_credentials"]
resources = ["https://api.example.com"]
"#;

/// Asks for a token for the API. Answers the status and the error.
async fn ask(server: &Server) -> (u16, Value) {
    let form = [("grant_type", "client_credentials"), ("resource", API)];
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30));
    let request = client
        .build()
        .expect("a client")
        .post(server.url("/api/v1/oauth/token"))
        .basic_auth("robot", Some("a-secret-for-tests-of-at-least-32-bytes"));
    let answer = request.form(&form).send().await.expect("it answers");
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.expect("JSON");
    (status, body.get("error").cloned().unwrap_or_default())
}

/// Stores whether tokens are issued for the API, as an administrator of another node does.
async fn set_active(db: &Db, is_active: bool) {
    let conn = db.connect().await.expect("the database is there");
    let stored = conn.reads().resource_servers();
    let api = API.parse().expect("a resource");
    let found = stored.find_by_resource(&api).await;
    let found = found.expect("it is read").expect("it is there");
    let next = ResourceServer {
        is_active,
        ..found.server
    };
    stored.update(&next).await.expect("it is stored");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_notices_that_one_was_disabled_and_enabled_elsewhere() {
    let folder = Folder::new();
    let seed = folder.file("seed.toml", 0o644, SEED);
    let data = folder.path("data");
    let server = Server::start(&data, &["--seed", &seed]);
    assert_eq!(ask(&server).await, (200, Value::Null));

    let db = database_of(&data);
    set_active(&db, false).await;
    let noticed = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        loop {
            let answered = ask(&server).await;
            if answered.0 != 200 {
                break answered;
            }
            ticks.tick().await;
        }
    };
    let noticed = tokio::time::timeout(Duration::from_mins(1), noticed).await;
    assert_eq!(noticed.expect("it notices"), (400, "invalid_target".into()));
    // It makes sure before it refuses, so that this is at once.
    set_active(&db, true).await;
    assert_eq!(ask(&server).await, (200, Value::Null));
    db.close();
}
