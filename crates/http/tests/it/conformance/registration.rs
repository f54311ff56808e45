//! The modules of the plan dynamic: each registers a client of its own, which proves itself by an RS256 key
//! without a kid, for the token endpoint, and sends no PKCE.

mod keys;
mod metadata;
mod redirect_uris;
mod requests;

use std::cell::Cell;

use authly_domain::registration::RegistrationMode;
use authly_testing::answer::{Answer, Tokens, jose_header};
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::policies::Policies;
use authly_testing::recipient::signed_rs256;
use authly_testing::rp::{http_client, send};
use authly_testing::signer::{Signer, key_set};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::assertion_support::{JWT_BEARER, claims};
use crate::machine_support::{TOKEN, USERINFO, post_form, published_keys};
use crate::support::{Answered, Asking};

const REGISTER: &str = "/api/v1/oauth/register";
const CALLBACK: &str = "https://suite.example/test/a/authly/callback";

/// The suite, which has an initial access token and a key.
struct Suite {
    app: TestApp,
    alice: TestUser,
    token: String,
    signer: Signer,
    /// How often a client has proved itself.
    proofs: Cell<u32>,
}

/// By what a client proves itself.
struct Proof<'p> {
    signer: &'p Signer,
    /// What its header calls the key.
    kid: Option<&'p str>,
    aud: String,
}

impl Suite {
    async fn start() -> Self {
        Self::on(Setup::default()).await
    }

    async fn on(setup: Setup) -> Self {
        let by_token = |policies: &mut Policies| {
            policies.registration.mode = RegistrationMode::Token;
        };
        let app = Box::pin(setup.policies(by_token).app()).await;
        let alice = app.user("alice").create().await;
        let root = app.administrator("root").await;
        let new = json!({
            "name": "Suite", "scope": "openid profile email offline_access", "profile": "oidc",
            "require_pkce": false, "max_clients": 10,
        });
        let made = root.post("/admin/initial-access-tokens", &new).await.json();
        Self {
            app,
            alice,
            token: made["token"].as_str().unwrap().to_owned(),
            signer: Signer::rs256(),
            proofs: Cell::new(0),
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
        self.client_of(&self.register(more).await).await
    }

    /// The client of this answer. It has no secret, so that none of them can expire.
    async fn client_of(&self, answer: &Answer) -> TestClient {
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/json");
        let said = answer.json();
        assert_eq!(said.get("client_secret"), None);
        let id = said["client_id"].as_str().unwrap().to_owned();
        let conn = self.app.context.db.connect().await.unwrap();
        let found = conn.reads().clients().find(&id.parse().unwrap()).await;
        TestClient {
            id,
            secret: None,
            record: found.unwrap().unwrap(),
        }
    }

    /// The answer to it, through whatever pages there are.
    async fn answered(&self, client: &TestClient, asking: &Asking) -> Answered {
        let mut browser = self.app.browser();
        let asked = asking.asked();
        let page = self.app.walk(&mut browser, &asked, &self.alice).await;
        let uri = client.redirect_uri();
        let separator = if uri.contains('?') { '&' } else { '?' };
        let answered = Answered::behind(&page, &format!("{uri}{separator}"));
        assert_eq!(answered.get("iss"), Some(self.app.issuer()));
        answered
    }

    /// The suite's proof: a key without a kid, for the token endpoint.
    fn proof(&self) -> Proof<'_> {
        self.proof_by(&self.signer, None)
    }

    fn proof_by<'p>(&self, signer: &'p Signer, kid: Option<&'p str>) -> Proof<'p> {
        let aud = format!("{}{TOKEN}", self.app.issuer());
        Proof { signer, kid, aud }
    }

    /// A token request of a client's.
    async fn ask(&self, client: &TestClient, form: &[(&str, &str)], proof: &Proof<'_>) -> Answer {
        self.proofs.set(self.proofs.get() + 1);
        let mut said = claims(&self.app, &client.id, &self.proofs.get().to_string());
        said["aud"] = proof.aud.as_str().into();
        let header = proof.kid.map_or(json!({}), |kid| json!({ "kid": kid }));
        let assertion = proof.signer.sign(&header, &said);
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .append_pair("client_assertion_type", JWT_BEARER)
            .append_pair("client_assertion", &assertion)
            .finish();
        post_form(&self.app, TOKEN, None, &body).await
    }

