//! What has to be refused.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{Plan, Suite, modules};
use crate::assertion_support::unsigned;
use crate::support::{expect_error_page, refused};

modules!(
    oidcc_response_type_missing,
    oidcc_ensure_registered_redirect_uri,
    oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported,
    oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported,
    oidcc_ensure_request_object_with_redirect_uri,
);

async fn oidcc_response_type_missing(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking("openid").without("response_type");
    let page = refused(&suite.app, &mut suite.browser, &asking).await;
    assert_eq!(suite.read(&page).get("error"), Some("invalid_request"));
}

async fn oidcc_ensure_registered_redirect_uri(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let elsewhere = format!("{}/elsewhere", suite.client.redirect_uri());
    let asking = suite.asking("openid").with("redirect_uri", &elsewhere);
    let page = refused(&suite.app, &mut suite.browser, &asking).await;
    expect_error_page(&page, 400);
}

async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let asking = suite.asking("openid");
    let asking = asking.with("request_uri", "https://client.example/request.jwt");
    let page = refused(&suite.app, &mut suite.browser, &asking).await;
    let answered = suite.read(&page);
    assert_eq!(answered.get("error"), Some("invalid_request_uri"));
    assert_eq!(answered.get("state"), Some("the state"));
}

async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let object = unsigned(&json!({ "state": "another", "client_id": suite.client.id }));
    let asking = suite.asking("openid").with("request", &object);
    let page = refused(&suite.app, &mut suite.browser, &asking).await;
    let answered = suite.read(&page);
    assert_eq!(answered.get("error"), Some("invalid_request_object"));
    assert_eq!(answered.get("state"), Some("the state"));
}

async fn oidcc_ensure_request_object_with_redirect_uri(plan: Plan) {
    let mut suite = Suite::start(plan).await;
    let object = unsigned(&json!({ "redirect_uri": suite.client.redirect_uri() }));
    let asking = suite.asking("openid").with("request", &object);
    let asking = asking.with("redirect_uri", "https://elsewhere.example/");
    let page = refused(&suite.app, &mut suite.browser, &asking).await;
    expect_error_page(&page, 400);
}
