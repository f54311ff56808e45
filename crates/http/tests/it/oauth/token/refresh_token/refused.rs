//! Refresh tokens that are nobody's or somebody else's, and requests that are none.

use authly_domain::clients::GrantType;
use authly_testing::TestApp;

use super::started;
use crate::machine_support::{
    OPENID, TOKEN, assert_issued, assert_refused, basic, post_form, unchanged,
};

#[tokio::test]
async fn a_token_of_another_client_is_refused_and_stays_usable() {
    let (app, client, first) = started().await;
    for thief in [
        app.client().id("thief").create().await,
        app.client().id("public-thief").public().create().await,
    ] {
        let answer = unchanged(&app, app.rp(&thief).refresh(first.refresh())).await;
        assert_refused(&answer, 400, "invalid_grant");
    }
    assert_issued(&app.rp(&client).refresh(first.refresh()).await);
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let (app, client, first) = started().await;
    let rp = app.rp(&client);
    let cut = &first.refresh()[1..];
    let long = "r".repeat(60_000);
    for unknown in [
        "never-given",
        "authly_rt_",
        cut,
        &first.refresh().to_uppercase(),
        &first.access_token,
        first.id_token.as_deref().unwrap(),
        &long,
        "é\u{1F600}",
    ] {
        let answer = unchanged(&app, rp.refresh(unknown)).await;
        assert_refused(&answer, 400, "invalid_grant");
    }
    assert_issued(&rp.refresh(first.refresh()).await);
}

#[tokio::test]
async fn a_client_that_is_not_registered_for_refresh_tokens_cannot_exchange_any() {
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    let without = |client: &mut authly_domain::clients::Client| {
        client
            .grant_types
            .retain(|grant| *grant != GrantType::RefreshToken);
    };
    client.change(&app.context, without).await;
    // Another node has not seen the client before.
    let node = app.another_node().await;
    let answer = unchanged(&app, node.rp(&client).refresh(tokens.refresh())).await;
    assert_refused(&answer, 400, "unauthorized_client");
    // This one has, and notices.
    let answer = unchanged(&app, app.rp(&client).refresh(tokens.refresh())).await;
    assert_refused(&answer, 400, "unauthorized_client");
}

#[tokio::test]
async fn missing_empty_repeated_and_huge_parameters_are_refused_and_leave_the_token_usable() {
    let (app, client, first) = started().await;
    let header = basic(format!(
        "{}:{}",
        client.id,
        client.secret.as_deref().unwrap()
    ));
    let right = format!("grant_type=refresh_token&refresh_token={}", first.refresh());
    let huge = "r".repeat(1_000_000);
    for (status, body) in [
        (400, "grant_type=refresh_token".to_owned()),
        (400, "grant_type=refresh_token&refresh_token=".to_owned()),
        (400, format!("{right}&refresh_token={}", first.refresh())),
        (400, format!("{right}&scope=openid&scope=profile")),
        (400, format!("{right}%00")),
        (413, format!("{right}&scope={huge}")),
    ] {
        let request = post_form(&app, TOKEN, Some(&header), &body);
        assert_refused(&unchanged(&app, request).await, status, "invalid_request");
    }
    let answer = post_form(&app, TOKEN, Some(&header), &right).await;
    assert_issued(&answer);
}
