//! Redeeming codes.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::authorizations::CodeRefusal;
use authly_domain::clients::GrantType;
use authly_domain::secret::{AuthorizationCode, CodeVerifier};
use authly_services::tokens::{AuthorizationCodeGrant, InvalidGrant, TokenError, TokenGrant};
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow::{self, Code};

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_redemptions_at_once_one_succeeds_and_the_grant_is_revoked() {
    let services = Arc::new(Setup::default().pool_size(16).services().await);
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let code = flow::code(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;

    let attempts = (0..100).map(|_| {
        let (services, rp, code) = (Arc::clone(&services), rp.clone(), code.clone());
        tokio::spawn(async move { flow::redeem(&services, &rp, &code).await })
    });
    let (mut issued, mut replayed) = (Vec::new(), 0);
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(tokens) => issued.push(tokens),
            Err(TokenError::InvalidGrant(InvalidGrant::CodeReplay { .. }, _)) => replayed += 1,
            Err(other) => panic!("{other:?}"),
        }
    }

    assert_eq!((issued.len(), replayed), (1, 99));
    let grants = services.stored().grants_of(&client.id).await;
    let reasons: Vec<_> = grants
        .iter()
        .map(|grant| grant.revoked_reason.as_deref())
        .collect();
    assert_eq!(reasons, [Some("code_replay")]);
    assert_eq!(
        services.stored().audit_actions_beside_logins().await,
        ["code.replayed"]
    );
    assert!(!flow::is_active(&services, &rp, issued[0].access_token.expose()).await);
    flow::refresh(&services, &rp, flow::refresh_token(&issued[0]))
        .await
        .unwrap_err();
}

#[tokio::test]
async fn a_code_that_is_replayed_ends_what_came_of_it_once() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let code = flow::code(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    let tokens = flow::redeem(&services, &rp, &code).await.unwrap();
    // Long after the code's own end, too.
    services.advance(Duration::from_mins(5));

    for _ in 0..3 {
        let refused = flow::redeem(&services, &rp, &code).await.unwrap_err();
        let is_replay = matches!(
            refused,
            TokenError::InvalidGrant(InvalidGrant::CodeReplay { .. }, _)
        );
        assert!(is_replay, "{refused:?}");
    }

    assert!(!flow::opens_claims(&services, tokens.access_token.expose()).await);
    assert_eq!(
        services.stored().audit_actions_beside_logins().await,
        ["code.replayed"]
    );
}

/// What is wrong with a request, and how it is refused.
type Wrong = (fn(&mut AuthorizationCodeGrant), CodeRefusal);

const WRONG: [Wrong; 4] = [
    (|asked| asked.code_verifier = None, CodeRefusal::Verifier),
    (
        |asked| asked.code_verifier = Some(CodeVerifier::new("x".repeat(43))),
        CodeRefusal::Verifier,
    ),
    (
        |asked| asked.code_verifier = Some(CodeVerifier::new("short".to_owned())),
        CodeRefusal::Verifier,
    ),
    (
        |asked| asked.redirect_uri = Some("https://other.example.com/".to_owned()),
        CodeRefusal::RedirectUri,
    ),
];

fn grant_of(code: &Code) -> AuthorizationCodeGrant {
    AuthorizationCodeGrant {
        code: AuthorizationCode::new(code.code.clone()),
        redirect_uri: None,
        code_verifier: Some(CodeVerifier::new(code.verifier.clone())),
        resources: Vec::new(),
    }
}