    /// A request with a refresh token.
    async fn refresh(&self, client: &TestClient, token: &str, proof: &Proof<'_>) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", "openid"),
        ];
        self.ask(client, &form, proof).await
    }

    /// Redeems the code of an answer with the address that it came to.
    async fn redeem(&self, client: &TestClient, answered: &Answered, proof: &Proof<'_>) -> Tokens {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", answered.get("code").unwrap()),
            ("redirect_uri", client.redirect_uri()),
        ];
        let answer = self.ask(client, &form, proof).await;
        let tokens = self.issued(client, &answer).await;
        assert_eq!(self.id_token(&tokens).await["nonce"], "the nonce");
        tokens
    }

    /// The tokens of an answer, of which this holds what every module holds of them.
    async fn issued(&self, client: &TestClient, answer: &Answer) -> Tokens {
        let tokens = answer.expect_tokens();
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(tokens.json["token_type"], "Bearer");
        assert!(tokens.json["expires_in"].is_u64());
        let id_token = self.id_token(&tokens).await;
        assert_eq!(id_token["iss"], self.app.issuer());
        assert_eq!(id_token["aud"], client.id.as_str());
        let userinfo = self.userinfo(&tokens).await;
        assert_eq!(userinfo.status, 200, "{}", userinfo.body);
        let said = match userinfo.header("content-type") {
            "application/jwt" => signed_rs256(&userinfo.body, &published_keys(&self.app).await),
            _ => userinfo.json(),
        };
        assert_eq!(said["sub"], id_token["sub"]);
        tokens
    }

    /// What the ID token says, whose signature is that of a published key.
    async fn id_token(&self, tokens: &Tokens) -> Value {
        let id_token = tokens.id_token.as_deref().unwrap();
        signed_rs256(id_token, &published_keys(&self.app).await)
    }

    async fn userinfo(&self, tokens: &Tokens) -> Answer {
        let request = http_client().get(self.app.url(USERINFO));
        send(request.bearer_auth(&tokens.access_token)).await
    }

    /// Signs alice in at a client.
    async fn tokens(&self, client: &TestClient) -> Tokens {
        let answered = self.answered(client, &asking(client, "openid")).await;
        assert_eq!(answered.get("state"), Some("the state"));
        self.redeem(client, &answered, &self.proof()).await
    }
}

/// A request of a client's.
fn asking(client: &TestClient, scope: &str) -> Asking {
    Asking::of(client, scope)
        .without("code_challenge")
        .without("code_challenge_method")
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
    let answer = suite.register(&json!({})).await;
    let client = suite.client_of(&answer).await;
    let tokens = suite.tokens(&client).await;

    let (place, token) = own(&answer);
    let deleted = send(http_client().delete(&place).bearer_auth(&token)).await;
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    let read = send(http_client().get(place).bearer_auth(token)).await;
    assert_eq!(read.status, 401);
    assert_eq!(suite.userinfo(&tokens).await.status, 401);
}

#[tokio::test]
async fn oidcc_idtoken_rs256() {
    let suite = Suite::start().await;
    let said = json!({ "id_token_signed_response_alg": "RS256" });
    let answer = suite.register(&said).await;
    assert_eq!(answer.json()["id_token_signed_response_alg"], "RS256");
    let tokens = suite.tokens(&suite.client_of(&answer).await).await;
    assert_eq!(jose_header(&tokens.id_token.unwrap())["alg"], "RS256");
}

#[tokio::test]
async fn oidcc_userinfo_rs256() {
    let suite = Suite::start().await;
    let said = json!({ "userinfo_signed_response_alg": "RS256" });
    let client = suite.client(&said).await;
    let tokens = suite.tokens(&client).await;
    let answer = suite.userinfo(&tokens).await;
    assert_eq!(answer.header("content-type"), "application/jwt");
    let said = signed_rs256(&answer.body, &published_keys(&suite.app).await);
    let expected = json!({
        "iss": suite.app.issuer(), "aud": client.id, "sub": suite.alice.subject,
    });
    assert_eq!(said, expected);
}

#[tokio::test]
async fn oidcc_3rd_party_init_login() {
    let suite = Suite::start().await;
    let said = json!({ "initiate_login_uri": "https://suite.example/initiate" });
    let answer = suite.register(&said).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let (place, token) = own(&answer);
    let read = send(http_client().get(place).bearer_auth(token)).await;
    assert_eq!(read.status, 200, "{}", read.body);
    for answer in [answer, read] {
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(
            answer.json()["initiate_login_uri"],
            said["initiate_login_uri"]
        );
    }
}

#[tokio::test]
async fn oidcc_3rd_party_init_login_nohttps() {
    let suite = Suite::start().await;
    let before = suite.app.stored().registry().await;
    let said = json!({ "initiate_login_uri": "http://suite.example/initiate" });
    let refused = suite.register(&said).await;
    refused.expect_error(400, "invalid_client_metadata");
    assert_eq!(suite.app.stored().registry().await, before);
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
