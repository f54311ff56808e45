//! Where access tokens come from, and when others are got.

use std::sync::Arc;
use std::time::Duration;

use authly_admin_client::secret::ClientSecret;
use authly_admin_client::{AdminClient, ClientError, NotLoggedIn};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use crate::calls::{caller, with_token};
use crate::stand_in::{NOTHING, StandIn, http};
use crate::store::MemoryStore;

const HOUR: Duration = Duration::from_hours(1);

/// What the token endpoint answers.
fn tokens(name: &str) -> String {
    let body = format!(
        r#"{{"access_token":"at.{name}","token_type":"Bearer","expires_in":900,
            "scope":"admin:clients:read","refresh_token":"rt.{name}"}}"#
    );
    http("200 OK", &[], &body)
}

fn refused() -> String {
    let problem =
        r#"{"type":"t","title":"t","status":401,"detail":"It ended.","code":"invalid_token"}"#;
    http("401 Unauthorized", &[], problem)
}

fn stored(server: &StandIn, store: &MemoryStore) -> AdminClient {
    let builder = server.client();
    let builder = builder.stored_credentials("authly-cli", Arc::new(store.clone()));
    builder.build().unwrap()
}

fn bearer_of(request: &str) -> &str {
    let line = request
        .lines()
        .find_map(|line| line.strip_prefix("authorization: Bearer "));
    line.unwrap_or_default()
}

fn not_logged_in(error: ClientError) -> NotLoggedIn {
    match error {
        ClientError::NotLoggedIn { reason, .. } => reason,
        other => panic!("{other:?} is another reason"),
    }
}

#[tokio::test]
async fn a_stored_token_is_used_while_it_lives() {
    let server = StandIn::answering(http("200 OK", &[], &caller()));
    let store = MemoryStore::logged_in(HOUR);

    stored(&server, &store).whoami().await.unwrap();

    assert_eq!(bearer_of(&server.request()), "at.old");
}

