//! What the tests of `private_key_jwt` share.

use authly_domain::clock::Clock as _;
use authly_testing::TestApp;
use authly_testing::answer::Answer;
use authly_testing::signer::Signer;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::machine_support::{TOKEN, form_encoded, post_form};

/// A request that any confidential client may make once it has proved itself.
pub(crate) const ASK: &str = "grant_type=client_credentials";

/// Of which kind an assertion is (RFC 7523 §2.2).
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client claims of itself, now; `jti` is the test's.
pub(crate) fn claims(app: &TestApp, client_id: &str, jti: &str) -> Value {
    let now = app.clock.now().unix_seconds();
    json!({
        "iss": client_id, "sub": client_id, "aud": app.issuer(),
        "iat": now, "exp": now + 60, "jti": jti,
    })
}

/// The form's members that carry an assertion.
pub(crate) fn carried(assertion: &str) -> String {
    let kind = form_encoded(JWT_BEARER);
    format!("client_assertion_type={kind}&client_assertion={assertion}")
}

/// Posts a form with an assertion to an endpoint.
pub(crate) async fn post_asserted(
    app: &TestApp,
    path: &str,
    form: &str,
    assertion: &str,
) -> Answer {
    post_form(app, path, None, &format!("{form}&{}", carried(assertion))).await
}

/// Asks for a token of the client's own with this assertion.
pub(crate) async fn ask(app: &TestApp, assertion: &str) -> Answer {
    post_asserted(app, TOKEN, ASK, assertion).await
}

/// Asks likewise with claims that the test has changed, signed with this key.
pub(crate) async fn ask_with(
    app: &TestApp,
    signer: &Signer,
    jti: &str,
    change: impl FnOnce(&mut Value),
) -> Answer {
    let mut claims = claims(app, "web", jti);
    change(&mut claims);
    ask(app, &signer.sign(&json!({}), &claims)).await
}

/// A request object that nobody has signed.
pub(crate) fn unsigned(claims: &Value) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}.", encode(&json!({ "alg": "none" })), encode(claims))
}
