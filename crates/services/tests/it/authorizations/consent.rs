//! Consent: asked, remembered, declined.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::scopes::Scope;
use authly_domain::secret::RequestHandle;
use authly_services::authorizations::{
    AuthorizationErrorCode as Code, AuthorizeFailure, AuthorizeStep, ScopeOption,
};
use authly_services::sessions::Browser;
use authly_testing::TestServices;
use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;

use crate::flow;

/// What a request with this `prompt` leads to.
async fn ask(
    services: &TestServices,
    client: &TestClient,
    scope: &str,
    prompt: &str,
    browser: &Browser,
) -> AuthorizeStep {
    let (mut parameters, _) = flow::request(services, client, scope);
    parameters.prompt = Some(prompt.to_owned());
    services
        .deps
        .authorizations
        .authorize(parameters, browser)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_was_granted_once_is_not_asked_again_and_more_is() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let browser = flow::logged_in(&services, &alice).await;
    let handle =
        flow::consent_asked(flow::ask(&services, &client, "openid profile", &browser).await);
    flow::approve(&services, &handle, &browser, "").await;

    for scope in ["openid profile", "openid", "profile"] {
        let step = flow::ask(&services, &client, scope, &browser).await;
        assert!(flow::code_in(&step).is_some(), "{scope}: {step:?}");
        assert!(flow::code_in(&ask(&services, &client, scope, "none", &browser).await).is_some());
    }
    let handle = flow::consent_asked(flow::ask(&services, &client, "openid email", &browser).await);
    flow::approve(&services, &handle, &browser, "").await;
    let consent = services
        .stored()
        .consent_of("alice", &client.id)
        .await
        .unwrap();
    assert_eq!(consent.granted.to_string(), "openid profile email");
    // In another browser, too; for another user not.
    let other = flow::logged_in(&services, &alice).await;
    let step = flow::ask(&services, &client, "openid email", &other).await;
    assert!(flow::code_in(&step).is_some());
    let bob = flow::logged_in(&services, &services.user("bob").create().await).await;
    flow::consent_asked(flow::ask(&services, &client, "openid", &bob).await);
}

#[tokio::test]
async fn a_declined_scope_is_remembered_and_asked_again_only_with_prompt_consent() {
    let services = TestServices::start().await;
    let client = services
        .client()
        .optional("openid email notes:read")
        .create()
        .await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    let asked = "openid profile email notes:read";
    let handle = flow::consent_asked(flow::ask(&services, &client, asked, &browser).await);
    let view = services
        .deps
        .authorizations
        .consent_view(&handle, &browser)
        .await
        .unwrap();
    let optional = view
        .scopes
        .iter()
        .filter(|line| line.option == ScopeOption::Optional);
    let optional: Vec<_> = optional.map(|line| line.name.as_str()).collect();
    assert_eq!(optional, ["email", "notes:read"]);

    // What was not asked for is not granted by ticking it.
    flow::approve(&services, &handle, &browser, "notes:read notes:write").await;
    let codes = services.stored().codes_of(&client.id).await;
    assert_eq!(codes[0].scope, "openid profile notes:read");
    services.advance(Duration::from_secs(1));
    let step = flow::ask(&services, &client, asked, &browser).await;
    assert!(flow::code_in(&step).is_some());
    let codes = services.stored().codes_of(&client.id).await;
    assert_eq!(codes[1].scope, "openid profile notes:read");

    let handle = flow::consent_asked(ask(&services, &client, asked, "consent", &browser).await);
    flow::approve(&services, &handle, &browser, "email").await;
    let consent = services
        .stored()
        .consent_of("alice", &client.id)
        .await
        .unwrap();
    assert!(consent.granted.contains("email") && !consent.declined.contains("email"));
    assert!(consent.declined.contains("notes:read") && !consent.granted.contains("notes:read"));
}

#[tokio::test]
async fn an_unproven_client_is_asked_every_time_and_never_without_a_page() {
    let services = TestServices::start().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    for (id, uri) in [
        ("loopback", "http://127.0.0.1/callback"),
        ("scheme", "com.example.notes:/callback"),
    ] {
        let client = services
            .client()
            .id(id)
            .public()
            .native()
            .redirect_uris(&[uri]);
        let client = client.create().await;
        for _ in 0..2 {
            let handle =
                flow::consent_asked(flow::ask(&services, &client, "openid", &browser).await);
            let step = flow::approve(&services, &handle, &browser, "").await;
            assert!(flow::code_in(&step).is_some());
        }
        let step = ask(&services, &client, "openid", "none", &browser).await;
        assert_eq!(flow::error_in(&step), Some(Code::ConsentRequired));
        assert_eq!(services.stored().consent_of("alice", id).await, None);
    }
}

