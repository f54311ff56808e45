//! The modules of the plan dynamic whose client registers where it keeps its request: an address with a
//! fragment, as the suite makes it.

use authly_domain::clients::{ClientProfile, RequestUri};
use authly_domain::keys::SigningAlgorithm;
use authly_testing::rp::send;
use authly_testing::signer::Signer;
use authly_testing::stranger::Answer;
use authly_testing::{Setup, Stranger};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Plan, Suite};
use crate::assertion_support::unsigned;
use crate::machine_support::get;
use crate::support::{Asking, refused};

const PATH: &str = "/requesturi/S2VlcGVyIG9mIHJlcXVlc3Rz";

/// The suite with such a client, what serves its request, and the address of that.
struct ByReference {
    suite: Suite,
    signer: Signer,
    stranger: Stranger,
    uri: RequestUri,
}

impl ByReference {
    async fn start() -> Self {
        let (stranger, signer) = (Stranger::start().await, Signer::rs256());
        let fragment = "LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564";
        let uri: RequestUri = format!("{}#{fragment}", stranger.url(PATH))
            .parse()
            .unwrap();
        let setup = Setup::default().stranger(&stranger);
        let kept = uri.clone();
        let suite = Suite::on(setup, Plan::Basic, |client| {
            let client = client
                .signing_requests(&signer)
                .profile(ClientProfile::Oidc);
            client.with(|client| {
                client.requests.alg = Some(SigningAlgorithm::Rs256);
                client.requests.uris = vec![kept];
            })
        });
        let suite = Box::pin(suite).await;
        Self {
            suite,
            signer,
            stranger,
            uri,
        }
    }

    /// What the request says, and how it is asked for.
    fn asked(&self) -> (Value, Asking) {
        let asking = self.suite.asking("openid");
        let mut claims = json!({ "iss": self.suite.client.id, "aud": self.suite.app.issuer() });
        for (name, value) in asking.fields() {
            claims[name] = value.into();
        }
        claims["state"] = "in the request".into();
        (claims, asking.with("request_uri", self.uri.as_str()))
    }

    fn serve(&self, object: &str) {
        let answer = Answer::json(object).header("Content-Type", "application/jwt");
        self.stranger.at(PATH, answer.into());
    }
}

#[tokio::test]
async fn oidcc_request_uri_signed_rs256() {
    let mut kept = ByReference::start().await;
    let (claims, asking) = kept.asked();
    kept.serve(&kept.signer.sign(&json!({}), &claims));
    let answered = kept.suite.answered(&asking).await;
    assert!(answered.get("code").is_some(), "{answered:?}");
    assert_eq!(answered.get("state"), Some("in the request"));
}

/// The suite skips it where `none` is not among the algorithms. Whoever sends such a request all the same is
/// told that it is wrong.
#[tokio::test]
async fn oidcc_request_uri_unsigned() {
    let mut kept = ByReference::start().await;
    let metadata = send(get(&kept.suite.app, "/.well-known/openid-configuration"))
        .await
        .json();
    let algorithms = &metadata["request_object_signing_alg_values_supported"];
    assert!(algorithms.is_array(), "{metadata}");
    assert!(!algorithms.to_string().contains("none"), "{algorithms}");

    let (claims, asking) = kept.asked();
    kept.serve(&unsigned(&claims));
    let page = refused(&kept.suite.app, &mut kept.suite.browser, &asking).await;
    let answered = kept.suite.read(&page);
    assert_eq!(answered.get("error"), Some("invalid_request_uri"));
    assert_eq!(kept.stranger.seen().requests, 1);
}