#[tokio::test]
async fn a_stored_token_that_ends_soon_is_refreshed_and_kept() {
    let server = StandIn::answering_in_turn(&[&tokens("new"), &http("200 OK", &[], &caller())]);
    let store = MemoryStore::logged_in(Duration::from_secs(5));

    stored(&server, &store).whoami().await.unwrap();

    let refresh = server.request();
    assert!(
        refresh.starts_with("POST /api/v1/oauth/token "),
        "{refresh}"
    );
    assert!(
        refresh.ends_with("grant_type=refresh_token&client_id=authly-cli&refresh_token=rt.old"),
        "{refresh}"
    );
    assert_eq!(bearer_of(&server.request()), "at.new");
    assert_eq!(store.tokens(), ("at.new".to_owned(), "rt.new".to_owned()));
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_refreshed_and_the_call_repeated() {
    let caller = http("200 OK", &[], &caller());
    let server = StandIn::answering_in_turn(&[&refused(), &tokens("new"), &caller]);
    let store = MemoryStore::logged_in(HOUR);

    stored(&server, &store).whoami().await.unwrap();

    assert_eq!(bearer_of(&server.request()), "at.old");
    server.request();
    assert_eq!(bearer_of(&server.request()), "at.new");
}

#[tokio::test]
async fn a_new_token_that_is_refused_as_well_is_the_end_of_it() {
    let server = StandIn::answering_in_turn(&[&refused(), &tokens("new"), &refused()]);

    let error = stored(&server, &MemoryStore::logged_in(HOUR))
        .whoami()
        .await;

    assert!(matches!(error, Err(ClientError::Refused { refusal, .. }) if refusal.status == 401));
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_leaves_the_refusal() {
    let server = StandIn::answering_in_turn(&[&refused()]);

    let error = with_token(&server).whoami().await.unwrap_err();

    assert!(matches!(error, ClientError::Refused { refusal, .. } if refusal.status == 401));
}

#[tokio::test]
async fn parallel_calls_of_parallel_processes_refresh_once() {
    let caller = http("200 OK", &[], &caller());
    let mut answers = vec![tokens("new")];
    answers.extend(std::iter::repeat_n(caller, 20));
    let answers = answers.iter().map(String::as_str).collect::<Vec<_>>();
    let server = StandIn::answering_in_turn(&answers);
    let store = MemoryStore::logged_in(Duration::ZERO);

    let processes = [stored(&server, &store), stored(&server, &store)];
    let calls = processes
        .iter()
        .flat_map(|one| (0..10).map(|_| one.whoami().send()));
    for call in join_all(calls).await {
        call.unwrap();
    }

    assert!(server.request().contains("refresh_token=rt.old"));
    for _call in 0..20 {
        assert_eq!(bearer_of(&server.request()), "at.new");
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh_is_asked_for_again() {
    let caller = http("200 OK", &[], &caller());
    let server = StandIn::answering_in_turn(&[NOTHING, &tokens("new"), &caller]);
    let store = MemoryStore::logged_in(Duration::ZERO);

    stored(&server, &store).whoami().await.unwrap();

    assert_eq!(store.tokens().1, "rt.new");
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_leaves_the_one_that_is_there() {
    let body = r#"{"access_token":"at.new","token_type":"Bearer","expires_in":900}"#;
    let tokens = http("200 OK", &[], body);
    let server = StandIn::answering_in_turn(&[&tokens, &http("200 OK", &[], &caller())]);
    let store = MemoryStore::logged_in(Duration::ZERO);

    stored(&server, &store).whoami().await.unwrap();

    assert_eq!(store.tokens(), ("at.new".to_owned(), "rt.old".to_owned()));
}

#[tokio::test]
async fn a_refresh_token_that_is_refused_asks_for_a_new_login() {
    let body = r#"{"error":"invalid_grant","error_description":"It was revoked."}"#;
    let server = StandIn::answering_in_turn(&[&http("400 Bad Request", &[], body)]);
    let store = MemoryStore::logged_in(Duration::ZERO);

    let error = stored(&server, &store).whoami().await.unwrap_err();

    let NotLoggedIn::Refused(refusal) = not_logged_in(error) else {
        panic!("the reason is the refusal");
    };
    assert_eq!(refusal.status, 400);
    assert_eq!(store.tokens().1, "rt.old", "nothing is thrown away");
}

#[tokio::test]
async fn a_server_that_fails_to_refresh_does_not_log_anybody_out() {
    let server = StandIn::answering(http("500 Failed", &[], ""));
    let store = MemoryStore::logged_in(Duration::ZERO);

    let error = stored(&server, &store).whoami().await.unwrap_err();

    assert!(matches!(error, ClientError::Refused { refusal, .. } if refusal.status == 500));
}

#[tokio::test]
async fn who_has_no_credentials_or_none_that_can_be_renewed_is_not_logged_in() {
    let server = StandIn::answering(NOTHING);
    let nobody = MemoryStore::default();
    let ended = MemoryStore::logged_in(Duration::ZERO).without_refresh_token();
    for (store, reason) in [
        (nobody, NotLoggedIn::NoCredentials),
        (ended, NotLoggedIn::Ended),
    ] {
        let error = stored(&server, &store).whoami().await.unwrap_err();
        assert_eq!(not_logged_in(error), reason);
    }
    assert!(server.is_untouched());
}

#[tokio::test]
async fn a_service_client_gets_one_token_for_many_calls() {
    let caller = http("200 OK", &[], &caller());
    let server = StandIn::answering_in_turn(&[&tokens("own"), &caller, &caller]);
    let secret = ClientSecret::new("a:b c".to_owned());
    let builder = server.client();
    let builder = builder.client_credentials("rep orts", secret, Some("admin:clients:read"));
    let client = builder.build().unwrap();

    client.whoami().await.unwrap();
    client.whoami().await.unwrap();

    let asked = server.request();
    // "rep+orts:a%3Ab+c": both parts form-encoded (RFC 6749 §2.3.1).
    assert!(
        asked.contains("\nauthorization: Basic cmVwK29ydHM6YSUzQWIrYw==\n"),
        "{asked}"
    );
    assert!(
        asked.ends_with("grant_type=client_credentials&scope=admin%3Aclients%3Aread"),
        "{asked}"
    );
    assert_eq!(bearer_of(&server.request()), "at.own");
    assert_eq!(bearer_of(&server.request()), "at.own");
}

#[tokio::test]
async fn a_service_client_with_a_wrong_secret_is_not_logged_in() {
    let body = r#"{"error":"invalid_client"}"#;
    let server = StandIn::answering_in_turn(&[&http("401 Unauthorized", &[], body)]);
    let secret = ClientSecret::new("wrong".to_owned());
    let client = server.client().client_credentials("reports", secret, None);

    let error = client.build().unwrap().whoami().await.unwrap_err();

    assert!(matches!(not_logged_in(error), NotLoggedIn::Refused(_)));
}

#[tokio::test]
async fn a_service_clients_stored_token_is_renewed_by_its_secret() {
    let server = StandIn::answering_in_turn(&[&tokens("new"), &http("200 OK", &[], &caller())]);
    let store = MemoryStore::logged_in(Duration::ZERO);
    let secret = ClientSecret::new("s".to_owned());
    let builder = server.client();
    let builder = builder.stored_client_credentials("reports", secret, Arc::new(store.clone()));

    builder.build().unwrap().whoami().await.unwrap();

    let asked = server.request();
    assert!(
        asked.ends_with("grant_type=client_credentials&scope=admin%3Aclients%3Aread"),
        "it asks for what it had: {asked}"
    );
    assert_eq!(store.tokens().0, "at.new");
}
