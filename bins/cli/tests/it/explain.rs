//! `authly explain`: why a request was refused, told to who administers the system.

use authly_testing::answer::Answer;
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::desk::Desk;

/// What the program says of a refused request, as JSON.
fn explained(desk: &Desk, answer: &Answer) -> Value {
    let id = answer.header("x-request-id");
    assert!(!id.is_empty(), "{answer:?}");
    desk.json(&["explain", id])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slash_too_many_is_named() {
    let desk = Desk::new().await;
    let uris = ["https://app.example.com/cb"];
    let client = desk.app.client().id("web").redirect_uris(&uris);
    let client = client.create().await;
    let wrong = [("redirect_uri", "https://app.example.com/cb/")];
    let asked = desk.app.ask(&client, "openid", &wrong);
    let page = desk.app.browser().get(&asked.target).await;
    assert_eq!(page.status(), 400);

    let refusal = explained(&desk, &page.answer);

    assert_eq!(refusal["reason"], "redirect_uri_not_registered");
    assert_eq!(
        refusal["explanation"],
        "The redirect_uri is not registered for the client. redirect_uri \
         https://app.example.com/cb/ differs from the registered https://app.example.com/cb by a \
         trailing slash."
    );
    // The page has the id that the person reads out, and not a word more.
    let id = page.text_of("request_id").unwrap();
    assert_eq!(refusal["request_id"], id.as_str());
    assert!(!page.html().contains("trailing slash"));
    let sheet = desk.result(&["explain", &id]);
    assert!(sheet.contains("differs from the registered"), "{sheet}");
    assert!(sheet.contains("GET /api/v1/oauth/authorize"), "{sheet}");
    let yaml = desk.result(&["explain", &id, "--output", "yaml"]);
    assert!(
        yaml.contains("reason: redirect_uri_not_registered\n"),
        "{yaml}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_used_before_is_told_with_when_and_from_where() {
    let desk = Desk::new().await;
    let client = desk.app.client().id("web").create().await;
    let alice = desk.app.user("alice").create().await;
    let code = desk.app.code(&client, &alice, "openid").await;
    let rp = desk.app.rp(&client);
    let _tokens = rp.redeem(&code.code, &code.verifier).await.expect_tokens();
    desk.app.advance(std::time::Duration::from_secs(4));
    let refused = rp.redeem(&code.code, &code.verifier).await;
    refused.expect_error(400, "invalid_grant");

    let refusal = explained(&desk, &refused);

    assert_eq!(refusal["reason"], "code_used");
    let told = "It was used 4 s earlier by the same client from 127.0.0.1.";
    let explanation = refusal["explanation"].as_str().unwrap();
    assert!(explanation.ends_with(told), "{explanation}");
    assert_eq!(refusal["client_id"], "web");
    let all = refusal.to_string();
    assert!(!all.contains(&code.code) && !all.contains(&code.verifier));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_way_to_authenticate_than_the_registered_one_is_named() {
    let desk = Desk::new().await;
    let client = desk.app.client().id("web").create().await;
    let secret = client.secret.clone().unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "web"),
        ("client_secret", &secret),
    ];
    let rp = desk.app.rp(&client);
    let refused = rp.post_bare("/api/v1/oauth/token", &form).await;
    refused.expect_error(401, "invalid_client");

    let refusal = explained(&desk, &refused);

    assert_eq!(refusal["reason"], "wrong_client_method");
    assert_eq!(refusal["expected"], "client_secret_basic");
    assert_eq!(refusal["came"], "client_secret_post");
    assert!(!refusal.to_string().contains(&secret));

    // Who has no id looks at the last one, or at those of the client.
    let last = desk.json(&["explain", "--last"]);
    assert_eq!(last, refusal);
    let of_it = desk.json(&["explain", "--list", "--client", "web"]);
    assert_eq!(of_it, serde_json::json!([refusal]));
    let of_others = desk.json(&["explain", "--list", "--client", "other"]);
    assert_eq!(of_others, serde_json::json!([]));
    let table = desk.result(&["explain", "--list"]);
    assert!(table.contains("wrong_client_method"), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_unknown_request_it_says_so() {
    let desk = Desk::new().await;
    let none = desk.run(&["explain", "--last"]);
    none.expect_failure(1, "no refused request is kept");
    let unknown = desk.run(&["explain", "0123456789abcdef"]);
    unknown.expect_failure(1, "Nothing is known of this request");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_to_be_said_what_is_to_be_explained() {
    let desk = Desk::new().await;
    for words in [
        &["explain"][..],
        &["explain", "some-id-1", "--last"],
        &["explain", "some-id-1", "--client", "web"],
        &["explain", "--client", "web"],
    ] {
        assert_eq!(desk.run(words).status, 2, "{words:?}");
    }
}
