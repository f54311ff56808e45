//! Requests: what is refused where, and how many may wait.

use std::time::Duration;

use authly_domain::secret::RequestHandle;
use authly_services::authorizations::{
    AuthorizationErrorCode as Code, AuthorizationParameters, AuthorizeFailure, AuthorizeStep,
};
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow::{self, ELSEWHERE, HOME};

#[tokio::test]
async fn whoever_has_not_logged_in_is_asked_to_and_the_request_waits() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let browser = flow::browser(&services);
    let step = flow::ask(&services, &client, "openid", &browser).await;
    let AuthorizeStep::LogIn(handle) = step else {
        panic!("{step:?}")
    };

    let view = services
        .deps
        .authorizations
        .login_view(&handle, &browser)
        .await
        .unwrap();
    assert_eq!(view.client_name, client.record.name);
    let requests = services.stored().requests().await;
    assert_eq!((requests.len(), requests[0].is_answered), (1, false));
    // The handle alone is not enough.
    let other = flow::browser(&services);
    let refused = services
        .deps
        .authorizations
        .login_view(&handle, &other)
        .await;
    assert!(matches!(refused, Err(AuthorizeFailure::RequestUnknown)));
    services.advance(Duration::from_mins(30));
    let refused = services
        .deps
        .authorizations
        .login_view(&handle, &browser)
        .await;
    assert!(matches!(refused, Err(AuthorizeFailure::RequestExpired)));
}

#[tokio::test]
async fn too_many_waiting_requests_of_one_address_are_refused() {
    let two = |policies: &mut Policies| policies.authorization.requests_per_address = 2;
    let services = Setup::default().policies(two).services().await;
    let client = services.client().create().await;
    let ask = async |from| {
        let (parameters, _) = flow::request(&services, &client, "openid");
        let browser = flow::browser_at(&services, from);
        services
            .deps
            .authorizations
            .authorize(parameters, &browser)
            .await
    };
    for _ in 0..2 {
        ask(HOME).await.unwrap();
    }
    let refused = ask(HOME).await.unwrap_err();
    assert!(
        matches!(refused, AuthorizeFailure::TooManyRequests),
        "{refused:?}"
    );
    ask(ELSEWHERE).await.unwrap();
    assert_eq!(services.stored().requests().await.len(), 3);

    services.advance(Duration::from_mins(30));
    ask(HOME).await.unwrap();
}

#[tokio::test]
async fn too_many_waiting_requests_in_all_are_refused() {
    let two = |policies: &mut Policies| policies.authorization.requests_in_all = 2;
    let services = Setup::default().policies(two).services().await;
    let client = services.client().create().await;
    for (last, is_taken) in [(1, true), (2, true), (3, false)] {
        let (parameters, _) = flow::request(&services, &client, "openid");
        let browser = flow::browser_at(&services, [203, 0, 113, last].into());
        let step = services
            .deps
            .authorizations
            .authorize(parameters, &browser)
            .await;
        assert_eq!(step.is_ok(), is_taken);
    }
}

#[tokio::test]
async fn prompt_none_shows_no_page_and_stores_nothing() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let nobody = flow::browser(&services);
    let somebody = flow::logged_in(&services, &alice).await;
    for (browser, expected) in [
        (&nobody, Code::LoginRequired),
        (&somebody, Code::ConsentRequired),
    ] {
        let before = services.stored().protocol_state().await;
        let (mut parameters, _) = flow::request(&services, &client, "openid");
        parameters.prompt = Some("none".to_owned());
        let step = services
            .deps
            .authorizations
            .authorize(parameters, browser)
            .await
            .unwrap();
        assert_eq!(flow::error_in(&step), Some(expected));
        assert_eq!(services.stored().protocol_state().await, before);
    }
}

/// How a request is spoiled, and the error that the client gets.
type Wrong = (fn(&mut AuthorizationParameters), Code);

const WRONG: [Wrong; 12] = [
    (|asked| asked.response_type = None, Code::InvalidRequest),
    (
        |asked| asked.response_type = Some("token".to_owned()),
        Code::UnsupportedResponseType,
    ),
    (
        |asked| asked.response_mode = Some("pigeon".to_owned()),
        Code::InvalidRequest,
    ),
    (
        |asked| asked.scope = Some("openid no-such-scope".to_owned()),
        Code::InvalidScope,
    ),
    (
        |asked| asked.scope = Some("a\"b".to_owned()),
        Code::InvalidScope,
    ),
    (|asked| asked.code_challenge = None, Code::InvalidRequest),
    (
        |asked| asked.code_challenge_method = Some("plain".to_owned()),
        Code::InvalidRequest,
    ),
    (
        |asked| asked.prompt = Some("none login".to_owned()),
        Code::InvalidRequest,
    ),
    (
        |asked| asked.max_age = Some("-1".to_owned()),
        Code::InvalidRequest,
    ),
    (
        |asked| asked.resources = vec!["https://api.example.com/".to_owned()],
        Code::InvalidTarget,
    ),
    (
        |asked| asked.request = Some("a.b.c".to_owned()),
        Code::InvalidRequestObject,
    ),
    (
        |asked| asked.repeated = vec!["state".to_owned()],
        Code::InvalidRequest,
    ),
];

