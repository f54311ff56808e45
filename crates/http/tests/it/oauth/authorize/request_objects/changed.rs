//! Clients that are registered otherwise while nodes hold copies of them.

use authly_testing::signer::key_set;
use authly_testing::stranger::Answer;
use authly_testing::{Setup, Stranger};
use pretty_assertions::assert_eq;

use super::*;

#[tokio::test]
async fn what_an_administrator_registers_counts_at_once_on_every_node() {
    let stranger = Stranger::start().await;
    let app = Setup::default().stranger(&stranger).app().await;
    let nodes = [app.another_node().await, app.another_node().await];
    let mut signing = Signing::with(app, Signer::es256(), |_client| {}).await;
    let root = signing.trusted.app.administrator("root").await;
    let client = signing.trusted.client.record.key.as_uuid();
    let path = format!("/admin/clients/{client}");
    let first = signing.trusted.client.redirect_uri().to_owned();
    let (second, kept) = (
        "https://app.example.com/second",
        stranger.url("/request").to_string(),
    );
    let by_first = signing.carrying("request", &signing.object(|_claims| {}));
    for node in &nodes {
        let target = node.url(&by_first.target());
        let page = signing.trusted.browser.get(&target);
        let answered = Answered::in_query(&page.await, &first);
        assert!(answered.get("code").is_some(), "{answered:?}");
    }

    signing.signer = Signer::es256();
    let by_new_key = signing.object(|_claims| {});
    let to_second = signing.object(|claims| claims["redirect_uri"] = second.into());
    let answer = Answer::json(&by_new_key).header("Content-Type", "application/jwt");
    stranger.at("/request", answer.into());
    for (change, asking, redirect_uri) in [
        (
            json!({ "jwks": key_set(&[signing.signer.jwk()]) }),
            signing.carrying("request", &by_new_key),
            &*first,
        ),
        (
            json!({ "request_uris": [kept] }),
            signing.carrying("request_uri", &kept),
            &first,
        ),
        (
            json!({ "redirect_uris": [first, second] }),
            signing.carrying("request", &to_second),
            second,
        ),
    ] {
        let changed = root.patch(&path, &change).await;
        assert_eq!(changed.status, 200, "{}", changed.body);
        for node in &nodes {
            let target = node.url(&asking.target());
            let page = signing.trusted.browser.get(&target);
            let answered = Answered::in_query(&page.await, redirect_uri);
            assert!(answered.get("code").is_some(), "{change} {answered:?}");
        }
    }
    // What the first key has signed is nothing any more, and so it stays.
    for node in &nodes {
        for _again in 0..2 {
            let target = node.url(&by_first.target());
            let page = signing.trusted.browser.get(&target);
            expect_error_page(&page.await, 400);
        }
    }
}