#[tokio::test]
async fn a_wrong_verifier_or_redirect_uri_neither_consumes_nor_revokes() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let code = flow::code(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    let refuse_all = async || {
        let before = services.stored().protocol_state().await;
        for (spoil, expected) in WRONG {
            let mut asked = grant_of(&code);
            spoil(&mut asked);
            let refused =
                flow::exchange(&services, &rp, TokenGrant::AuthorizationCode(asked)).await;
            match refused.unwrap_err() {
                TokenError::InvalidGrant(InvalidGrant::Code(reason), _) => {
                    assert_eq!(reason, expected);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(services.stored().protocol_state().await, before);
    };
    refuse_all().await;
    let tokens = flow::redeem(&services, &rp, &code).await.unwrap();
    // Whoever has the redeemed code but not its verifier cannot end what came of it.
    refuse_all().await;
    assert!(flow::is_active(&services, &rp, tokens.access_token.expose()).await);
}

#[tokio::test]
async fn another_client_neither_consumes_nor_revokes() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let other = services.client().id("other").create().await;
    let code = flow::code(&services, &client, &alice, "openid").await;
    let before = services.stored().protocol_state().await;

    let thief = flow::authenticated(&services, &other).await;
    let refused = flow::redeem(&services, &thief, &code).await.unwrap_err();
    let expected = InvalidGrant::Code(CodeRefusal::OtherClient);
    assert!(matches!(refused, TokenError::InvalidGrant(reason, _) if reason == expected));
    assert_eq!(services.stored().protocol_state().await, before);

    let rp = flow::authenticated(&services, &client).await;
    let tokens = flow::redeem(&services, &rp, &code).await.unwrap();
    flow::redeem(&services, &thief, &code).await.unwrap_err();
    assert!(flow::is_active(&services, &rp, tokens.access_token.expose()).await);
}

#[tokio::test]
async fn an_unknown_or_expired_code_is_refused() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let code = flow::code(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    let before = services.stored().protocol_state().await;

    let unknown = Code {
        code: "authly_ac_unknown".to_owned(),
        ..code.clone()
    };
    let refused = flow::redeem(&services, &rp, &unknown).await.unwrap_err();
    assert!(matches!(
        refused,
        TokenError::InvalidGrant(InvalidGrant::UnknownCode, _)
    ));
    services.advance(Duration::from_mins(1));
    let refused = flow::redeem(&services, &rp, &code).await.unwrap_err();
    let expected = InvalidGrant::Code(CodeRefusal::Expired);
    assert!(matches!(refused, TokenError::InvalidGrant(reason, _) if reason == expected));
    assert_eq!(services.stored().protocol_state().await, before);
}

#[tokio::test]
async fn the_redirect_uri_may_be_sent_again() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let code = flow::code(&services, &client, &alice, "openid").await;
    let rp = flow::authenticated(&services, &client).await;
    let mut asked = grant_of(&code);
    asked.redirect_uri = Some(client.redirect_uri().to_owned());
    flow::exchange(&services, &rp, TokenGrant::AuthorizationCode(asked))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_code_for_resources_is_narrowed_to_those_that_are_asked_for() {
    let services = TestServices::start().await;
    let (api, other) = ("https://api.example.com/", "https://other.example.com/");
    let client = services.client().resources(&[api, other]).create().await;
    let alice = services.user("alice").create().await;
    let browser = flow::logged_in(&services, &alice).await;
    let rp = flow::authenticated(&services, &client).await;
    let code_for = async |resources: &[&str]| {
        let (mut parameters, verifier) = flow::request(&services, &client, "openid");
        parameters.resources = resources.iter().map(ToString::to_string).collect();
        parameters.prompt = Some("consent".to_owned());
        let asked = services
            .deps
            .authorizations
            .authorize(parameters, &browser)
            .await
            .unwrap();
        let handle = flow::consent_asked(asked);
        let step = flow::approve(&services, &handle, &browser, "").await;
        Code {
            code: flow::code_in(&step).unwrap().to_owned(),
            verifier,
        }
    };

    let code = code_for(&[api]).await;
    let mut asked = grant_of(&code);
    asked.resources = vec![other.parse().unwrap()];
    let refused = flow::exchange(&services, &rp, TokenGrant::AuthorizationCode(asked)).await;
    assert!(matches!(refused, Err(TokenError::InvalidTarget(..))));
    flow::redeem(&services, &rp, &code).await.unwrap();

    let code = code_for(&[api, other]).await;
    let mut asked = grant_of(&code);
    asked.resources = vec![other.parse().unwrap()];
    flow::exchange(&services, &rp, TokenGrant::AuthorizationCode(asked))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_client_without_the_refresh_grant_gets_no_refresh_token() {
    let services = TestServices::start().await;
    let client = services
        .client()
        .grants(&[GrantType::AuthorizationCode])
        .create()
        .await;
    let alice = services.user("alice").create().await;
    let tokens = flow::tokens(&services, &client, &alice, "openid offline_access").await;
    assert!(tokens.refresh_token.is_none());
    assert!(tokens.id_token.is_some());
    assert_eq!(
        services
            .stored()
            .unspent_refresh_tokens_of(&client.id)
            .await,
        []
    );
}

#[tokio::test]
async fn without_openid_there_is_no_id_token() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let tokens = flow::tokens(&services, &client, &alice, "notes:read").await;
    assert!(tokens.id_token.is_none());
    assert!(!flow::opens_claims(&services, tokens.access_token.expose()).await);
}
