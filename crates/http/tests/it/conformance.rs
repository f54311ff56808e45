//! What each module of the OpenID Foundation's conformance suite expects, under the module's own name:
//! the plans config, basic, form post, dynamic, those of logout, and of FAPI 2.0 what is there. The suite
//! itself is run against a server from outside; here is the same behaviour, so that a change which would
//! fail it fails here first.

mod assertions;
mod basic;
mod claims;
mod config;
mod login;
mod logout;
mod refusals;
mod registration;

use std::time::Duration;

use authly_domain::users::{Address, Profile};
use authly_testing::TestApp;
use authly_testing::answer::{Tokens, claims as claims_in};
use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::{ClientFixture, TestClient, TestUser};
use authly_testing::recipient::signed_rs256;
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::machine_support::published_keys;
use crate::support::{Answered, Asking};

/// How the answers travel: the plan basic, and the plan form post, which has the same modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    Basic,
    FormPostBasic,
}

/// Makes of each module a test in both plans.
macro_rules! modules {
    ($($module:ident,)+) => {
        mod basic_plan {
            $(#[tokio::test]
            async fn $module() {
                super::$module($crate::conformance::Plan::Basic).await;
            })+
        }
        mod formpost_basic_plan {
            $(#[tokio::test]
            async fn $module() {
                super::$module($crate::conformance::Plan::FormPostBasic).await;
            })+
        }
    };
}
pub(crate) use modules;

/// All scopes about users.
pub(crate) const EVERYTHING: &str = "openid profile email address phone";

/// The suite with its client, which sends neither PKCE nor, in one module, a nonce; and the user whom
/// it logs in, of whom everything is known.
pub(crate) struct Suite {
    pub(crate) app: TestApp,
    pub(crate) client: TestClient,
    pub(crate) alice: TestUser,
    pub(crate) browser: Browser,
    pub(crate) plan: Plan,
}

impl Suite {
    pub(crate) async fn start(plan: Plan) -> Self {
        Self::with(plan, |client| client).await
    }

