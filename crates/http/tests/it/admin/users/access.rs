//! What is ended by an administrator is at an end everywhere, at once.

use authly_testing::TestApp;
use authly_testing::administrators::AdminCaller;
use authly_testing::fixtures::TestUser;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{at, does};

/// Ends everything of this user in one of the ways there are.
async fn end(root: &AdminCaller, user: &TestUser, way: &str) {
    let status = match way {
        "delete" => root.delete(&at(user)).await.status,
        "reset-password" => {
            let path = format!("{}/reset-password", at(user));
            root.post(&path, &json!({"temporary_password": true}))
                .await
                .status
        }
        other => does(root, user, other).await.status,
    };
    assert!([200, 204].contains(&status), "{way}: {status}");
}

#[tokio::test]
async fn tokens_codes_and_the_browser_of_a_user_count_no_more_right_after() {
    let app = TestApp::start().await;
    let root = app.administrator("root").await;
    let web = app.client().id("web").create().await;
    let rp = app.rp(&web);
    for way in ["disable", "delete", "reset-password"] {
        let alice = app.user(&format!("alice-{way}")).create().await;
        let mut browser = app.logged_in(&alice).await;
        let scope = "openid offline_access";
        let tokens = app.tokens_in(&mut browser, &web, &alice, scope).await;
        let code = app.code_in(&mut browser, &web, &alice, scope).await;
        assert!(rp.is_active(&tokens.access_token).await);
        assert_eq!(rp.userinfo(&tokens.access_token).await.status, 200);

        end(&root, &alice, way).await;
        assert!(!rp.is_active(&tokens.access_token).await, "{way}");
        assert!(!rp.is_active(tokens.refresh()).await, "{way}");
        let userinfo = rp.userinfo(&tokens.access_token).await;
        assert_eq!(userinfo.status, 401, "{way}");
        let before = app.stored().protocol_state().await;
        rp.refresh(tokens.refresh())
            .await
            .expect_error(400, "invalid_grant");
        rp.redeem(&code.code, &code.verifier)
            .await
            .expect_error(400, "invalid_grant");
        assert_eq!(app.stored().protocol_state().await, before, "{way}");
        // The browser is sent to log in again.
        let asked = app.ask(&web, "openid", &[]);
        let page = browser.get(&asked.target).await;
        assert_eq!(page.expect_location().path(), "/login", "{way}");
        let quiet = app.ask(&web, "openid", &[("prompt", "none")]);
        let page = browser.get(&quiet.target).await;
        assert_eq!(
            page.answered("error").as_deref(),
            Some("login_required"),
            "{way}"
        );
    }
}
