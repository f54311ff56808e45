//! Codes that are nobody's, somebody else's or over, and requests that are none.

use std::time::Duration;

use authly_domain::clients::GrantType;
use authly_testing::TestApp;
use authly_testing::flows::Code;
use pretty_assertions::assert_eq;

use crate::machine_support::{
    OPENID, TOKEN, assert_issued, assert_refused, basic, post_form, unchanged,
};

#[tokio::test]
async fn a_code_of_another_client_is_refused_and_stays_usable() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;

    for thief in [
        app.client().id("thief").create().await,
        app.client().id("public-thief").public().create().await,
    ] {
        let rp = app.rp(&thief);
        let answer = unchanged(&app, rp.redeem(&code, &verifier)).await;
        assert_refused(&answer, 400, "invalid_grant");
    }
    assert_issued(&app.rp(&client).redeem(&code, &verifier).await);
}

#[tokio::test]
async fn a_code_counts_for_one_minute() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let rp = app.rp(&client);
    let mut browser = app.logged_in(&alice).await;

    let in_time = app.code_in(&mut browser, &client, &alice, OPENID).await;
    app.advance(Duration::from_secs(59));
    assert_issued(&rp.redeem(&in_time.code, &in_time.verifier).await);

    let late = app.code_in(&mut browser, &client, &alice, OPENID).await;
    app.advance(Duration::from_mins(1));
    let answer = unchanged(&app, rp.redeem(&late.code, &late.verifier)).await;
    assert_refused(&answer, 400, "invalid_grant");
}

#[tokio::test]
async fn a_code_that_was_never_given_is_refused() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let tokens = app
        .rp(&client)
        .redeem(&code, &verifier)
        .await
        .expect_tokens();

    let long = "c".repeat(60_000);
    let cut = &code[..code.len() - 1];
    let changed = format!("{cut}!");
    for unknown in [
        "never-given",
        cut,
        &changed,
        " ",
        "é\u{1F600}",
        "' OR 1=1 --",
        &long,
        // Other things of ours are no codes.
        tokens.refresh(),
        &tokens.access_token,
    ] {
        let rp = app.rp(&client);
        let answer = unchanged(&app, rp.redeem(unknown, &verifier)).await;
        assert_refused(&answer, 400, "invalid_grant");
    }
}

#[tokio::test]
async fn a_code_does_not_outlive_what_it_stands_for() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let bob = app.user("bob").create().await;
    let rp = app.rp(&client);

    let mut browser = app.logged_in(&alice).await;
    let Code { code, verifier } = app.code_in(&mut browser, &client, &alice, OPENID).await;
    let logout = browser.get("/logout").await.form("logout");
    browser.submit(&logout).await;
    let answer = unchanged(&app, rp.redeem(&code, &verifier)).await;
    assert_refused(&answer, 400, "invalid_grant");

    let Code { code, verifier } = app.code(&client, &bob, OPENID).await;
    app.disable_user(&bob).await;
    let answer = unchanged(&app, rp.redeem(&code, &verifier)).await;
    assert_refused(&answer, 400, "invalid_grant");
    assert_eq!(app.stored().grants_of(&client.id).await, []);
}

#[tokio::test]
async fn a_client_that_was_disabled_cannot_redeem_its_code() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    // The client is at hand from now on.
    assert_issued(&rp.client_credentials().await);
    client.disable(&app.context).await;
    let answer = unchanged(&app, rp.redeem(&code, &verifier)).await;
    assert_refused(&answer, 401, "invalid_client");
}

#[tokio::test]
async fn a_client_that_is_not_registered_for_codes_cannot_redeem_any() {
    let app = TestApp::start().await;
    let fixture = app.client().grants(&[GrantType::ClientCredentials]);
    let rp = app.rp(&fixture.create().await);
    let answer = unchanged(&app, rp.redeem("any", "any")).await;
    assert_refused(&answer, 400, "unauthorized_client");
}

#[tokio::test]
async fn missing_empty_repeated_and_huge_parameters_are_refused_and_leave_the_code_usable() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let Code { code, verifier } = app.code(&client, &alice, OPENID).await;
    let header = basic(format!(
        "{}:{}",
        client.id,
        client.secret.as_deref().unwrap()
    ));
    let right = format!("grant_type=authorization_code&code={code}&code_verifier={verifier}");
    let huge = "c".repeat(1_000_000);

    for (status, body) in [
        (
            400,
            format!("grant_type=authorization_code&code_verifier={verifier}"),
        ),
        (
            400,
            format!("grant_type=authorization_code&code=&code_verifier={verifier}"),
        ),
        (400, format!("code={code}&code_verifier={verifier}")),
        (400, format!("{right}&code={code}")),
        (400, format!("{right}&code_verifier={verifier}")),
        (400, format!("{right}&grant_type=authorization_code")),
        (400, format!("{right}&unknown=1&unknown=2")),
        (400, format!("{right}%00")),
        (413, format!("{right}&code={huge}")),
        (413, format!("{right}&unknown={huge}")),
    ] {
        let request = post_form(&app, TOKEN, Some(&header), &body);
        assert_refused(&unchanged(&app, request).await, status, "invalid_request");
    }
    let with_unknown = format!("{right}&unknown=1&redirect_uri=&resource=");
    let answer = post_form(&app, TOKEN, Some(&header), &with_unknown).await;
    assert_issued(&answer);
}
