//! Clients are told of sessions that have ended (OpenID Connect Back-Channel Logout).

mod delivery;
mod endings;

use authly_domain::clients::{Client, SubjectType};
use authly_testing::answer::{Tokens, claims, jose_header};
use authly_testing::browser::Browser;
use authly_testing::fixtures::{ClientFixture, TestClient, TestUser};
use authly_testing::stranger::{Answer, Conduct, Received};
use authly_testing::{Setup, Stranger, TestApp};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

/// A client that wants to be told, and a user who has signed in at it.
struct World {
    app: TestApp,
    host: Stranger,
    client: TestClient,
    alice: TestUser,
    browser: Browser,
    tokens: Tokens,
}

/// An answer as clients give it.
fn taken() -> Conduct {
    Answer::json("").status(200).into()
}

impl World {
    async fn start() -> Self {
        Self::with(|client| client).await
    }

    async fn with(register: impl FnOnce(ClientFixture<'_>) -> ClientFixture<'_>) -> Self {
        Self::on(Setup::default(), register).await
    }

    async fn on(
        setup: Setup,
        register: impl FnOnce(ClientFixture<'_>) -> ClientFixture<'_>,
    ) -> Self {
        let host = Stranger::start().await;
        host.at("/told", taken());
        let app = setup.stranger(&host).app().await;
        let client = app.client().told_of_logouts_at(&host.url("/told"));
        let client = register(client).create().await;
        let alice = app.user("alice").create().await;
        let mut browser = app.browser();
        let tokens = app.tokens_in(&mut browser, &client, &alice, "openid");
        let tokens = tokens.await;
        Self {
            app,
            host,
            client,
            alice,
            browser,
            tokens,
        }
    }

    async fn log_out(&mut self) {
        log_out(&mut self.browser).await;
    }

    /// Makes the calls that are due. Answers how many that were.
    async fn call(&self) -> usize {
        self.app.deps.exits.caller.call_due().await.unwrap()
    }

    /// Makes the calls that are due, of which there has to be one, and answers what it said.
    async fn told(&self) -> Value {
        let before = self.host.received().len();
        assert_eq!(self.call().await, 1);
        let received = self.host.received();
        assert_eq!(received.len(), before + 1);
        let token = logout_token(received.last().unwrap());
        let ring = self.app.deps.keys.ring().load();
        ring.verify(&token, None).unwrap();
        assert_eq!(jose_header(&token)["typ"], "logout+jwt");
        claims(&token)
    }

    fn id_token(&self) -> Value {
        claims(self.tokens.id_token.as_deref().unwrap())
    }

    /// How many calls are still to be made or were given up.
    async fn left(&self) -> i64 {
        self.app.stored().row_counts().await["logout_calls"]
    }
}

async fn log_out(browser: &mut Browser) {
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout")).await;
}

/// What was posted, which has to be a logout token and nothing else.
fn logout_token(received: &Received) -> String {
    assert_eq!(received.method, "POST");
    assert_eq!(received.content_type, "application/x-www-form-urlencoded");
    let fields: Vec<_> = form_urlencoded::parse(received.body.as_bytes()).collect();
    assert_eq!(fields.len(), 1, "{received:?}");
    assert_eq!(fields[0].0, "logout_token");
    fields[0].1.to_string()
}

#[tokio::test]
async fn a_logout_token_says_whose_session_has_ended_and_is_signed_by_a_published_key() {
    let mut world = World::start().await;
    world.log_out().await;
    assert_eq!(world.left().await, 1);
    let told = world.told().await;
    let id_token = world.id_token();
    assert_eq!(told["iss"], world.app.issuer());
    assert_eq!(told["aud"], world.client.id.as_str());
    assert_eq!(told["sub"], id_token["sub"]);
    assert_eq!(told["sid"], id_token["sid"]);
    assert_eq!(told["iat"], world.app.context.now().unix_seconds());
    assert_eq!(
        told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(),
        120
    );
    assert!(told["jti"].as_str().is_some_and(|jti| jti.len() == 36));
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    assert_eq!(told["events"], event);
    assert_eq!(told.get("nonce"), None);
    assert_eq!(told.as_object().unwrap().len(), 8, "{told}");
    let token = logout_token(&world.host.received()[0]);
    let header = jose_header(&token);
    assert_eq!(header["typ"], "logout+jwt");
    assert_eq!(header["alg"], "RS256");
    assert_eq!(world.left().await, 0, "what has arrived is gone");
    assert_eq!(world.call().await, 0);
}

#[tokio::test]
async fn a_logout_token_passes_for_nothing_else() {
    let mut world = World::start().await;
    world.log_out().await;
    world.told().await;
    let token = logout_token(&world.host.received()[0]);
    let userinfo = world.app.rp(&world.client).userinfo(&token).await;
    userinfo.expect_error(401, "invalid_token");
    assert!(!world.app.rp(&world.client).is_active(&token).await);
    let more = [("id_token_hint", token.as_str()), ("prompt", "none")];
    let asked = world.app.ask(&world.client, "openid", &more);
    let page = world.browser.get(&asked.target).await;
    assert_eq!(page.answered("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn a_pairwise_client_is_told_by_the_names_of_its_sector() {
    let pairwise = |client: &mut Client| client.openid.subject_type = SubjectType::Pairwise;
    let mut world = World::with(|client| client.with(pairwise)).await;
    world.log_out().await;
    let told = world.told().await;
    let id_token = world.id_token();
    assert_ne!(told["sub"], world.alice.subject.as_str());
    assert_eq!(told["sub"], id_token["sub"]);
    assert_eq!(told["sid"], id_token["sid"]);
}

#[tokio::test]
async fn a_logout_token_is_signed_as_the_client_s_id_tokens_are() {
    let es256 = |client: &mut Client| {
        client.openid.id_token_alg = authly_domain::keys::SigningAlgorithm::Es256;
    };
    let mut world = World::with(|client| client.with(es256)).await;
    world.log_out().await;
    world.told().await;
    let token = logout_token(&world.host.received()[0]);
    assert_eq!(jose_header(&token)["alg"], "ES256");
}

#[tokio::test]
async fn a_logout_token_is_encrypted_as_the_client_s_id_tokens_are() {
    use authly_domain::keys::KeyManagement;
    use authly_testing::recipient::Recipient;

    let recipient = Recipient::new(KeyManagement::EcdhEs);
    let keys = recipient.jwks();
    let encrypted = |client: &mut Client| {
        client.jwks = Some(keys);
        client.openid.id_token_encryption.alg = Some(KeyManagement::EcdhEs);
    };
    let mut world = World::with(|client| client.with(encrypted)).await;
    world.log_out().await;
    assert_eq!(world.call().await, 1);
    let token = logout_token(&world.host.received()[0]);
    let (header, inside) = recipient.open(&token);
    assert_eq!(header["cty"], "JWT");
    let ring = world.app.deps.keys.ring().load();
    ring.verify(&inside, None).unwrap();
}
