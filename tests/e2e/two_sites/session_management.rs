//! The application asks the frame of the server whether its user is still logged in (OpenID Connect
//! Session Management §3).

use authly_testing::stranger::Answer;
use url::form_urlencoded;

use super::{FramesHave, SignedIn, TwoSites, answered};
use crate::behind_nginx::ISSUER;
use crate::browser::Browser;

/// A page of the application that asks the frame once it is there, as §3.1 has it, and says what it
/// answers. What it sends stands in its own address.
const WATCH: &str = r#"<!doctype html><p id="answer">not yet</p>
<iframe id="op" src="ISSUER/oidc/session/iframe"></iframe>
<script>
  const asked = new URLSearchParams(location.search).get("message");
  const op = document.getElementById("op");
  addEventListener("message", function (event) {
    if (event.origin !== "ISSUER") { return; }
    document.getElementById("answer").textContent = "answered: " + event.data + ".";
  });
  op.addEventListener("load", function () { op.contentWindow.postMessage(asked, "ISSUER"); });
</script>"#;

/// What the frame answers in this browser to a message of the application.
async fn says(sites: &TwoSites, browser: &Browser, message: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("message", message)
        .finish();
    browser.open(&sites.at(&format!("/watch?{query}"))).await;
    browser.read("answer", "answered: ").await;
    let answer = browser.wait_for("answer").await.text().await.unwrap();
    let answer = answer.trim_start_matches("answered: ");
    answer.trim_end_matches('.').to_owned()
}

fn asking(signed_in: &SignedIn) -> String {
    format!("notes-web {}", signed_in.session_state)
}

async fn start() -> TwoSites {
    let sites = TwoSites::start("").await;
    let page = WATCH.replace("ISSUER", ISSUER);
    sites.application.at("/watch", Answer::page(&page).into());
    sites
}

#[tokio::test]
async fn oidcc_session_management_rp_initiated_logout() {
    let sites = start().await;
    let browser = sites.browser().await;
    let signed_in = sites.sign_in(&browser, 1).await;
    let asking = asking(&signed_in);
    assert_eq!(says(&sites, &browser, &asking).await, "unchanged");
    // What was made for another application, or is none of ours.
    let other = asking.replace("notes-web", "other");
    assert_eq!(says(&sites, &browser, &other).await, "changed");
    for malformed in ["", "notes-web", "notes-web a b.c", "notes-web nonsense"] {
        assert_eq!(
            says(&sites, &browser, malformed).await,
            "error",
            "{malformed}"
        );
    }

    browser.open(&sites.leaving(&signed_in)).await;
    sites.application.was_asked_for("/bye", 1).await;
    assert_eq!(says(&sites, &browser, &asking).await, "changed");

    // The application asks without a page, learns that nobody is logged in, and has its peace.
    browser.open(&sites.asking(&[("prompt", "none")])).await;
    let answer = sites.answer(2).await;
    assert_eq!(answered(&answer, "error"), "login_required");
    let nobody = format!("notes-web {}", answered(&answer, "session_state"));
    assert_eq!(says(&sites, &browser, &nobody).await, "unchanged");
    sites.sign_in(&browser, 3).await;
    assert_eq!(says(&sites, &browser, &nobody).await, "changed");
    sites.assert_no_complaints(&browser).await;
    browser.close().await;
}

#[tokio::test]
async fn a_browser_that_keeps_cookies_from_frames_signs_nobody_out() {
    let sites = start().await;
    let browser = sites.browser_that(FramesHave::None).await;
    let signed_in = sites.sign_in(&browser, 1).await;
    let asking = asking(&signed_in);
    assert_eq!(says(&sites, &browser, &asking).await, "error");
    browser.close().await;
}
