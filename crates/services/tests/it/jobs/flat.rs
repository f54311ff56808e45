//! Storage stays flat: after a warm-up, as much goes as comes.

use std::time::Duration;

use authly_domain::clients::GrantType;
use authly_domain::secret::Password;
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::{flow, idempotency};

/// How much time passes in a round of the load.
const ROUND: Duration = Duration::from_hours(1);
/// How many rounds the grant lives that lives longest: then it begins anew, and so does everything.
const PERIOD: usize = 26;
/// Longer than anything lives and is kept.
const WARM_UP: usize = 2 * PERIOD + 6;

struct Load {
    services: TestServices,
    web: TestClient,
    /// A client without refresh tokens.
    plain: TestClient,
    alice: TestUser,
    /// A refresh token that is exchanged in each round until its grant has had its time.
    refresh_token: Option<String>,
}

impl Load {
    async fn start() -> Self {
        let setup = Setup::default().policies(|policies| {
            let tokens = &mut policies.tokens;
            tokens.refresh_token_idle_lifetime = ROUND * 12;
            tokens.refresh_token_absolute_lifetime = ROUND * 26;
            policies.sessions.sessions.absolute = ROUND * 12;
        });
        let services = setup.services().await;
        let without_refresh = [GrantType::AuthorizationCode];
        let plain = services.client().id("plain").grants(&without_refresh);
        Self {
            web: services.client().create().await,
            plain: plain.create().await,
            alice: services.user("alice").create().await,
            refresh_token: None,
            services,
        }
    }

    /// What happens in an hour: short-lived tokens, logins that get somewhere and logins that
    /// do not, a grant that lives long, and the jobs.
    async fn round(&mut self) {
        let services = &self.services;
        let web = flow::authenticated(services, &self.web).await;
        for _ in 0..5 {
            flow::own_token(services, &web).await.unwrap();
        }
        // Two requests that may be repeated: one whose answer is kept, and one that is refused.
        let key = &idempotency::key(services);
        idempotency::ask(services, key, "a thing").await.unwrap();
        idempotency::ask(services, key, "another")
            .await
            .unwrap_err();
        // Abandoned: at the login page, after a wrong password, and at the consent page.
        let browser = flow::browser(services);
        flow::ask(services, &self.web, "openid", &browser).await;
        let wrong = Password::new("not the password".to_owned());
        let sessions = &services.deps.sessions;
        let refused = sessions.log_in("alice", wrong, &browser).await;
        assert!(refused.is_err());
        let browser = flow::logged_in(services, &self.alice).await;
        flow::ask(services, &self.web, "openid email", &browser).await;
        // A code that nobody redeems, one for a client without refresh tokens, and one whose grant
        // is refreshed once, its session ended.
        flow::code_from(services, &self.web, &browser, "openid").await;
        flow::tokens(services, &self.plain, &self.alice, "openid").await;
        let code = flow::code_from(services, &self.web, &browser, "openid").await;
        let tokens = flow::redeem(services, &web, &code).await.unwrap();
        let spent = flow::refresh_token(&tokens);
        flow::refresh(services, &web, spent).await.unwrap();
        sessions.log_out(&browser).await.unwrap();

        self.refresh_token = Some(self.refresh_for_ever().await);
        self.services.advance(ROUND);
        for report in self.services.jobs.run_due().await.unwrap() {
            report.result.unwrap();
        }
    }

    /// Exchanges the refresh token of an offline grant, or gets another grant when it has expired.
    async fn refresh_for_ever(&self) -> String {
        let (services, scope) = (&self.services, "openid offline_access");
        let web = flow::authenticated(services, &self.web).await;
        if let Some(present) = &self.refresh_token
            && let Ok(tokens) = flow::refresh(services, &web, present).await
        {
            return flow::refresh_token(&tokens).to_owned();
        }
        let tokens = flow::tokens(services, &self.web, &self.alice, scope).await;
        flow::refresh_token(&tokens).to_owned()
    }
}

#[tokio::test]
async fn after_a_warm_up_no_table_grows_under_a_steady_load() {
    let mut load = Load::start().await;
    for _ in 0..WARM_UP {
        load.round().await;
    }
    let mut counts = Vec::new();
    for _ in 0..PERIOD + 6 {
        load.round().await;
        let mut rows = load.services.stored().row_counts().await;
        // The trail of what happened is there to be kept.
        rows.retain(|table, _| !table.starts_with("audit_"));
        counts.push(rows);
    }
    let most = |table: &str| counts.iter().map(|rows| rows[table]).max().unwrap();
    let are_stored = most("tokens") >= 12 && most("authorization_codes") >= 70;
    assert!(are_stored, "the load leaves something behind: {counts:?}");
    for (round, later) in counts.iter().skip(PERIOD).enumerate() {
        assert_eq!(&counts[round], later, "round {round}");
    }
}