    /// With a client that is registered otherwise.
    pub(crate) async fn with(
        plan: Plan,
        register: impl FnOnce(ClientFixture<'_>) -> ClientFixture<'_>,
    ) -> Self {
        Self::on(authly_testing::Setup::default(), plan, register).await
    }

    /// On a server that is set up otherwise.
    pub(crate) async fn on(
        setup: authly_testing::Setup,
        plan: Plan,
        register: impl FnOnce(ClientFixture<'_>) -> ClientFixture<'_>,
    ) -> Self {
        let app = Box::pin(setup.app()).await;
        let client = app.client().without_pkce_and_nonce();
        let client = client.scope(&format!("{EVERYTHING} offline_access"));
        let client = register(client).create().await;
        let alice = app.user("alice").profile(full_profile()).create().await;
        let browser = app.browser();
        Self {
            app,
            client,
            alice,
            browser,
            plan,
        }
    }

    /// A request of the suite.
    pub(crate) fn asking(&self, scope: &str) -> Asking {
        self.asking_of(&self.client, scope)
    }

    pub(crate) fn asking_of(&self, client: &TestClient, scope: &str) -> Asking {
        let asking = Asking::of(client, scope)
            .without("code_challenge")
            .without("code_challenge_method");
        match self.plan {
            Plan::Basic => asking,
            Plan::FormPostBasic => asking.with("response_mode", "form_post"),
        }
    }

    /// What an answer says, which has to travel as the plan has it.
    pub(crate) fn read(&self, page: &Page) -> Answered {
        match self.plan {
            Plan::Basic => Answered::in_query(page, self.client.redirect_uri()),
            Plan::FormPostBasic => Answered::in_form(page, self.client.redirect_uri()),
        }
    }

    /// The answer to a request, through whatever pages there are.
    pub(crate) async fn answered(&mut self, asking: &Asking) -> Answered {
        let page = self
            .app
            .walk(&mut self.browser, &asking.asked(), &self.alice)
            .await;
        self.read(&page)
    }

    /// The answer to a request that wants a login, for which the user takes a moment.
    pub(crate) async fn answered_after_login(&mut self, asking: &Asking) -> Answered {
        let page = self.browser.get(&asking.target()).await;
        assert_eq!(page.expect_location().path(), "/login");
        let login = self.browser.follow(&page).await;
        self.app.advance(Duration::from_secs(2));
        let (name, password) = (&self.alice.username, &self.alice.password);
        let page = self.browser.fill_in_login(&login, name, password).await;
        self.read(&page)
    }

    /// The answer to a request that needs no page.
    pub(crate) async fn answered_at_once(&mut self, asking: &Asking) -> Answered {
        let page = self.browser.get(&asking.target()).await;
        self.read(&page)
    }

    /// Redeems the code of an answer, and holds what every module holds of tokens.
    pub(crate) async fn redeem(&self, asking: &Asking, answered: &Answered) -> Tokens {
        assert_eq!(answered.get("state"), Some("the state"));
        assert_eq!(answered.get("iss"), Some(self.app.issuer()));
        let code = answered.get("code").unwrap();
        let answer = self.exchange(code).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let tokens = answer.expect_tokens();
        assert_eq!(tokens.json["token_type"], "Bearer");
        let id_token = tokens.id_token.as_deref().unwrap();
        let claims = signed_rs256(id_token, &published_keys(&self.app).await);
        assert_eq!(claims["iss"], self.app.issuer());
        assert_eq!(claims["aud"], self.client.id.as_str());
        let nonce = asking
            .fields()
            .into_iter()
            .find(|(name, _)| *name == "nonce");
        let nonce = nonce.map_or(Value::Null, |(_, nonce)| nonce.into());
        assert_eq!(claims.get("nonce").cloned().unwrap_or_default(), nonce);
        let userinfo = self.userinfo(&tokens).await;
        assert_eq!(userinfo["sub"], claims["sub"]);
        tokens
    }

    /// A token request with this code.
    pub(crate) async fn exchange(&self, code: &str) -> authly_testing::answer::Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.client.redirect_uri()),
        ];
        self.app.rp(&self.client).token(&form).await
    }

    /// The tokens of a request, through whatever pages there are.
    pub(crate) async fn tokens(&mut self, asking: &Asking) -> Tokens {
        let answered = self.answered(asking).await;
        self.redeem(asking, &answered).await
    }

    /// The tokens of a request that needs no page.
    pub(crate) async fn tokens_at_once(&mut self, asking: &Asking) -> Tokens {
        let answered = self.answered_at_once(asking).await;
        self.redeem(asking, &answered).await
    }

    pub(crate) async fn userinfo(&self, tokens: &Tokens) -> Value {
        let answer = self
            .app
            .rp(&self.client)
            .userinfo(&tokens.access_token)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }
}

/// The claims in the ID token of an answer.
pub(crate) fn id_token(tokens: &Tokens) -> Value {
    claims_in(tokens.id_token.as_deref().unwrap())
}

/// A user of whom everything is known.
fn full_profile() -> Profile {
    let text = |text: &str| Some(text.to_owned());
    Profile {
        name: text("Alice B. Adams"),
        given_name: text("Alice"),
        family_name: text("Adams"),
        middle_name: text("B."),
        nickname: text("Ali"),
        profile: text("https://alice.example.com/"),
        picture: text("https://alice.example.com/face.png"),
        website: text("https://blog.example.com/"),
        gender: text("female"),
        birthdate: text("1990-02-28"),
        zoneinfo: text("Europe/Paris"),
        locale: text("fr-FR"),
        phone_number: text("+33 1 23 45 67 89"),
        phone_number_verified: Some(true),
        address: Address {
            formatted: text("1 rue de la Paix\n75002 Paris"),
            street_address: text("1 rue de la Paix"),
            locality: text("Paris"),
            region: text("Ile-de-France"),
            postal_code: text("75002"),
            country: text("FR"),
        },
    }
}