#[tokio::test]
async fn a_first_party_client_is_never_asked_and_gets_nothing_offline() {
    let services = TestServices::start().await;
    let client = services.client().first_party().create().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    let step = flow::ask(&services, &client, "openid offline_access", &browser).await;
    assert!(flow::code_in(&step).is_some());
    assert_eq!(
        services.stored().codes_of(&client.id).await[0].scope,
        "openid"
    );

    // Unless somebody says so: OpenID Connect Core §11.
    services.advance(Duration::from_secs(1));
    let asked = "openid offline_access";
    let handle = flow::consent_asked(ask(&services, &client, asked, "consent", &browser).await);
    flow::approve(&services, &handle, &browser, "").await;
    assert_eq!(services.stored().codes_of(&client.id).await[1].scope, asked);
}

#[tokio::test]
async fn denial_answers_the_client_and_remembers_nothing() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let browser = flow::logged_in(&services, &alice).await;
    let handle = flow::consent_asked(flow::ask(&services, &client, "openid", &browser).await);
    let response = services
        .deps
        .authorizations
        .deny(&handle, &browser)
        .await
        .unwrap();
    let step = AuthorizeStep::Respond(response);
    assert_eq!(flow::error_in(&step), Some(Code::AccessDenied));
    assert_eq!(
        services.stored().consent_of("alice", &client.id).await,
        None
    );
    assert_eq!(services.stored().codes_of(&client.id).await, []);

    let again = services
        .deps
        .authorizations
        .deny(&handle, &browser)
        .await
        .unwrap_err();
    assert!(matches!(again, AuthorizeFailure::AlreadyAnswered));
    let approved = services
        .deps
        .authorizations
        .approve(&handle, &browser, Scope::empty())
        .await;
    assert!(matches!(approved, Err(AuthorizeFailure::AlreadyAnswered)));
}

#[tokio::test]
async fn only_the_session_that_saw_the_page_can_approve() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let bob = services.user("bob").create().await;
    let mut browser = flow::logged_in(&services, &alice).await;
    let handle = flow::consent_asked(flow::ask(&services, &client, "openid", &browser).await);
    let approve = async |browser: &Browser| {
        services
            .deps
            .authorizations
            .approve(&handle, browser, Scope::empty())
            .await
    };
    // Nobody has seen it yet.
    assert!(matches!(
        approve(&browser).await,
        Err(AuthorizeFailure::SessionChanged)
    ));
    services
        .deps
        .authorizations
        .consent_view(&handle, &browser)
        .await
        .unwrap();
    // Alice saw it, but Bob is here now.
    flow::log_in(&services, &mut browser, &bob).await;
    assert!(matches!(
        approve(&browser).await,
        Err(AuthorizeFailure::SessionChanged)
    ));
    // And now nobody.
    services.deps.sessions.log_out(&browser).await.unwrap();
    assert!(matches!(
        approve(&browser).await,
        Err(AuthorizeFailure::SessionChanged)
    ));
    // Another browser does not even know the request.
    let other = flow::logged_in(&services, &alice).await;
    assert!(matches!(
        approve(&other).await,
        Err(AuthorizeFailure::RequestUnknown)
    ));
    assert_eq!(services.stored().codes_of(&client.id).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_approvals_at_once_one_counts() {
    let services = Arc::new(TestServices::start().await);
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let browser = Arc::new(flow::logged_in(&services, &alice).await);
    let handle = flow::consent_asked(flow::ask(&services, &client, "openid", &browser).await);
    services
        .deps
        .authorizations
        .consent_view(&handle, &browser)
        .await
        .unwrap();
    let approvals = (0..20).map(|_| {
        let (services, browser) = (Arc::clone(&services), Arc::clone(&browser));
        let handle = RequestHandle::new(handle.expose().to_owned());
        tokio::spawn(async move {
            services
                .deps
                .authorizations
                .approve(&handle, &browser, Scope::empty())
                .await
        })
    });
    let mut answered = 0;
    for approval in approvals.collect::<Vec<_>>() {
        match approval.await.unwrap() {
            Ok(step) => answered += usize::from(flow::code_in(&step).is_some()),
            Err(AuthorizeFailure::AlreadyAnswered) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(answered, 1);
    assert_eq!(services.stored().codes_of(&client.id).await.len(), 1);
}
