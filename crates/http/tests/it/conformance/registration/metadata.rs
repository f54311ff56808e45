//! What is shown of a client, and whose users it sees.

use authly_testing::browser::Page;
use authly_testing::{Setup, Stranger};
use pretty_assertions::{assert_eq, assert_ne};

use super::*;

/// The page that asks the user about a client, and the login page before it.
async fn pages(suite: &Suite, client: &TestClient) -> (Page, Page) {
    let mut browser = suite.app.browser();
    let asking = asking(client, "openid");
    let page = browser.get(&asking.target()).await;
    let login = browser.follow(&page).await;
    let (name, password) = (&suite.alice.username, &suite.alice.password);
    let page = browser.fill_in_login(&login, name, password).await;
    (browser.follow(&page).await, login)
}

/// That the link which the client has registered under this name stands on the consent page. The suite
/// looks for it on the login page, where ours has nothing of a client that its user did not yet meet.
async fn links_to(member: &str, address: &str) {
    let suite = Suite::start().await;
    let answer = suite.register(&json!({ member: address })).await;
    assert_eq!(answer.json()[member], address);
    let client = suite.client_of(&answer).await;
    let (consent, login) = pages(&suite, &client).await;
    let link = format!("href=\"{address}\"");
    assert!(consent.html().contains(&link), "{consent:?}");
    assert!(!login.html().contains(address), "{login:?}");
    let _ = suite.tokens(&client).await;
}

#[tokio::test]
async fn oidcc_registration_policy_uri() {
    links_to("policy_uri", "https://suite.example/policy").await;
}

#[tokio::test]
async fn oidcc_registration_tos_uri() {
    links_to("tos_uri", "https://suite.example/terms").await;
}

/// Somebody looks at a picture of the login page, on which the suite expects the logo. Ours shows none on any
/// page, an expected difference: nobody has fetched the logo and looked at it.
#[tokio::test]
async fn oidcc_registration_logo_uri() {
    let stranger = Stranger::start().await;
    let suite = Suite::on(Setup::default().stranger(&stranger)).await;
    let said = json!({ "logo_uri": stranger.url("/logo.png").as_str() });
    let client = suite.client(&said).await;
    let (consent, login) = pages(&suite, &client).await;
    for page in [consent, login] {
        assert_eq!(page.status(), 200);
        assert!(!page.html().contains("logo.png"), "{page:?}");
    }
    let _ = suite.tokens(&client).await;
    assert_eq!(stranger.seen().connections, 0);
}

#[tokio::test]
async fn oidcc_registration_sector_uri() {
    let stranger = Stranger::start().await;
    let suite = Suite::on(Setup::default().stranger(&stranger)).await;
    let another = "https://another.example/callback";
    stranger.serve("/sector", &json!([CALLBACK, another]).to_string());
    let mut said = json!({
        "subject_type": "pairwise", "sector_identifier_uri": stranger.url("/sector").as_str(),
    });
    let sub = async |said: &Value| {
        let tokens = suite.tokens(&suite.client(said).await).await;
        suite.id_token(&tokens).await["sub"].clone()
    };
    let of_sector = sub(&said).await;
    // Clients of one sector see the same user, and nobody else does.
    said["redirect_uris"] = json!([another]);
    assert_eq!(sub(&said).await, of_sector);
    let of_host = sub(&json!({ "subject_type": "pairwise" })).await;
    assert_ne!(of_host, of_sector);
    let public = sub(&json!({})).await;
    assert_eq!(public, suite.alice.subject.as_str());
    assert!(![of_host, of_sector].contains(&public));
}

#[tokio::test]
async fn oidcc_registration_sector_bad() {
    let stranger = Stranger::start().await;
    let suite = Suite::on(Setup::default().stranger(&stranger)).await;
    let other = json!(["https://suite.example/another"]);
    stranger.serve("/sector", &other.to_string());
    let said = json!({
        "subject_type": "pairwise", "sector_identifier_uri": stranger.url("/sector").as_str(),
    });
    let before = suite.app.stored().registry().await;
    let refused = suite.register(&said).await;
    refused.expect_error(400, "invalid_client_metadata");
    assert_eq!(suite.app.stored().registry().await, before);
    assert_eq!(stranger.seen().requests, 1);
}
