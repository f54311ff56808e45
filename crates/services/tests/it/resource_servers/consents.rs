//! Consents are for the resource servers that the user was shown (ADR 0023).

use authly_domain::scopes::Resource;
use authly_services::authorizations::{AuthorizationErrorCode, AuthorizeStep};
use authly_services::sessions::Browser;
use authly_testing::TestServices;
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;

use super::{API, OTHER};
use crate::flow;

/// What a request for these resources leads to.
async fn ask(
    services: &TestServices,
    client: &TestClient,
    resources: &[&str],
    prompt: Option<&str>,
    browser: &Browser,
) -> AuthorizeStep {
    let (mut parameters, _verifier) = flow::request(services, client, "notes:read");
    parameters.resources = resources.iter().map(ToString::to_string).collect();
    parameters.prompt = prompt.map(str::to_owned);
    let authorizations = &services.deps.authorizations;
    authorizations.authorize(parameters, browser).await.unwrap()
}

/// Approves the page that is asked for. Answers what it has named.
async fn approve(services: &TestServices, step: AuthorizeStep, browser: &Browser) -> Vec<String> {
    let handle = flow::consent_asked(step);
    let authorizations = &services.deps.authorizations;
    let view = authorizations.consent_view(&handle, browser).await.unwrap();
    let step = flow::approve(services, &handle, browser, "").await;
    assert!(flow::code_in(&step).is_some(), "{step:?}");
    view.services
}

async fn remembered(services: &TestServices, client: &TestClient) -> Vec<Resource> {
    let consent = services.stored().consent_of("alice", &client.id).await;
    consent.unwrap().resources
}

#[tokio::test]
async fn what_was_allowed_for_one_is_asked_again_for_another() {
    let services = TestServices::start().await;
    services.open_resource_server(API).await;
    services.open_resource_server(OTHER).await;
    let client = services.client().create().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    let asked = ask(&services, &client, &[API], None, &browser).await;
    let named = approve(&services, asked, &browser).await;
    assert_eq!(named, ["The API https://api.example.com"]);
    assert_eq!(
        services.stored().details_of("consent.given").await,
        [r#"{"declined":"","granted":"notes:read","resources":"https://api.example.com"}"#]
    );

    // As often as it likes for that one, in any spelling, and for the server itself.
    for resources in [&[API][..], &["https://API.example.com/"], &[]] {
        let again = ask(&services, &client, resources, Some("none"), &browser).await;
        assert!(flow::code_in(&again).is_some(), "{again:?}");
    }
    let before = services.stored().protocol_state().await;
    for resources in [&[OTHER][..], &[API, OTHER]] {
        let refused = ask(&services, &client, resources, Some("none"), &browser).await;
        assert_eq!(
            flow::error_in(&refused),
            Some(AuthorizationErrorCode::ConsentRequired)
        );
    }
    assert_eq!(services.stored().protocol_state().await, before);

    let asked = ask(&services, &client, &[OTHER], None, &browser).await;
    let named = approve(&services, asked, &browser).await;
    assert_eq!(named, ["The API https://other.example.com/v1"]);
    let both = [API, OTHER].map(|text| text.parse().unwrap());
    assert_eq!(remembered(&services, &client).await, both);
    let again = ask(&services, &client, &[OTHER, API], Some("none"), &browser).await;
    assert!(flow::code_in(&again).is_some(), "{again:?}");
}

#[tokio::test]
async fn what_tokens_are_for_without_a_word_of_it_is_shown_and_remembered_too() {
    let services = TestServices::start().await;
    let client = services.client().with(|client| {
        client.default_audience = vec![API.parse().unwrap()];
    });
    let client = client.create().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    let asked = ask(&services, &client, &[], None, &browser).await;
    let named = approve(&services, asked, &browser).await;
    assert_eq!(named, ["The API https://api.example.com"]);
    assert_eq!(remembered(&services, &client).await, [API.parse().unwrap()]);
    let again = ask(&services, &client, &[], Some("none"), &browser).await;
    assert!(flow::code_in(&again).is_some(), "{again:?}");

    // As consents are that were given before it was written down.
    services.forget_shown_resource_servers().await;
    let refused = ask(&services, &client, &[], Some("none"), &browser).await;
    assert_eq!(
        flow::error_in(&refused),
        Some(AuthorizationErrorCode::ConsentRequired)
    );
}

#[tokio::test]
async fn a_first_party_client_is_asked_for_none() {
    let services = TestServices::start().await;
    services.open_resource_server(API).await;
    let client = services.client().first_party().create().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    let answered = ask(&services, &client, &[API], Some("none"), &browser).await;
    assert!(flow::code_in(&answered).is_some(), "{answered:?}");
    let stored = services.stored().consent_of("alice", &client.id).await;
    assert_eq!(stored, None);
}
