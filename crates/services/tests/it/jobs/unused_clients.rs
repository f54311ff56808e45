//! Clients that have registered themselves go when nobody uses them any more.

use std::time::Duration;

use authly_testing::fixtures::TestClient;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A server where unused clients stay for two days, and nobody stays logged in for longer than three.
async fn services() -> TestServices {
    let setup = Setup::default().policies(|policies| {
        policies.registration.unused_lifetime = 2 * DAY;
        policies.sessions.sessions.absolute = 3 * DAY;
        policies.sessions.sessions.idle = 3 * DAY;
        policies.tokens.refresh_token_idle_lifetime = 3 * DAY;
        policies.tokens.refresh_token_absolute_lifetime = 3 * DAY;
    });
    setup.services().await
}

/// Makes this client one that has registered itself now.
async fn registered(services: &TestServices, client: &TestClient) {
    let sql = "INSERT INTO client_registrations (client_id, token_digest, scope, grant_types,
                   redirect_hosts, said, registered_at, used_at)
               VALUES ($1, sha256($2::text::bytea), '{}', '{}', '{}', '{}', $3, $3)";
    let session = services.database().session().await;
    let now = services.context.clock.now().as_date_time();
    let (key, digested) = (client.record.key.as_uuid(), client.id.as_str());
    let done = session.execute(sql, &[key, &digested, &now]).await;
    assert_eq!(done.unwrap(), 1);
}

async fn clean_up(services: &TestServices) {
    services.database().make_jobs_due().await;
    for report in services.jobs.run_due().await.unwrap() {
        report.result.unwrap();
    }
}

async fn is_there(services: &TestServices, client: &TestClient) -> bool {
    services
        .deps
        .client_admin
        .get(client.record.key)
        .await
        .is_ok()
}

/// The events that say that a client went.
async fn said(services: &TestServices) -> Vec<(String, String)> {
    let events = services.stored().events().await.into_iter();
    events
        .filter(|event| event.action == "client.expired")
        .map(|event| (event.actor_kind, event.client.unwrap().to_string()))
        .collect()
}

#[tokio::test]
async fn a_client_that_nobody_has_used_goes_and_one_of_an_administrator_stays() {
    let services = services().await;
    let own = services.client().id("own").create().await;
    let client = services.client().id("dynamic").create().await;
    registered(&services, &client).await;
    services.advance(DAY + 23 * HOUR);
    clean_up(&services).await;
    assert!(is_there(&services, &client).await);
    assert!(said(&services).await.is_empty());

    services.advance(HOUR);
    clean_up(&services).await;
    assert!(!is_there(&services, &client).await);
    assert!(is_there(&services, &own).await);
    let gone = client.record.key.as_uuid().to_string();
    assert_eq!(said(&services).await, [("server".to_owned(), gone)]);
}

#[tokio::test]
async fn a_client_that_is_used_goes_some_time_after_its_last_token_is_over() {
    let services = services().await;
    let client = services.client().id("dynamic").create().await;
    registered(&services, &client).await;
    let user = services.user("alice").create().await;
    flow::tokens(&services, &client, &user, "openid").await;
    // The grant lives for three days.
    services.advance(2 * DAY + HOUR);
    clean_up(&services).await;
    assert!(is_there(&services, &client).await);
    // It is over, and it is less than two days since it was not.
    for _day in 0..2 {
        services.advance(DAY);
        clean_up(&services).await;
        assert!(is_there(&services, &client).await);
    }
    services.advance(DAY);
    clean_up(&services).await;
    assert!(!is_there(&services, &client).await);
}
