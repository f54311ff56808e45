//! `GET /admin/system/…`

use authly_testing::TestApp;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

#[tokio::test]
async fn the_status_names_every_part() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    app.jobs.run_due().await.unwrap();
    app.advance(std::time::Duration::from_mins(1));
    let answer = root.get("/admin/system/status").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let status = answer.json();
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["issuer"], app.issuer());
    assert_eq!(status["node"]["uptime_seconds"], 60);
    assert_eq!(status["migrations"]["state"], "current");
    assert_eq!(
        status["migrations"]["applied"],
        status["migrations"]["expected"]
    );
    let version = status["database"]["server_version"].as_str().unwrap();
    assert!(version.starts_with(|first: char| first.is_ascii_digit()));
    assert!(status["database"]["busy_connections"].as_u64().unwrap() >= 1);
    let of = |list: &Value, name: &str| -> Vec<Value> {
        let entries = list.as_array().unwrap().iter();
        entries.map(|entry| entry[name].clone()).collect()
    };
    let algorithms = of(&status["keys"]["signing"], "algorithm");
    assert_eq!(algorithms, ["RS256", "PS256", "ES256", "EdDSA"]);
    assert_eq!(
        status["settings"],
        json!({"version": 0, "stored": 0, "ignored": []})
    );
    for job in status["jobs"].as_array().unwrap() {
        assert_eq!(job["last_outcome"], "succeeded", "{job}");
        assert_eq!(
            (&job["running"], &job["failures_in_a_row"]),
            (&json!(false), &json!(0))
        );
    }
    assert!(of(&status["jobs"], "name").contains(&json!("clean_up")));
}

#[tokio::test]
async fn statistics_count_what_is_alive() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let alice = app.user("alice").create().await;
    let client = app.client().create().await;
    let tokens = app.tokens(&client, &alice, "openid").await;
    let refreshed = app.rp(&client).refresh(tokens.refresh()).await;
    assert_eq!(refreshed.status, 200);
    let bob = app.user("bob").create().await;
    app.disable_user(&bob).await;
    let gone = app.client().id("gone").create().await;
    gone.disable(&app.context).await;

    let answer = root.get("/admin/system/statistics").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let counted = answer.json();
    let exact = |count: u64| json!({"count": count, "exact": true});
    let users = json!({"all": exact(3), "active": exact(2), "administrators": exact(1)});
    assert_eq!(counted["users"], users);
    // With the one that administrators use.
    assert_eq!(
        counted["clients"],
        json!({"all": exact(3), "active": exact(2)})
    );
    assert_eq!(counted["sessions_alive"], exact(2));
    assert_eq!(counted["grants_alive"], exact(2));
    assert_eq!(counted["access_tokens_alive"], exact(3));
    // The administrator's, and the successor of Alice's.
    assert_eq!(counted["refresh_tokens_alive"], exact(2));

    app.rp(&client).revoke(tokens.refresh()).await;
    let counted = root.get("/admin/system/statistics").await.json();
    assert_eq!(counted["grants_alive"], exact(1));
}
