//! Settings that are changed while servers run, and the commands against a lock-out.

use std::time::Duration;

use authly_domain::clock::Timestamp;
use authly_repositories::Db;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::jobs::{database_of, url_of};
use crate::program::{Folder, Server, program, run};

/// Stores a setting, as an administrator of some node has done.
async fn store(db: &Db, name: &str, value: Value) {
    let mut conn = db.connect().await.expect("the database is there");
    let work = conn.begin("test").await.expect("work begins");
    let settings = work.settings();
    let now = Timestamp::from_unix_seconds(1_700_000_000).expect("a time");
    let bumped = settings.lock_and_bump(None).await.expect("they are locked");
    assert!(bumped.is_some());
    settings
        .put(name, &value, None, None, now)
        .await
        .expect("it is stored");
    work.commit().await.expect("it lasts");
}

/// Waits until each of these servers answers a call of the admin API without a token like this.
async fn until(servers: [&Server; 2], status: u16, code: &str) {
    for server in servers {
        let answered = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            loop {
                let (answered, body) = server.get("/admin/whoami").await;
                if answered == status {
                    break body;
                }
                ticks.tick().await;
            }
        };
        let answered = tokio::time::timeout(Duration::from_mins(1), answered).await;
        let body: Value = serde_json::from_str(&answered.expect("it notices")).expect("JSON");
        assert_eq!(body.get("code").and_then(Value::as_str), Some(code));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_node_notices_and_a_lock_out_is_mended_on_the_machine() {
    let folder = Folder::new();
    let data = folder.path("data");
    let first = Server::start(&data, &[]);
    let listening = ["--bind", "127.0.0.1:0", "--issuer", "http://localhost:1"];
    let mut command = program(&listening);
    command
        .env("AUTHLY_DATABASE__URL", url_of(&data))
        .env("AUTHLY_KEYS__MASTER_KEY__FILE", data.join("master.key"))
        .env("AUTHLY_PASSWORDS__BCRYPT_COST", "4");
    let second = Server::spawn(command, &folder.path("second.log"));
    let nodes = [&first, &second];
    until(nodes, 401, "unauthenticated").await;

    let data_dir = data.to_string_lossy();
    let mend = |verb: &str| {
        let said = run(&mut program(&[
            "admin",
            verb,
            "--embedded",
            "--data-dir",
            &data_dir,
        ]));
        assert_eq!(said.status, Some(0), "{}", said.stderr);
        said.stdout
    };
    let db = database_of(&data);
    store(&db, "admin.enabled", json!(false)).await;
    until(nodes, 503, "admin_api_disabled").await;
    assert_eq!(mend("enable"), "The admin API is switched on.\n");
    until(nodes, 401, "unauthenticated").await;

    store(&db, "admin.allowed_networks", json!(["203.0.113.0/24"])).await;
    until(nodes, 403, "address_not_allowed").await;
    assert!(mend("reset-network").ends_with("from: 127.0.0.0/8, ::1/128\n"));
    until(nodes, 401, "unauthenticated").await;
    db.close();
}
