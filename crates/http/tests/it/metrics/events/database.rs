//! Connections to the database, and what happens while it is away.

use std::collections::BTreeSet;

use authly_testing::Setup;
use futures_util::future::join;
use pretty_assertions::assert_eq;

use super::super::watch::Watch;
use crate::machine_support::assert_issued;

const IN_USE: &str = r#"authly_database_connections{state="in_use"}"#;
const IDLE: &str = r#"authly_database_connections{state="idle"}"#;
const AWAITED: &str = "authly_database_connections_awaited";

pub(super) async fn connections() -> BTreeSet<String> {
    let app = Setup::default().pool_size(1).app().await;
    let client = app.client().create().await;
    let mut watch = Watch::of(&app.deps).await;
    assert_eq!(watch.value("authly_database_connections_max"), 1.0);
    assert_eq!((watch.value(IN_USE), watch.value(IDLE)), (0.0, 1.0));

    let conn = app.db.connect().await.unwrap();
    watch.moved(&[(IN_USE, 1.0), (IDLE, -1.0)]).await;
    let looking = async {
        watch
            .until(AWAITED, |value| value == 1.0, async || {})
            .await;
        drop(conn);
    };
    let (token, ()) = join(app.rp(&client).client_credentials(), looking).await;
    assert_issued(&token);
    watch
        .until(AWAITED, |value| value == 0.0, async || {})
        .await;

    let before = app.db.round_trips();
    let (_answer, made) = app
        .round_trips_of(app.rp(&client).introspect("token"))
        .await;
    let series = "authly_database_round_trips_total";
    #[expect(clippy::cast_precision_loss, reason = "a test makes few")]
    let total = (before + made) as f64;
    watch
        .until(series, |value| value == total, async || {})
        .await;
    watch.touched
}

pub(super) async fn an_outage() -> BTreeSet<String> {
    let app = Setup::default().through_relay().app().await;
    let client = app.client().create().await;
    let mut browser = app.browser();
    let login = browser.get("/login").await;
    let mut watch = Watch::of(&app.deps).await;

    app.relay().cut().await;
    let failures = "authly_database_connect_failures_total";
    let rp = app.rp(&client);
    let ask = async || {
        let refused = rp.client_credentials().await;
        refused.expect_error(503, "temporarily_unavailable");
    };
    watch.until(failures, |value| value > 0.0, ask).await;
    // What was refused meanwhile cannot be kept.
    app.deps.refusals.flush().await;
    let dropped = "authly_refusals_dropped_total";
    watch.until(dropped, |value| value > 0.0, async || {}).await;

    let page = browser.fill_in_login(&login, "alice", "password").await;
    assert_eq!(page.status(), 503);
    app.deps.refusals.flush().await;
    let failed = r#"authly_logins_total{outcome="failed"}"#;
    watch
        .moved(&[(failures, 1.0), (failed, 1.0), (dropped, 1.0)])
        .await;
    watch.touched
}
