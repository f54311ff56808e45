//! What the consent page says.

use authly_domain::clients::Client;
use authly_testing::TestApp;
use pretty_assertions::assert_eq;

use super::Asked;
use crate::support::{Asking, expect_error_page};

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_where_the_answer_goes() {
    let app = TestApp::start().await;
    let uris = ["https://app.example.com:8443/callback?x=1"];
    let client = app.client().name("The Notebook").redirect_uris(&uris);
    let client = client.with(|client| {
        client.client_uri = Some("https://app.example.com/about".to_owned());
        client.policy_uri = Some("https://app.example.com/policy".to_owned());
        client.tos_uri = Some("https://app.example.com/terms".to_owned());
    });
    let client = client.optional("notes:write").create().await;
    let asked = Asked::by(app, client, "openid notes:read notes:write").await;
    let html = asked.page.html();
    for expected in [
        "<h1>The Notebook asks for access</h1>",
        "<strong>alice</strong>",
        "app.example.com:8443</strong>",
        "Do what notes:read means <code>notes:read</code>",
        "Do what notes:write means <code>notes:write</code>",
        "<code>openid</code>",
        "href=\"https://app.example.com/about\"",
        "href=\"https://app.example.com/policy\"",
        "href=\"https://app.example.com/terms\"",
        "These pages are those of The Notebook. Nobody here vouches for them.",
        "id=\"approve\"",
        "id=\"deny\"",
        "id=\"switch_account\"",
    ] {
        assert!(html.contains(expected), "{expected}: {html}");
    }
    // What was not asked for is not spoken of.
    assert!(!html.contains("email"), "{html}");
    assert!(!html.contains("offline_access"), "{html}");
}

#[tokio::test]
async fn the_page_says_for_which_services_the_access_is() {
    let app = TestApp::start().await;
    app.open_resource_server("https://open.example.com").await;
    let resources = ["https://api.example.com", "https://other.example.com"];
    let client = app.client().resources(&resources).create().await;
    let alice = app.user("alice").create().await;
    let mut browser = app.logged_in(&alice).await;
    let asking = Asking::of(&client, "openid")
        .and("resource", "https://API.example.com/")
        .and("resource", "https://open.example.com");
    let page = super::asked_again(&mut browser, &asking).await;
    let html = page.html().replace("&#x2f;", "/");
    let said = "The API https://api.example.com, The API https://open.example.com</strong>";
    assert!(html.contains(said), "{html}");
    assert!(!html.contains("other.example.com"), "{html}");
    let bare = super::asked_again(&mut browser, &Asking::of(&client, "openid")).await;
    assert!(!bare.html().contains("id=\"services\""), "{}", bare.html());
}

#[tokio::test]
async fn optional_scopes_are_boxes_that_are_ticked_and_the_others_are_no_boxes() {
    let app = TestApp::start().await;
    let client = app.client().optional("openid email notes:write");
    let client = client.create().await;
    let scope = "openid profile email notes:write";
    let asked = Asked::by(app, client, scope).await;
    let form = asked.page.form("approve");
    let ticked: Vec<_> = form
        .fields
        .iter()
        .filter(|(name, _)| name == "scope")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(ticked, ["email", "notes:write"], "openid never is optional");
}

#[tokio::test]
async fn what_a_client_calls_itself_cannot_break_out_of_the_page() {
    let hostile = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;{{ 7 * 7 }}";
    let app = TestApp::start().await;
    let client = app.client().name(hostile).with(|client| {
        client.client_uri = Some(format!("https://app.example.com/{hostile}"));
        client.policy_uri = Some("https://a.example/\" onclick=\"alert(1)".to_owned());
        client.tos_uri = Some("https://a.example/'onclick='alert(1)".to_owned());
    });
    let client = client.create().await;
    let asked = Asked::by(app, client, "openid").await;
    let html = asked.page.html();
    for harm in ["<script", "<img", "onclick=\"", "onclick='"] {
        assert!(!html.contains(harm), "{harm}: {html}");
    }
    assert!(html.contains("{{ 7 * 7 }}"), "not evaluated: {html}");
    assert!(
        html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{html}"
    );
}

#[tokio::test]
async fn the_login_page_escapes_the_name_of_the_client_too() {
    let app = TestApp::start().await;
    let client = app.client().name("<b>bold</b>\"'").create().await;
    let mut browser = app.browser();
    let asking = Asking::of(&client, "openid");
    let page = browser.get(&asking.target()).await;
    let login = browser.follow(&page).await;
    assert!(!login.html().contains("<b>"), "{login:?}");
    assert!(login.html().contains("&lt;b&gt;bold&lt;/b&gt;&quot;&#x27;"));
}

#[tokio::test]
async fn an_address_of_the_client_that_is_no_web_address_is_no_link() {
    for address in [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "//evil.example/",
        " javascript:alert(1)",
    ] {
        let app = TestApp::start().await;
        let set = |client: &mut Client| {
            client.client_uri = Some(address.to_owned());
            client.policy_uri = Some(address.to_owned());
            client.tos_uri = Some(address.to_owned());
        };
        let client = app.client().with(set).create().await;
        let asked = Asked::by(app, client, "openid").await;
        assert!(!asked.page.html().contains(address), "{:?}", asked.page);
    }
}

#[tokio::test]
async fn the_destination_of_a_program_is_its_scheme() {
    let app = TestApp::start().await;
    let client = app.client().public().native();
    let client = client
        .redirect_uris(&["com.example.app:/cb"])
        .create()
        .await;
    let asked = Asked::by(app, client, "openid").await;
    assert!(asked.page.html().contains(">com.example.app</strong>"));
}

#[tokio::test]
async fn without_a_request_there_is_no_consent_page() {
    let mut asked = Asked::start().await;
    for target in [
        "/consent",
        "/consent?request=",
        "/consent?request=x",
        "/consent?foo=1",
    ] {
        expect_error_page(&asked.browser.get(target).await, 400);
    }
}

#[tokio::test]
async fn without_a_login_there_is_no_consent_page() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let mut browser = app.browser();
    let asking = Asking::of(&client, "openid");
    let login = browser.get(&asking.target()).await.expect_location();
    let before = app.stored().protocol_state().await;
    let consent = format!("/consent?{}", login.query().unwrap());
    expect_error_page(&browser.get(&consent).await, 403);
    assert_eq!(app.stored().protocol_state().await, before);
}

#[tokio::test]
async fn another_account_can_be_used_from_the_page() {
    let mut asked = Asked::start().await;
    let bob = asked.app.user("bob").create().await;
    let handle = asked.page.address.query().unwrap();
    let login = asked.browser.get(&format!("/login?{handle}")).await;
    let page = asked
        .browser
        .fill_in_login(&login, "bob", &bob.password)
        .await;
    let consent = asked.browser.follow(&page).await;
    assert!(consent.html().contains("<strong>bob</strong>"));
    let page = asked.browser.submit(&consent.form("approve")).await;
    assert!(page.answered("code").is_some());
    let stored = asked.app.stored();
    assert!(stored.consent_of("bob", &asked.client.id).await.is_some());
    assert!(stored.consent_of("alice", &asked.client.id).await.is_none());
}