#[tokio::test]
async fn a_refused_request_stores_nothing() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let browser = flow::logged_in(&services, &alice).await;
    let before = services.stored().protocol_state().await;
    for (spoil, expected) in WRONG {
        let (mut parameters, _) = flow::request(&services, &client, "openid");
        spoil(&mut parameters);
        let step = services
            .deps
            .authorizations
            .authorize(parameters, &browser)
            .await
            .unwrap();
        assert_eq!(flow::error_in(&step), Some(expected));
    }
    assert_eq!(services.stored().protocol_state().await, before);
}

/// What makes it unknown whom to tell.
type Unsafe = fn(&mut AuthorizationParameters);

#[tokio::test]
async fn without_a_client_and_its_redirect_uri_nobody_is_told() {
    let services = TestServices::start().await;
    let client = services.client().create().await;
    let browser = flow::browser(&services);
    let unknown: [Unsafe; 4] = [
        |asked| asked.client_id = None,
        |asked| asked.client_id = Some("nobody".to_owned()),
        |asked| asked.client_id = Some("two words".to_owned()),
        |asked| asked.repeated = vec!["client_id".to_owned()],
    ];
    let elsewhere: [Unsafe; 4] = [
        |asked| asked.redirect_uri = None,
        |asked| asked.redirect_uri = Some("https://evil.example.com/".to_owned()),
        |asked| asked.redirect_uri = asked.redirect_uri.take().map(|uri| uri + "/more"),
        |asked| asked.repeated = vec!["redirect_uri".to_owned()],
    ];
    let before = services.stored().protocol_state().await;
    for spoil in unknown.into_iter().chain(elsewhere) {
        let (mut parameters, _) = flow::request(&services, &client, "openid");
        // Even where something else is wrong as well.
        parameters.response_type = Some("token".to_owned());
        spoil(&mut parameters);
        let refused = services
            .deps
            .authorizations
            .authorize(parameters, &browser)
            .await;
        let refused = refused.unwrap_err();
        let is_page = matches!(
            refused,
            AuthorizeFailure::UnknownClient(_) | AuthorizeFailure::RedirectUri(..)
        );
        assert!(is_page, "{refused:?}");
    }
    assert_eq!(services.stored().protocol_state().await, before);
}

#[tokio::test]
async fn prompt_login_asks_for_a_login_after_the_request() {
    let services = TestServices::start().await;
    let client = services.client().first_party().create().await;
    let alice = services.user("alice").create().await;
    let mut browser = flow::logged_in(&services, &alice).await;
    let (mut parameters, _) = flow::request(&services, &client, "openid");
    parameters.prompt = Some("login".to_owned());
    let step = services
        .deps
        .authorizations
        .authorize(parameters, &browser)
        .await
        .unwrap();
    let AuthorizeStep::LogIn(handle) = step else {
        panic!("{step:?}")
    };

    let resume = async |browser: &authly_services::sessions::Browser| {
        let handle = RequestHandle::new(handle.expose().to_owned());
        services
            .deps
            .authorizations
            .resume(handle, browser)
            .await
            .unwrap()
    };
    assert!(matches!(resume(&browser).await, AuthorizeStep::LogIn(_)));
    services.advance(Duration::from_secs(5));
    flow::log_in(&services, &mut browser, &alice).await;
    assert!(flow::code_in(&resume(&browser).await).is_some());
}

#[tokio::test]
async fn max_age_asks_for_a_login_that_is_younger() {
    let services = TestServices::start().await;
    let client = services.client().first_party().create().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    let ask = async |max_age: &str| {
        let (mut parameters, _) = flow::request(&services, &client, "openid");
        parameters.max_age = Some(max_age.to_owned());
        services
            .deps
            .authorizations
            .authorize(parameters, &browser)
            .await
            .unwrap()
    };
    services.advance(Duration::from_mins(10));
    assert!(flow::code_in(&ask("600").await).is_some());
    assert!(matches!(ask("599").await, AuthorizeStep::LogIn(_)));
    assert!(matches!(ask("0").await, AuthorizeStep::LogIn(_)));
}
