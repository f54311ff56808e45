//! Clients that have registered themselves go when nobody uses them any more.

use std::time::Duration;

use authly_domain::audit::Origin;
use authly_domain::clients::{ClientChange, GrantType};
use authly_domain::registration::RegistrationMode;
use authly_services::registration::Asked;
use authly_testing::fixtures::TestClient;
use authly_testing::{Setup, TestDatabase, TestServices};
use pretty_assertions::assert_eq;

use crate::flow;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// A server where unused clients stay for two days, and nobody stays logged in for longer than three.
async fn services() -> TestServices {
    let setup = Setup::default().policies(|policies| {
        policies.registration.mode = RegistrationMode::Open;
        policies.registration.unused_lifetime = 2 * DAY;
        policies.sessions.sessions.absolute = 3 * DAY;
        policies.sessions.sessions.idle = 3 * DAY;
        policies.tokens.refresh_token_idle_lifetime = 3 * DAY;
        policies.tokens.refresh_token_absolute_lifetime = 3 * DAY;
    });
    setup.services().await
}

/// A client that has registered itself now.
async fn registered(services: &TestServices) -> TestClient {
    let registrations = &services.deps.registrations;
    let leave = registrations.leave(None, flow::HOME).await.unwrap();
    let uri = "https://app.example/callback".parse().unwrap();
    let change = ClientChange {
        redirect_uris: Some(vec![uri]),
        grant_types: Some(vec![GrantType::AuthorizationCode, GrantType::RefreshToken]),
        ..ClientChange::default()
    };
    let asked = Asked {
        change,
        ..Asked::default()
    };
    let made = registrations
        .register(leave, asked, Origin::default())
        .await;
    let made = made.unwrap();
    let record = made.own.client.client;
    TestClient {
        id: record.id.as_str().to_owned(),
        secret: made.secret.map(|secret| secret.expose().to_owned()),
        record,
    }
}

async fn clean_up(services: &TestServices) {
    services.database().make_jobs_due().await;
    run_due(services).await;
}

async fn run_due(services: &TestServices) {
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
    let client = registered(&services).await;
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
    let client = registered(&services).await;
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

#[tokio::test]
async fn a_client_that_is_given_access_at_this_moment_stays() {
    let services = services().await;
    let client = registered(&services).await;
    services.advance(2 * DAY);
    services.database().make_jobs_due().await;
    let session = services.database().session().await;
    let begin = TestDatabase::BEGIN_TO_GIVE_ACCESS;
    session.batch_execute(begin).await.unwrap();
    run_due(&services).await;
    assert!(is_there(&services, &client).await);
    assert!(said(&services).await.is_empty());

    session.batch_execute("ROLLBACK").await.unwrap();
    clean_up(&services).await;
    assert!(!is_there(&services, &client).await);
}
