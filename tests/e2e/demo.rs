//! Somebody who has read nothing but the README's first command tries the server out.

use crate::accessibility::Axe;
use crate::browser::Browser;
use crate::server::Server;

#[tokio::test]
async fn a_newcomer_gets_from_the_first_page_to_decoded_tokens() {
    let server = Server::start("");
    let browser = Browser::start().await;
    let axe = Axe::load();

    browser
        .open(&format!("{}/?ui_locales=de", server.issuer))
        .await;
    axe.assert_no_faults(&browser).await;
    browser.open(&format!("{}/", server.issuer)).await;
    let home = browser.text().await;
    assert!(home.contains("admin-password"), "{home}");
    axe.assert_no_faults(&browser).await;
    browser.picture("demo-home").await;
    browser.press("try").await;

    browser.fill("username", "admin").await;
    browser
        .fill("password", &server.administrator_password())
        .await;
    browser.press("login").await;
    for field in ["new_password", "repeat_password"] {
        browser.fill(field, "a quite different sentence").await;
    }
    browser.press("change_password").await;
    browser.picture("demo-consent").await;
    browser.press("approve").await;

    browser.read("id_token_claims", "authly-demo").await;
    assert_eq!(browser.path().await, "/demo");
    axe.assert_no_faults(&browser).await;
    browser.picture("demo").await;
    for (act, said) in [
        ("refresh", "Refreshed once"),
        ("introspect", "\"active\": true"),
        ("revoke", "The grant has ended"),
        ("introspect", "\"active\": false"),
    ] {
        browser.press(act).await;
        browser.read("outcome", said).await;
    }
    axe.assert_no_faults(&browser).await;
    browser.picture("demo-revoked").await;

    browser.press("sign_out").await;
    browser.read("try", "Try sign-in").await;
    assert_eq!(browser.path().await, "/");
    browser.close().await;
}
