//! Answers as a JWT (OpenID Connect Core §5.3.2).

use authly_domain::keys::SigningAlgorithm;
use authly_testing::TestApp;
use authly_testing::answer::{claims, jose_header};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::machine_support::published_keys;

#[tokio::test]
async fn oidcc_userinfo_rs256_and_every_other_algorithm() {
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let keys = published_keys(&app).await;
    for algorithm in SigningAlgorithm::ALL {
        let client = app.client().id(algorithm.as_str());
        let client = client.with(|client| client.openid.userinfo_alg = Some(algorithm));
        let client = client.create().await;
        let tokens = app.tokens(&client, &alice, "openid email").await;
        let answer = app.rp(&client).userinfo(&tokens.access_token).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/jwt");
        let header = jose_header(&answer.body);
        assert_eq!(header["alg"], algorithm.as_str());
        let key = keys.iter().find(|key| key["kid"] == header["kid"]).unwrap();
        assert_eq!(key["alg"], header["alg"]);
        let ring = app.deps.keys.ring().load();
        ring.verify(&answer.body, None).unwrap();
        assert_eq!(
            claims(&answer.body),
            json!({
                "iss": app.issuer(), "aud": client.id, "sub": alice.subject,
                "email": "alice@example.com", "email_verified": true,
            })
        );
    }
}

#[tokio::test]
async fn a_refusal_is_json_all_the_same() {
    let app = TestApp::start().await;
    let client = app.client();
    let client = client.with(|client| client.openid.userinfo_alg = Some(SigningAlgorithm::Es256));
    let client = client.create().await;
    let answer = app.rp(&client).userinfo("nothing").await;
    answer.expect_error(401, "invalid_token");
}
