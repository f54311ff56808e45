//! What a client has signed: by value, and where it keeps it, at an address with a fragment, as the suite makes
//! it.

use authly_testing::stranger::Answer as Document;
use authly_testing::{Setup, Stranger};
use pretty_assertions::assert_eq;

use super::*;
use crate::assertion_support::unsigned;
use crate::machine_support::get;
use crate::support::{expect_error_page, refused};

const PATH: &str = "/requesturi/S2VlcGVyIG9mIHJlcXVlc3Rz";
const FRAGMENT: &str = "LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564";

/// What a client's request says.
fn claims_of(suite: &Suite, client: &TestClient, asking: &Asking) -> Value {
    let mut claims = json!({ "iss": client.id, "aud": suite.app.issuer() });
    for (name, value) in asking.fields() {
        claims[name] = value.into();
    }
    claims["state"] = "in the request".into();
    claims
}

/// What is said of signatures of requests.
async fn algorithms(suite: &Suite) -> Value {
    let metadata = send(get(&suite.app, "/.well-known/openid-configuration")).await;
    metadata.json()["request_object_signing_alg_values_supported"].clone()
}

/// The suite with a client that has registered where it keeps its request, what serves that, and the address.
struct ByReference {
    suite: Suite,
    client: TestClient,
    stranger: Stranger,
    uri: String,
}

impl ByReference {
    async fn start(more: Value) -> Self {
        let stranger = Stranger::start().await;
        let suite = Suite::on(Setup::default().stranger(&stranger)).await;
        let uri = format!("{}#{FRAGMENT}", stranger.url(PATH));
        let mut said = more;
        said["request_uris"] = json!([uri]);
        let client = suite.client(&said).await;
        Self {
            suite,
            client,
            stranger,
            uri,
        }
    }

    /// What the request says, and how it is asked for.
    fn asked(&self) -> (Value, Asking) {
        let asking = asking(&self.client, "openid");
        let claims = claims_of(&self.suite, &self.client, &asking);
        (claims, asking.with("request_uri", &self.uri))
    }

    fn serve(&self, object: &str) {
        let answer = Document::json(object).header("Content-Type", "application/jwt");
        self.stranger.at(PATH, answer.into());
    }
}

#[tokio::test]
async fn oidcc_request_uri_signed_rs256() {
    let kept = ByReference::start(json!({ "request_object_signing_alg": "RS256" })).await;
    let offered = algorithms(&kept.suite).await;
    assert!(offered.as_array().unwrap().contains(&json!("RS256")));
    let (claims, asking) = kept.asked();
    kept.serve(&kept.suite.signer.sign(&json!({}), &claims));
    let answered = kept.suite.answered(&kept.client, &asking).await;
    assert_eq!(answered.get("state"), Some("in the request"));
    assert_eq!(kept.stranger.seen().requests, 1);
    let proof = kept.suite.proof();
    let _ = kept.suite.redeem(&kept.client, &answered, &proof).await;
}

/// The suite skips it where `none` is not among the algorithms. Whoever sends such a request all the same is
/// told that it is wrong, and nobody registers to send them.
#[tokio::test]
async fn oidcc_request_uri_unsigned() {
    let kept = ByReference::start(json!({})).await;
    let offered = algorithms(&kept.suite).await;
    assert!(!offered.as_array().unwrap().contains(&json!("none")));
    let said = json!({ "request_object_signing_alg": "none" });
    let registered = kept.suite.register(&said).await;
    registered.expect_error(400, "invalid_client_metadata");

    let (claims, asking) = kept.asked();
    kept.serve(&unsigned(&claims));
    let mut browser = kept.suite.app.browser();
    let page = refused(&kept.suite.app, &mut browser, &asking).await;
    let answered = Answered::in_query(&page, CALLBACK);
    assert_eq!(answered.get("error"), Some("invalid_request_uri"));
    assert_eq!(kept.stranger.seen().requests, 1);
}

/// The suite leaves the request unsigned and skips it where `none` is not among the algorithms. Of a signed one
/// the address counts, and an unsigned one is refused where it would lead elsewhere.
#[tokio::test]
async fn oidcc_ensure_request_object_with_redirect_uri() {
    let suite = Suite::start().await;
    let client = suite.client(&json!({})).await;
    let asking = asking(&client, "openid");
    let claims = claims_of(&suite, &client, &asking);
    let asking = asking.with("redirect_uri", "https://suite.example/wrong");

    let mut browser = suite.app.browser();
    let unsigned = asking.clone().with("request", &unsigned(&claims));
    let page = refused(&suite.app, &mut browser, &unsigned).await;
    expect_error_page(&page, 400);

    let signed = asking.with("request", &suite.signer.sign(&json!({}), &claims));
    let answered = suite.answered(&client, &signed).await;
    assert_eq!(answered.get("state"), Some("in the request"));
    let _ = suite.redeem(&client, &answered, &suite.proof()).await;
}
