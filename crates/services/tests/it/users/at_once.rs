//! An administrator's change while the user is at something: it is done before the change and ended
//! by it, or finds what the change has left.

use std::sync::Arc;

use authly_domain::admin::{Administrator, Run};
use authly_domain::secret::Password;
use authly_domain::users::PasswordChange;
use authly_services::authorizations::AuthorizeFailure;
use authly_services::tokens::TokenError;
use authly_services::users::{NewPassword, Order, UserDeed};
use authly_testing::TestServices;
use authly_testing::fixtures::TestUser;
use pretty_assertions::assert_eq;

use super::{order, person};
use crate::flow;

/// What ends everything of a user.
#[derive(Clone, Copy, Debug)]
enum End {
    Disable,
    Reset,
    Delete,
}

async fn end(services: &TestServices, by: &Administrator, user: &TestUser, how: End) {
    let order = Order {
        by,
        run: Run::ForReal,
        version: None,
    };
    let users = &services.deps.user_admin;
    match how {
        End::Disable => {
            users
                .change(user.id, UserDeed::Disable, &order)
                .await
                .unwrap();
            users
                .change(user.id, UserDeed::Enable, &order)
                .await
                .unwrap();
        }
        End::Reset => {
            let password = NewPassword::Given {
                password: Password::new("quite another passphrase".to_owned()),
                change: PasswordChange::NotRequired,
            };
            users
                .reset_password(user.id, password, &order, None)
                .await
                .unwrap();
        }
        End::Delete => users.delete(user.id, &order).await.unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redemption_at_the_same_moment_makes_nothing_that_lives_on() {
    let services = Arc::new(TestServices::start().await);
    let root = services.user("root").administrator().create().await;
    let web = services.client().create().await;
    for round in 0..24 {
        let how = [End::Disable, End::Reset, End::Delete][round % 3];
        let alice = services.user(&format!("alice{round}")).create().await;
        let code = flow::code(&services, &web, &alice, "openid offline_access").await;
        let client = flow::authenticated(&services, &web).await;
        let redeeming = {
            let services = Arc::clone(&services);
            tokio::spawn(async move { flow::redeem(&services, &client, &code).await })
        };
        end(&services, &person(&root), &alice, how).await;
        let redeemed = redeeming.await.unwrap();
        let client = flow::authenticated(&services, &web).await;
        match redeemed {
            Ok(tokens) => {
                let token = tokens.access_token.expose();
                assert!(!flow::is_active(&services, &client, token).await, "{how:?}");
                let refresh = flow::refresh_token(&tokens);
                assert!(
                    flow::refresh(&services, &client, refresh).await.is_err(),
                    "{how:?}"
                );
            }
            Err(TokenError::InvalidGrant(..)) => {}
            Err(error) => panic!("{how:?}: {error:?}"),
        }
        assert_eq!(services.stored().live_grants().await, 0, "{how:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshing_while_one_is_deleted_is_refused_and_never_fails() {
    let services = Arc::new(TestServices::start().await);
    let root = services.user("root").administrator().create().await;
    let web = services.client().create().await;
    for round in 0..12 {
        let alice = services.user(&format!("alice{round}")).create().await;
        let tokens = flow::tokens(&services, &web, &alice, "openid offline_access").await;
        let mut token = flow::refresh_token(&tokens).to_owned();
        let refreshing = {
            let (services, web) = (Arc::clone(&services), web.clone());
            tokio::spawn(async move {
                let client = flow::authenticated(&services, &web).await;
                loop {
                    match flow::refresh(&services, &client, &token).await {
                        Ok(tokens) => flow::refresh_token(&tokens).clone_into(&mut token),
                        Err(error) => return error,
                    }
                }
            })
        };
        end(&services, &person(&root), &alice, End::Delete).await;
        let error = refreshing.await.unwrap();
        assert!(matches!(error, TokenError::InvalidGrant(..)), "{error:?}");
    }
    assert_eq!(services.stored().row_counts().await["tokens"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_on_the_consent_page_at_the_same_moment_is_taken_or_refused_and_never_fails() {
    let services = Arc::new(TestServices::start().await);
    let root = services.user("root").administrator().create().await;
    let web = services.client().create().await;
    for round in 0..24 {
        let alice = services.user(&format!("alice{round}")).create().await;
        let browser = flow::logged_in(&services, &alice).await;
        // There is an answer already, which the next one changes.
        flow::code_from(&services, &web, &browser, "openid").await;
        let step = flow::ask(&services, &web, "openid profile", &browser).await;
        let handle = flow::consent_asked(step);
        let authorizations = &services.deps.authorizations;
        authorizations
            .consent_view(&handle, &browser)
            .await
            .unwrap();
        let answering = {
            let services = Arc::clone(&services);
            let ticked = "openid profile".parse().unwrap();
            tokio::spawn(async move {
                let authorizations = &services.deps.authorizations;
                authorizations.approve(&handle, &browser, ticked).await
            })
        };
        let by = person(&root);
        if round % 2 == 0 {
            end(&services, &by, &alice, End::Delete).await;
        } else {
            let (users, order) = (&services.deps.user_admin, order(&by));
            let revoked = users.revoke_consent(alice.id, web.record.key, &order);
            revoked.await.unwrap();
        }
        if let Err(AuthorizeFailure::Storage(error)) = answering.await.unwrap() {
            panic!("{error:?}");
        }
    }
}
