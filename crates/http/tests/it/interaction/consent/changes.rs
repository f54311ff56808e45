//! What an administrator takes from a client while its user is asked is not granted any more.

use authly_domain::clients::{Client, GrantType, NonceRule, PkceRule};
use authly_domain::scopes::{Scope, ScopeRecord};
use authly_testing::TestApp;
use authly_testing::browser::Page;
use pretty_assertions::assert_eq;

use super::Asked;
use crate::support::{Asking, expect_error_page};

const SCOPE: &str = "openid notes:write";

/// Where the answer is sent: to the node that knows the client as it was, or to another one.
#[derive(Debug, Clone, Copy)]
enum Node {
    Same,
    Other,
}

/// Allows what was asked for, and holds that no code comes of it.
async fn expect_no_code(mut asked: Asked, node: Node) {
    let before = asked.app.stored().protocol_state().await;
    let other = asked.app.another_node().await;
    let mut form = asked.page.form("approve");
    if let Node::Other = node {
        let query = form.action.query().unwrap().to_owned();
        form.action = other.url(&format!("/consent?{query}")).parse().unwrap();
    }
    let page: Page = asked.browser.submit(&form).await;
    assert_eq!(page.answer.header("location"), "", "{node:?}");
    expect_error_page(&page, page.status());
    assert!((400..500).contains(&page.status()), "{page:?}");
    assert_eq!(
        asked.app.stored().protocol_state().await,
        before,
        "{node:?}"
    );
}

async fn asked() -> Asked {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    Asked::by(app, client, SCOPE).await
}

#[tokio::test]
async fn a_scope_that_the_client_may_no_longer_ask_for_is_not_granted() {
    for node in [Node::Same, Node::Other] {
        let asked = asked().await;
        let context = &asked.app.context;
        let conn = context.db.connect().await.unwrap();
        let (key, rest) = (asked.client.record.key, "openid".parse().unwrap());
        let clients = conn.reads().clients();
        let replaced = clients.replace_scopes(key, &rest, &Scope::empty()).await;
        replaced.unwrap();
        drop(conn);
        asked.client.change(context, |_record| {}).await;
        Box::pin(expect_no_code(asked, node)).await;
    }
}

#[tokio::test]
async fn a_scope_that_was_switched_off_is_not_granted() {
    for node in [Node::Same, Node::Other] {
        let asked = asked().await;
        let context = &asked.app.context;
        let conn = context.db.connect().await.unwrap();
        let scope = ScopeRecord {
            name: "notes:write".parse().unwrap(),
            description: "Change notes".to_owned(),
            is_default: false,
            is_active: false,
            is_system: false,
        };
        let stored = conn.reads().scopes().upsert(&scope, context.now()).await;
        stored.unwrap();
        drop(conn);
        Box::pin(expect_no_code(asked, node)).await;
    }
}

#[tokio::test]
async fn a_client_that_may_no_longer_use_codes_gets_none() {
    for node in [Node::Same, Node::Other] {
        let asked = asked().await;
        let change = |client: &mut Client| client.grant_types = vec![GrantType::ClientCredentials];
        asked.client.change(&asked.app.context, change).await;
        Box::pin(expect_no_code(asked, node)).await;
    }
}

#[tokio::test]
async fn a_client_that_was_disabled_gets_no_code() {
    for node in [Node::Same, Node::Other] {
        let asked = asked().await;
        asked.client.disable(&asked.app.context).await;
        Box::pin(expect_no_code(asked, node)).await;
    }
}

#[tokio::test]
async fn a_resource_that_was_withdrawn_is_not_granted() {
    for node in [Node::Same, Node::Other] {
        let app = TestApp::start().await;
        let resource = "https://api.example.com/";
        let client = app.client().resources(&[resource]).create().await;
        let alice = app.user("alice").create().await;
        let mut browser = app.logged_in(&alice).await;
        let asking = Asking::of(&client, "openid").and("resource", resource);
        let page = super::asked_again(&mut browser, &asking).await;
        let change = |client: &mut Client| client.resources = Vec::new();
        client.change(&app.context, change).await;
        let asked = Asked {
            app,
            client,
            alice,
            browser,
            page,
        };
        Box::pin(expect_no_code(asked, node)).await;
    }
}

#[tokio::test]
async fn a_client_whose_exemption_from_pkce_was_withdrawn_gets_no_code_without_it() {
    for node in [Node::Same, Node::Other] {
        let app = TestApp::start().await;
        let client = app.client().without_pkce_and_nonce().create().await;
        let alice = app.user("alice").create().await;
        let mut browser = app.logged_in(&alice).await;
        let asking = Asking::of(&client, "openid").without("code_challenge");
        let asking = asking.without("code_challenge_method");
        let page = super::asked_again(&mut browser, &asking).await;
        let change = |client: &mut Client| {
            client.pkce = PkceRule::Required;
            client.nonce = NonceRule::Required;
        };
        client.change(&app.context, change).await;
        let asked = Asked {
            app,
            client,
            alice,
            browser,
            page,
        };
        Box::pin(expect_no_code(asked, node)).await;
    }
}

#[tokio::test]
async fn a_denial_does_not_travel_to_a_client_that_was_disabled() {
    let mut asked = asked().await;
    asked.client.disable(&asked.app.context).await;
    let other = asked.app.another_node().await;
    let mut form = asked.page.form("deny");
    let query = form.action.query().unwrap().to_owned();
    form.action = other.url(&format!("/consent?{query}")).parse().unwrap();
    let page = asked.browser.submit(&form).await;
    expect_error_page(&page, 400);
}
