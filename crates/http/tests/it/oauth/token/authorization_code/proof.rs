//! What has to come with a code: the verifier, and the redirect URI where it is sent. A code that was
//! refused for its company can still be redeemed by who it belongs to (OAuth 2.1 §7.5.2).

use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::fixtures::{REDIRECT_URI, TestClient};
use authly_testing::flows::Code;
use pretty_assertions::assert_eq;

use crate::machine_support::{OPENID, assert_issued, assert_refused, unchanged};

/// A token request with this code and what is sent along.
async fn redeem(app: &TestApp, client: &TestClient, code: &str, with: &[(&str, &str)]) -> Answer {
    let mut form = vec![("grant_type", "authorization_code"), ("code", code)];
    form.extend_from_slice(with);
    app.rp(client).token(&form).await
}

#[tokio::test]
async fn a_code_is_refused_without_its_verifier_and_stays_usable() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;

    let longer = verifier.repeat(4);
    let padded = format!("{verifier}=");
    let swapped = verifier.to_uppercase();
    let wrong = [
        &[][..],
        &[("code_verifier", "")],
        &[("code_verifier", "wrong")],
        &[("code_verifier", &verifier[..42])],
        &[("code_verifier", &longer[..129])],
        &[("code_verifier", &padded)],
        &[("code_verifier", &swapped)],
        &[(
            "code_verifier",
            "ééééééééééééééééééééééééééééééééééééééééééé",
        )],
        // The challenge is no verifier; nor does a name that nobody knows make it one.
        &[("code_challenge", &verifier)],
    ];
    for with in wrong {
        let answer = unchanged(&app, redeem(&app, &client, &code, with)).await;
        assert_refused(&answer, 400, "invalid_grant");
    }
    assert_issued(&app.rp(&client).redeem(&code, &verifier).await);
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let app = TestApp::start().await;
    let client = app.client().without_pkce().create().await;
    let alice = app.user("alice").create().await;
    let bare = [("code_challenge", ""), ("code_challenge_method", "")];
    let asked = app.ask(&client, OPENID, &bare);
    let page = app.walk(&mut app.browser(), &asked, &alice).await;
    let code = page.answered("code").unwrap();

    let with = [("code_verifier", asked.verifier.as_str())];
    let answer = unchanged(&app, redeem(&app, &client, &code, &with)).await;
    assert_refused(&answer, 400, "invalid_grant");
    assert_issued(&redeem(&app, &client, &code, &[]).await);
}

#[tokio::test]
async fn an_exempt_client_that_sent_a_challenge_needs_the_verifier_all_the_same() {
    let app = TestApp::start().await;
    let client = app.client().without_pkce_and_nonce().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let answer = unchanged(&app, redeem(&app, &client, &code, &[])).await;
    assert_refused(&answer, 400, "invalid_grant");
    assert_issued(&app.rp(&client).redeem(&code, &verifier).await);
}

#[tokio::test]
async fn a_redirect_uri_that_is_sent_has_to_be_the_one_of_the_request() {
    let app = TestApp::start().await;
    let second = "https://app.example.com/second";
    let client = app
        .client()
        .redirect_uris(&[REDIRECT_URI, second])
        .create()
        .await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let verifier = ("code_verifier", verifier.as_str());

    let longer = format!("{REDIRECT_URI}/");
    for uri in [second, &longer, "https://evil.example.com/", "not a uri"] {
        let with = [verifier, ("redirect_uri", uri)];
        let answer = unchanged(&app, redeem(&app, &client, &code, &with)).await;
        assert_refused(&answer, 400, "invalid_grant");
    }
    let with = [verifier, ("redirect_uri", REDIRECT_URI)];
    assert_issued(&redeem(&app, &client, &code, &with).await);
}

#[tokio::test]
async fn a_public_client_redeems_at_any_port_of_its_loopback_address() {
    let app = TestApp::start().await;
    let native = app.client().id("native").public().native();
    let client = native
        .redirect_uris(&["http://127.0.0.1/callback"])
        .create()
        .await;
    let alice = app.user("alice").create().await;
    let used = "http://127.0.0.1:49152/callback";
    let asked = app.ask(&client, OPENID, &[("redirect_uri", used)]);
    let page = app.walk(&mut app.browser(), &asked, &alice).await;
    assert_eq!(page.expect_location().port(), Some(49152));
    let code = page.answered("code").unwrap();
    let verifier = ("code_verifier", asked.verifier.as_str());

    for other in [
        "http://127.0.0.1:49153/callback",
        "http://127.0.0.1/callback",
    ] {
        let with = [verifier, ("redirect_uri", other)];
        let answer = unchanged(&app, redeem(&app, &client, &code, &with)).await;
        assert_refused(&answer, 400, "invalid_grant");
    }
    let with = [verifier, ("redirect_uri", used)];
    let tokens = redeem(&app, &client, &code, &with).await.expect_tokens();
    assert!(tokens.refresh_token.is_some() && tokens.id_token.is_some());
}
