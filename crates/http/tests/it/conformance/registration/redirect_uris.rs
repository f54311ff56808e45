//! Where answers may go.

use pretty_assertions::assert_eq;

use super::*;
use crate::support::{expect_error_page, refused};

impl Suite {
    /// Sends the user there with another redirect URI, or without one, which leads to a page that says what
    /// is wrong.
    async fn is_refused_at(&self, client: &TestClient, redirect_uri: Option<&str>) {
        let asking = asking(client, "openid").without("redirect_uri");
        let asking = match redirect_uri {
            Some(uri) => asking.and("redirect_uri", uri),
            None => asking,
        };
        let page = refused(&self.app, &mut self.app.browser(), &asking).await;
        expect_error_page(&page, 400);
    }
}

#[tokio::test]
async fn oidcc_ensure_redirect_uri_in_authorization_request() {
    let suite = Suite::start().await;
    let two = json!({ "redirect_uris": [CALLBACK, "https://suite.example/second"] });
    suite.is_refused_at(&suite.client(&two).await, None).await;
}

#[tokio::test]
async fn oidcc_redirect_uri_query_ok() {
    let suite = Suite::start().await;
    let with_query = json!({ "redirect_uris": [format!("{CALLBACK}?dummy1=lorem&dummy2=ipsum")] });
    let client = suite.client(&with_query).await;
    // The answer stands behind the query as it was registered, and the code counts with that address.
    let _ = suite.tokens(&client).await;
}

#[tokio::test]
async fn oidcc_redirect_uri_query_mismatch() {
    let suite = Suite::start().await;
    let with_query = json!({ "redirect_uris": [format!("{CALLBACK}?foo=bar")] });
    let client = suite.client(&with_query).await;
    let other = format!("{CALLBACK}?foo=baz");
    suite.is_refused_at(&client, Some(&other)).await;
    suite.is_refused_at(&client, Some(CALLBACK)).await;
}

#[tokio::test]
async fn oidcc_redirect_uri_query_added() {
    let suite = Suite::start().await;
    let client = suite.client(&json!({})).await;
    let other = format!("{CALLBACK}?foo=bar");
    suite.is_refused_at(&client, Some(&other)).await;
}

#[tokio::test]
async fn oidcc_redirect_uri_regfrag() {
    let suite = Suite::start().await;
    let before = suite.app.stored().registry().await;
    let said = json!({ "redirect_uris": [format!("{CALLBACK}#foobar")] });
    let refused = suite.register(&said).await;
    refused.expect_error(400, "invalid_redirect_uri");
    assert_eq!(suite.app.stored().registry().await, before);
}
