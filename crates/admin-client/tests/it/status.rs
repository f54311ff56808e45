//! `GET /health`.

use authly_admin_client::AdminClient;
use authly_admin_client::health::{Health, HealthParts, Status};
use pretty_assertions::assert_eq;

use crate::stand_in::{StandIn, health_without, http};

#[tokio::test]
async fn a_server_that_is_up_says_so() {
    let server = StandIn::answering(http("200 OK", &[], &health_without(None)));

    let health = server.client().build().unwrap().health().await.unwrap();

    let parts = HealthParts {
        database: Status::Up,
        migrations: Status::Up,
        keys: Status::Up,
    };
    assert_eq!(
        health,
        Health {
            status: Status::Up,
            version: "0.1.0".to_owned(),
            parts,
            panics: 0,
        }
    );
}

#[tokio::test]
async fn a_server_that_is_down_still_gives_its_document() {
    let body = health_without(Some("database"));
    let server = StandIn::answering(http("503 Service Unavailable", &[], &body));

    let health = server.client().build().unwrap().health().await.unwrap();

    assert_eq!(health.status, Status::Down);
    assert_eq!(health.parts.database, Status::Down);
    assert_eq!(health.parts.keys, Status::Up);
}

#[tokio::test]
async fn the_request_goes_below_the_servers_path_and_names_the_client() {
    let server = StandIn::answering(http("200 OK", &[], &health_without(None)));
    let address = format!("{}/auth/", server.address);
    let client = AdminClient::builder(address.parse().unwrap()).user_agent("reports/1.2");

    client.build().unwrap().health().await.unwrap();

    let request = server.request();
    assert!(
        request.starts_with("GET /auth/health HTTP/1.1\n"),
        "{request}"
    );
    assert!(request.contains("user-agent: reports/1.2"), "{request}");
    assert!(request.contains("accept: application/json"), "{request}");
}
