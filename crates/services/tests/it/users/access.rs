//! What an administrator ends is at an end at once.

use authly_domain::users::AccountChange;
use authly_services::tokens::TokenError;
use authly_services::users::UserDeed;
use authly_testing::TestServices;
use authly_testing::fixtures::{TestClient, TestUser};
use pretty_assertions::assert_eq;

use super::{does, order, person};
use crate::flow::{self, Code};

/// Everything that a user has opened.
struct Open {
    services: TestServices,
    root: TestUser,
    alice: TestUser,
    web: TestClient,
    browser: authly_services::sessions::Browser,
    access_token: String,
    refresh_token: String,
    /// Of an offline grant, which no session ends.
    offline: String,
    code: Code,
}

impl Open {
    async fn start() -> Self {
        let services = TestServices::start().await;
        let root = services.user("root").administrator().create().await;
        let alice = services.user("alice").create().await;
        let web = services.client().create().await;
        let browser = flow::logged_in(&services, &alice).await;
        let client = flow::authenticated(&services, &web).await;
        let code = flow::code_from(&services, &web, &browser, "openid").await;
        let tokens = flow::redeem(&services, &client, &code).await.unwrap();
        let scope = "openid offline_access";
        let offline = flow::code_from(&services, &web, &browser, scope).await;
        let offline = flow::redeem(&services, &client, &offline).await.unwrap();
        let code = flow::code_from(&services, &web, &browser, scope).await;
        Self {
            access_token: tokens.access_token.expose().to_owned(),
            refresh_token: flow::refresh_token(&tokens).to_owned(),
            offline: flow::refresh_token(&offline).to_owned(),
            services,
            root,
            alice,
            web,
            browser,
            code,
        }
    }

    async fn is_open(&self) -> [bool; 3] {
        let sessions = &self.services.deps.sessions;
        let client = flow::authenticated(&self.services, &self.web).await;
        [
            flow::is_active(&self.services, &client, &self.access_token).await,
            flow::opens_claims(&self.services, &self.access_token).await,
            sessions.current(&self.browser).await.unwrap().is_some(),
        ]
    }

    /// That nothing of it opens anything, and that trying stores nothing.
    async fn expect_all_ended(&self) {
        assert_eq!(self.is_open().await, [false; 3]);
        let client = flow::authenticated(&self.services, &self.web).await;
        let before = self.services.stored().protocol_state().await;
        for token in [&self.refresh_token, &self.offline] {
            let refused = flow::refresh(&self.services, &client, token).await;
            assert!(
                matches!(refused, Err(TokenError::InvalidGrant(..))),
                "{refused:?}"
            );
        }
        let refused = flow::redeem(&self.services, &client, &self.code).await;
        assert!(
            matches!(refused, Err(TokenError::InvalidGrant(..))),
            "{refused:?}"
        );
        assert_eq!(self.services.stored().protocol_state().await, before);
    }
}

#[tokio::test]
async fn disabling_a_user_ends_everything_and_enabling_brings_nothing_back() {
    let open = Open::start().await;
    let by = person(&open.root);
    assert_eq!(open.is_open().await, [true; 3]);
    let account = does(&open.services, &by, &open.alice, UserDeed::Disable).await;
    assert!(!account.unwrap().is_active);
    open.expect_all_ended().await;
    let mut browser = flow::browser(&open.services);
    let password = authly_domain::secret::Password::new(open.alice.password.clone());
    let sessions = &open.services.deps.sessions;
    let refused = sessions.log_in("alice", password, &browser).await;
    assert!(refused.is_err());

    let account = does(&open.services, &by, &open.alice, UserDeed::Enable).await;
    assert!(account.unwrap().is_active);
    open.expect_all_ended().await;
    flow::log_in(&open.services, &mut browser, &open.alice).await;
    let sessions = open.services.stored().sessions_of("alice").await;
    let ended = sessions.iter().map(|one| one.ended_reason.as_deref());
    let ended: std::collections::BTreeSet<_> = ended.collect();
    // The one from before, and the one of just now.
    assert_eq!(ended, [None, Some("by_administrator")].into());
    for grant in open.services.stored().grants_of("web").await {
        assert_eq!(grant.revoked_reason.as_deref(), Some("by_administrator"));
    }
}

#[tokio::test]
async fn deleting_a_user_ends_everything_and_leaves_nothing_of_theirs() {
    let open = Open::start().await;
    let by = person(&open.root);
    let users = &open.services.deps.user_admin;
    users.delete(open.alice.id, &order(&by)).await.unwrap();
    open.expect_all_ended().await;
    let counts = open.services.stored().row_counts().await;
    for table in [
        "sessions",
        "grants",
        "tokens",
        "authorization_codes",
        "consents",
    ] {
        assert_eq!(counts[table], 0, "{table}");
    }
    assert_eq!(counts["users"], 1);
    let again = users.delete(open.alice.id, &order(&by)).await;
    assert!(again.is_err());
}

#[tokio::test]
async fn a_consent_that_is_revoked_ends_what_came_of_it_and_nothing_else() {
    let open = Open::start().await;
    let other = open.services.client().id("other").create().await;
    let elsewhere = flow::code_from(&open.services, &other, &open.browser, "openid").await;
    let elsewhere_client = flow::authenticated(&open.services, &other).await;
    let elsewhere = flow::redeem(&open.services, &elsewhere_client, &elsewhere)
        .await
        .unwrap();

    let by = person(&open.root);
    let users = &open.services.deps.user_admin;
    let (alice, web) = (open.alice.id, open.web.record.key);
    users.revoke_consent(alice, web, &order(&by)).await.unwrap();
    assert_eq!(open.is_open().await, [false, false, true]);
    let client = flow::authenticated(&open.services, &open.web).await;
    for token in [&open.refresh_token, &open.offline] {
        assert!(flow::refresh(&open.services, &client, token).await.is_err());
    }
    assert!(
        flow::redeem(&open.services, &client, &open.code)
            .await
            .is_err()
    );
    let token = elsewhere.access_token.expose();
    assert!(flow::is_active(&open.services, &elsewhere_client, token).await);
    let step = flow::ask(&open.services, &open.web, "openid", &open.browser).await;
    flow::consent_asked(step);

    let before = open.services.stored().protocol_state().await;
    let again = users.revoke_consent(alice, web, &order(&by)).await;
    assert!(again.is_err());
    assert_eq!(open.services.stored().protocol_state().await, before);
}

#[tokio::test]
async fn another_name_and_address_are_what_one_logs_in_with() {
    let open = Open::start().await;
    let by = person(&open.root);
    let change = AccountChange {
        username: Some("alicia".parse().unwrap()),
        ..AccountChange::default()
    };
    let account = does(
        &open.services,
        &by,
        &open.alice,
        UserDeed::Update(Box::new(change)),
    )
    .await;
    assert_eq!(account.unwrap().username.as_str(), "alicia");
    // A name is nothing that ends access.
    assert_eq!(open.is_open().await, [true; 3]);
    let renamed = TestUser {
        username: "alicia".to_owned(),
        ..open.alice.clone()
    };
    flow::logged_in(&open.services, &renamed).await;
}
