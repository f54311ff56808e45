//! The application signs its user out in a frame (OpenID Connect Front-Channel Logout).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::Url;

use super::TwoSites;
use crate::behind_nginx::ISSUER;
use crate::devtools::Scripts;

/// The session that an ID token names.
fn sid(id_token: &str) -> String {
    let claims = id_token.split('.').nth(1).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims
        .get("sid")
        .and_then(Value::as_str)
        .unwrap()
        .to_owned()
}

/// Holds that the application was opened in a frame for the `time`th time, for this session.
async fn was_told(sites: &TwoSites, time: usize, id_token: &str) {
    let asked = sites.application.was_asked_for("/out", time).await;
    let url = Url::parse(&sites.at(&asked.path)).unwrap();
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let expected = [("iss", ISSUER.to_owned()), ("sid", sid(id_token))];
    let expected = expected.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn an_application_of_another_site_is_opened_in_a_frame_before_the_browser_goes_on() {
    let sites = TwoSites::start("frontchannel_logout_uri = \"SITE/out\"").await;
    let browser = sites.browser().await;

    // The script goes on when the frame has loaded.
    let signed_in = sites.sign_in(&browser, 1).await;
    browser.open(&sites.leaving(&signed_in)).await;
    let back = sites.application.was_asked_for("/bye", 1).await;
    assert_eq!(back.path, "/bye?state=left");
    was_told(&sites, 1, &signed_in.id_token).await;
    let received = sites.application.received();
    let place = |path: &str| received.iter().position(|one| one.path.starts_with(path));
    assert!(place("/out") < place("/bye"), "{received:?}");
    browser.wait_for("here").await;
    assert_eq!(browser.path().await, "/bye");

    // Without scripts the frame loads as well, and the button leads on.
    let signed_in = sites.sign_in(&browser, 2).await;
    browser.run_scripts(Scripts::Forbidden).await;
    browser.open(&sites.leaving(&signed_in)).await;
    was_told(&sites, 2, &signed_in.id_token).await;
    assert_eq!(browser.path().await, "/oidc/logout");
    browser.press("continue").await;
    sites.application.was_asked_for("/bye", 2).await;
    browser.run_scripts(Scripts::Allowed).await;

    // Where nothing else was asked for, the page stays.
    let signed_in = sites.sign_in(&browser, 3).await;
    browser.open(&format!("{ISSUER}/logout")).await;
    browser.press("logout").await;
    was_told(&sites, 3, &signed_in.id_token).await;
    browser.wait_for("sign_in").await;
    sites.assert_no_complaints(&browser).await;
    browser.close().await;
}
