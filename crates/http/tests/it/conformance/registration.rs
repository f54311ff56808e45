//! The modules of the plan dynamic that are about registration: each registers a client of its own, which
//! proves itself by an RS256 key without a kid, for the token endpoint.

use authly_domain::registration::RegistrationMode;
use authly_testing::answer::{Answer, Tokens, claims as claims_in, jose_header};
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::policies::Policies;
use authly_testing::rp::{http_client, send};
use authly_testing::signer::{Signer, key_set};
use authly_testing::{Setup, Stranger, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::assertion_support::{carried, claims};
use crate::machine_support::{TOKEN, USERINFO, post_form, published_keys};
use crate::support::expect_error_page;

const REGISTER: &str = "/api/v1/oauth/register";
const CALLBACK: &str = "https://suite.example/test/a/authly/callback";

/// The suite, which has an initial access token and a key.
struct Suite {
    app: TestApp,
    alice: TestUser,
    token: String,
    signer: Signer,
}

impl Suite {
    async fn start() -> Self {
        Self::on(Setup::default()).await
    }

    async fn on(setup: Setup) -> Self {
        let by_token = |policies: &mut Policies| {
            policies.registration.mode = RegistrationMode::Token;
        };
        let app = setup.policies(by_token).app().await;
        let alice = app.user("alice").create().await;
        let root = app.administrator("root").await;
        let new = json!({
            "name": "Suite", "scope": "openid profile email", "profile": "oidc", "max_clients": 10,
        });
        let made = root.post("/admin/initial-access-tokens", &new).await.json();
        Self {
            app,
            alice,
            token: made["token"].as_str().unwrap().to_owned(),
            signer: Signer::rs256(),
        }
    }

    /// Registers a client that says this beside what each of the suite says.
    async fn register(&self, more: &Value) -> Answer {
        let mut said = json!({
            "client_name": "Suite", "grant_types": ["authorization_code"],
            "response_types": ["code"], "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": key_set(&[self.signer.jwk()]), "contacts": ["certification@oidf.org"],
        });
        for (name, value) in more.as_object().unwrap() {
            said[name] = value.clone();
        }
        let request = http_client().post(self.app.url(REGISTER));
        send(request.bearer_auth(&self.token).json(&said)).await
    }

    /// A client that was registered so.
    async fn client(&self, more: &Value) -> TestClient {
        let answer = self.register(more).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let id = answer.json()["client_id"].as_str().unwrap().to_owned();
        let conn = self.app.context.db.connect().await.unwrap();
        let found = conn.reads().clients().find(&id.parse().unwrap()).await;
        TestClient {
            id,
            secret: None,
            record: found.unwrap().unwrap(),
        }
    }

    /// Signs alice in at it.
    async fn tokens(&self, client: &TestClient) -> Tokens {
        let code = self.app.code(client, &self.alice, "openid").await;
        let mut said = claims(&self.app, &client.id, "1");
        said["aud"] = format!("{}{TOKEN}", self.app.issuer()).into();
        let form = format!(
            "grant_type=authorization_code&code={}&code_verifier={}&redirect_uri={}&{}",
            code.code,
            code.verifier,
            client.redirect_uri(),
            carried(&self.signer.sign(&json!({}), &said)),
        );
        let answer = post_form(&self.app, TOKEN, None, &form).await;
        answer.expect_tokens()
    }

    /// Sends the user there with another redirect URI, which leads to a page that says what is wrong.
    async fn is_refused_at(&self, client: &TestClient, redirect_uri: &str) {
        let more = [("redirect_uri", redirect_uri)];
        let asked = self.app.ask(client, "openid", &more);
        let page = self.app.browser().get(&asked.target).await;
        expect_error_page(&page, 400);
    }
}

/// Where the suite's client looks after itself, and by which token.
fn own(answer: &Answer) -> (String, String) {
    let client = answer.json();
    let text = |name: &str| client[name].as_str().unwrap().to_owned();
    (
        text("registration_client_uri"),
        text("registration_access_token"),
    )
}

#[tokio::test]
async fn oidcc_server_dynamic_and_its_client_is_deleted_in_the_end() {
    let suite = Suite::start().await;
    let client = suite.client(&json!({})).await;
    let id_token = suite.tokens(&client).await.id_token.unwrap();
    assert_eq!(claims_in(&id_token)["aud"], json!(client.id));

    let answer = suite.register(&json!({})).await;
    let (place, token) = own(&answer);
    let deleted = send(http_client().delete(place).bearer_auth(token)).await;
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
}

#[tokio::test]
async fn oidcc_idtoken_rs256() {
    let suite = Suite::start().await;
    let said = json!({ "id_token_signed_response_alg": "RS256" });
    let tokens = suite.tokens(&suite.client(&said).await).await;
    assert_eq!(jose_header(&tokens.id_token.unwrap())["alg"], "RS256");
}

#[tokio::test]
async fn oidcc_userinfo_rs256() {
    let suite = Suite::start().await;
    let said = json!({ "userinfo_signed_response_alg": "RS256" });
    let tokens = suite.tokens(&suite.client(&said).await).await;
    let request = http_client().get(suite.app.url(USERINFO));
    let answer = send(request.bearer_auth(&tokens.access_token)).await;
    assert_eq!(answer.header("content-type"), "application/jwt");
    assert_eq!(jose_header(&answer.body)["alg"], "RS256");
}

#[tokio::test]
async fn oidcc_ensure_redirect_uri_in_authorization_request() {
    let suite = Suite::start().await;
    let two = json!({ "redirect_uris": [CALLBACK, "https://suite.example/second"] });
    suite.is_refused_at(&suite.client(&two).await, "").await;
}

#[tokio::test]
async fn oidcc_redirect_uri_query_ok() {
    let suite = Suite::start().await;
    let with_query = json!({ "redirect_uris": [format!("{CALLBACK}?dummy1=lorem&dummy2=ipsum")] });
    let client = suite.client(&with_query).await;
    let asked = suite.app.ask(&client, "openid", &[]);
    let mut browser = suite.app.browser();
    let page = suite.app.walk(&mut browser, &asked, &suite.alice).await;
    let location = page.expect_location();
    let query = location.query().unwrap();
    assert!(query.starts_with("dummy1=lorem&dummy2=ipsum&"), "{query}");
    assert!(page.answered("code").is_some());
}

#[tokio::test]
async fn oidcc_redirect_uri_query_mismatch() {
    let suite = Suite::start().await;
    let with_query = json!({ "redirect_uris": [format!("{CALLBACK}?foo=bar")] });
    let client = suite.client(&with_query).await;
    let other = format!("{CALLBACK}?foo=baz");
    suite.is_refused_at(&client, &other).await;
    suite.is_refused_at(&client, CALLBACK).await;
}

#[tokio::test]
async fn oidcc_redirect_uri_query_added() {
    let suite = Suite::start().await;
    let client = suite.client(&json!({})).await;
    let other = format!("{CALLBACK}?foo=bar");
    suite.is_refused_at(&client, &other).await;
}

#[tokio::test]
async fn oidcc_redirect_uri_regfrag() {
    let suite = Suite::start().await;
    let said = json!({ "redirect_uris": [format!("{CALLBACK}#foobar")] });
    let refused = suite.register(&said).await;
    refused.expect_error(400, "invalid_redirect_uri");
}

#[tokio::test]
async fn oidcc_registration_policy_uri_and_tos_uri_and_logo_uri() {
    let suite = Suite::start().await;
    let said = json!({
        "policy_uri": "https://suite.example/policy", "tos_uri": "https://suite.example/terms",
        "logo_uri": "https://suite.example/logo.png",
    });
    let client = suite.client(&said).await;
    let mut browser = suite.app.logged_in(&suite.alice).await;
    let page = browser
        .get(&suite.app.ask(&client, "openid", &[]).target)
        .await;
    let page = browser.follow(&page).await;
    let html = page.html();
    for link in [
        "https://suite.example/policy",
        "https://suite.example/terms",
    ] {
        assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
    }
    // Nobody has fetched the logo and looked at it, so that nobody sees it.
    assert!(!html.contains("logo.png"), "{html}");
    let _ = suite.tokens(&client).await;
}

#[tokio::test]
async fn oidcc_registration_sector_uri() {
    let stranger = Stranger::start().await;
    let suite = Suite::on(Setup::default().stranger(&stranger)).await;
    stranger.serve("/sector", &json!([CALLBACK]).to_string());
    let said = json!({
        "subject_type": "pairwise", "sector_identifier_uri": stranger.url("/sector").as_str(),
    });
    let client = suite.client(&said).await;
    let _ = suite.tokens(&client).await;
}

#[tokio::test]
async fn oidcc_registration_sector_bad() {
    let stranger = Stranger::start().await;
    let suite = Suite::on(Setup::default().stranger(&stranger)).await;
    let other = json!(["https://suite.example/another"]);
    stranger.serve("/sector", &other.to_string());
    let said = json!({
        "subject_type": "pairwise", "sector_identifier_uri": stranger.url("/sector").as_str(),
    });
    let refused = suite.register(&said).await;
    refused.expect_error(400, "invalid_client_metadata");
}

#[tokio::test]
async fn oidcc_server_rotate_keys() {
    let suite = Suite::start().await;
    let kid_of = |tokens: &Tokens| {
        let header = jose_header(tokens.id_token.as_deref().unwrap());
        header["kid"].as_str().unwrap().to_owned()
    };
    let published = async || {
        let keys = published_keys(&suite.app).await;
        let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
        keys.iter().map(kid).collect::<Vec<_>>()
    };
    let before = kid_of(&suite.tokens(&suite.client(&json!({})).await).await);
    assert!(published().await.contains(&before));
    let root = suite.app.administrator("operator").await;
    let rotated = root.post("/admin/keys/rotate", &json!({})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.body);
    let after = kid_of(&suite.tokens(&suite.client(&json!({})).await).await);
    assert_ne!(before, after);
    let keys = published().await;
    assert!(keys.contains(&before) && keys.contains(&after), "{keys:?}");
}

#[tokio::test]
async fn oidcc_3rd_party_init_login() {
    let suite = Suite::start().await;
    let said = json!({ "initiate_login_uri": "https://suite.example/initiate" });
    let answer = suite.register(&said).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let (place, token) = own(&answer);
    let read = send(http_client().get(place).bearer_auth(token)).await;
    for answer in [answer, read] {
        assert_eq!(
            answer.json()["initiate_login_uri"],
            said["initiate_login_uri"]
        );
    }
}

#[tokio::test]
async fn oidcc_3rd_party_init_login_nohttps() {
    let suite = Suite::start().await;
    let said = json!({ "initiate_login_uri": "http://suite.example/initiate" });
    let refused = suite.register(&said).await;
    refused.expect_error(400, "invalid_client_metadata");
}

#[tokio::test]
async fn what_a_user_allows_one_client_says_nothing_of_another_of_the_same_name() {
    let suite = Suite::start().await;
    let said = json!({ "software_id": "one", "client_uri": "https://suite.example/" });
    let (first, second) = (suite.client(&said).await, suite.client(&said).await);
    assert_eq!(first.record.name, second.record.name);
    let mut browser = suite.app.logged_in(&suite.alice).await;
    let allowed = suite.app.ask(&first, "openid", &[]);
    let page = suite.app.walk(&mut browser, &allowed, &suite.alice).await;
    assert!(page.answered("code").is_some());
    // The same client is not asked about again, the other is.
    let again = browser.get(&allowed.target).await;
    assert!(again.answered("code").is_some());
    let other = suite.app.ask(&second, "openid", &[]);
    let page = browser.get(&other.target).await;
    assert_eq!(page.expect_location().path(), "/consent");
    let silent = suite.app.ask(&second, "openid", &[("prompt", "none")]);
    let page = browser.get(&silent.target).await;
    assert_eq!(page.answered("error").as_deref(), Some("consent_required"));
}
