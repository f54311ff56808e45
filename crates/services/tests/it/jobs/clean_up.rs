//! What clean-up leaves: everything that is alive, and every answer.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::jobs::JobName;
use authly_domain::keys::LONGEST_SIGNED_TOKEN;
use authly_domain::retention::{CODE_KEPT_FOR, MARGIN, PAST_KEY_KEPT_FOR};
use authly_domain::secret::PresentedToken;
use authly_services::clients::AuthenticatedClient;
use authly_services::sessions::Browser;
use authly_services::tokens::{InvalidGrant, TokenError};
use authly_testing::fixtures::{TestClient, TestUser};
use authly_testing::{Setup, TestServices};
use pretty_assertions::assert_eq;

use crate::flow;

/// Runs the jobs, whether they are due or not.
async fn clean_up(services: &TestServices) {
    services.database().make_jobs_due().await;
    let reports = services.jobs.run_due().await.unwrap();
    let has_run = |name| reports.iter().any(|report| report.job == name);
    assert!(has_run(JobName::CleanUp) && has_run(JobName::RotateKeys));
    for report in reports {
        report.result.unwrap();
    }
}

/// Choices that are the same in each run of the tests.
struct Choices(u64);

impl Choices {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Everything that was handed out, whatever became of it.
struct Town {
    services: TestServices,
    client: TestClient,
    alice: TestUser,
    choices: Choices,
    access_tokens: Vec<String>,
    /// Every refresh token that was not exchanged yet.
    refresh_tokens: Vec<String>,
    /// Every refresh token that was.
    spent: Vec<String>,
    codes: Vec<flow::Code>,
    browsers: Vec<Browser>,
}

impl Town {
    async fn found(seed: u64) -> Self {
        let setup = Setup::default().policies(|policies| {
            policies.tokens.refresh_token_idle_lifetime = Duration::from_hours(9);
            policies.tokens.refresh_token_absolute_lifetime = Duration::from_hours(30);
            policies.sessions.sessions.absolute = Duration::from_hours(12);
            policies.sessions.sessions.idle = Duration::from_hours(4);
        });
        let services = setup.services().await;
        Self {
            client: services.client().create().await,
            alice: services.user("alice").create().await,
            services,
            choices: Choices(seed),
            access_tokens: Vec::new(),
            refresh_tokens: Vec::new(),
            spent: Vec::new(),
            codes: Vec::new(),
            browsers: Vec::new(),
        }
    }

    async fn rp(&self) -> AuthenticatedClient {
        flow::authenticated(&self.services, &self.client).await
    }

    /// Somebody does something, and some time goes by.
    async fn step(&mut self) {
        let (services, rp) = (&self.services, self.rp().await);
        let which = |choices: &mut Choices, all: usize| choices.below(all.max(1));
        match self.choices.below(6) {
            0 | 1 => {
                let scope = ["openid", "openid offline_access"][self.choices.below(2)];
                let browser = flow::logged_in(services, &self.alice).await;
                let code = flow::code_from(services, &self.client, &browser, scope).await;
                let tokens = flow::redeem(services, &rp, &code).await.unwrap();
                self.access_tokens
                    .push(tokens.access_token.expose().to_owned());
                self.refresh_tokens
                    .push(flow::refresh_token(&tokens).to_owned());
                self.codes.push(code);
                self.browsers.push(browser);
            }
            2 | 3 if !self.refresh_tokens.is_empty() => {
                let at = which(&mut self.choices, self.refresh_tokens.len());
                let spent = self.refresh_tokens[at].clone();
                if let Ok(tokens) = flow::refresh(services, &rp, &spent).await {
                    self.access_tokens
                        .push(tokens.access_token.expose().to_owned());
                    flow::refresh_token(&tokens).clone_into(&mut self.refresh_tokens[at]);
                    self.spent.push(spent);
                }
            }
            4 if !self.browsers.is_empty() => {
                let at = which(&mut self.choices, self.browsers.len());
                let browser = self.browsers.swap_remove(at);
                services.deps.sessions.log_out(&browser).await.unwrap();
            }
            _ if !self.refresh_tokens.is_empty() => {
                let at = which(&mut self.choices, self.refresh_tokens.len());
                let token = PresentedToken::new(self.refresh_tokens[at].clone());
                services
                    .deps
                    .tokens
                    .revoke(&rp, &token, flow::HOME)
                    .await
                    .unwrap();
            }
            _ => {}
        }
        let minutes = u64::try_from(self.choices.below(80)).unwrap();
        services.advance(Duration::from_mins(minutes));
    }

    /// What is answered about every token, and whether each browser is still logged in.
    async fn answers(&self) -> Vec<bool> {
        let (services, rp) = (&self.services, self.rp().await);
        let mut answers = Vec::new();
        let tokens = self.access_tokens.iter();
        for token in tokens.chain(&self.refresh_tokens).chain(&self.spent) {
            answers.push(flow::is_active(services, &rp, token).await);
        }
        for browser in &self.browsers {
            let step = flow::ask(services, &self.client, "openid", browser).await;
            answers.push(flow::code_in(&step).is_some());
        }
        answers
    }
}

#[tokio::test]
async fn what_clean_up_removes_makes_no_difference_to_any_answer() {
    for seed in [1, 2] {
        let mut town = Town::found(seed).await;
        let mut seen = [false, false];
        for step in 1..=60 {
            town.step().await;
            if step % 12 == 0 {
                let before = town.answers().await;
                clean_up(&town.services).await;
                assert_eq!(town.answers().await, before, "seed {seed}, step {step}");
                seen = [true, false].map(|one| seen[usize::from(one)] || before.contains(&one));
            }
        }
        assert_eq!(seen, [true, true], "some is alive, and some is not");

        // What was said to be alive can be used.
        let rp = town.rp().await;
        let mut used = 0;
        for token in &town.refresh_tokens {
            let is_alive = flow::is_active(&town.services, &rp, token).await;
            let refreshed = flow::refresh(&town.services, &rp, token).await;
            assert_eq!(refreshed.is_ok(), is_alive, "{refreshed:?}");
            used += u32::from(is_alive);
        }
        assert!(used > 0);
    }
}

#[tokio::test]
async fn a_spent_token_still_ends_its_grant_until_its_own_time_is_over() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let rp = flow::authenticated(&services, &client).await;
    let idle = services.policies().tokens.refresh_token_idle_lifetime;
    for (age, is_caught) in [(idle.saturating_sub(MARGIN), true), (idle + MARGIN, false)] {
        let first = flow::tokens(&services, &client, &alice, "openid").await;
        let spent = flow::refresh_token(&first).to_owned();
        services.advance(Duration::from_mins(1));
        let second = flow::refresh(&services, &rp, &spent).await.unwrap();
        services.advance(age / 2);
        let third = flow::refresh(&services, &rp, flow::refresh_token(&second)).await;
        let third = flow::refresh_token(&third.unwrap()).to_owned();
        services.advance(age / 2);
        clean_up(&services).await;

        let refused = flow::refresh(&services, &rp, &spent).await.unwrap_err();
        let is_reuse = matches!(
            refused,
            TokenError::InvalidGrant(InvalidGrant::RefreshTokenReuse { .. }, _)
        );
        assert_eq!(is_reuse, is_caught, "{refused:?}");
        assert_eq!(flow::is_active(&services, &rp, &third).await, !is_caught);
    }
}

#[tokio::test]
async fn a_code_that_comes_back_within_a_day_still_ends_its_grant() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let rp = flow::authenticated(&services, &client).await;
    for (age, is_caught) in [(CODE_KEPT_FOR, true), (CODE_KEPT_FOR + MARGIN, false)] {
        let code = flow::code(&services, &client, &alice, "openid").await;
        let tokens = flow::redeem(&services, &rp, &code).await.unwrap();
        services.advance(age);
        clean_up(&services).await;
        flow::redeem(&services, &rp, &code).await.unwrap_err();
        let token = flow::refresh_token(&tokens);
        assert_eq!(flow::is_active(&services, &rp, token).await, !is_caught);
    }
}

#[tokio::test]
async fn a_session_stays_as_long_as_a_grant_hangs_on_it_and_goes_after_it() {
    let services = TestServices::start().await;
    let (client, alice) = (
        services.client().create().await,
        services.user("alice").create().await,
    );
    let rp = flow::authenticated(&services, &client).await;
    let mut tokens = flow::tokens(&services, &client, &alice, "openid").await;
    // 88 days in which the user never comes back, and the client refreshes.
    for _ in 0..4 {
        services.advance(Duration::from_hours(22 * 24));
        clean_up(&services).await;
        let exchanged = flow::refresh(&services, &rp, flow::refresh_token(&tokens)).await;
        tokens = exchanged.unwrap();
    }
    assert_eq!(services.stored().sessions_of("alice").await.len(), 1);
    services.advance(Duration::from_hours(3 * 24));
    clean_up(&services).await;
    let left = services.stored().row_counts().await;
    let of = |tables: [&str; 4]| tables.map(|table| left[table]);
    let tables = ["sessions", "grants", "tokens", "authorization_codes"];
    assert_eq!(of(tables), [0; 4]);
    assert_eq!(
        (left["users"], left["clients"], left["consents"]),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn the_public_half_of_a_key_stays_for_a_year() {
    let services = TestServices::start().await;
    services.deps.keys.rotate().await.unwrap();
    // Those of before go as soon as nothing counts any more that they signed.
    services.advance(LONGEST_SIGNED_TOKEN + Duration::from_mins(1));
    clean_up(&services).await;
    let keys = async || services.stored().row_counts().await["signing_keys"];
    services.advance(PAST_KEY_KEPT_FOR.saturating_sub(Duration::from_secs(1)));
    services.deps.keys.rotate().await.unwrap();
    clean_up(&services).await;
    assert_eq!(
        keys().await,
        12,
        "past ones, retiring ones, and those that sign"
    );
    services.advance(Duration::from_secs(1));
    clean_up(&services).await;
    assert_eq!(keys().await, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_a_clean_up_that_goes_on_beside_them() {
    let services = Arc::new(Setup::default().pool_size(8).services().await);
    let (client, alice) = (
        services.client().create().await,
        Arc::new(services.user("alice").create().await),
    );
    flow::tokens(&services, &client, &alice, "openid").await;
    let traffic = (0..4).map(|_| {
        let (services, alice) = (Arc::clone(&services), Arc::clone(&alice));
        let client = client.clone();
        tokio::spawn(async move {
            for _ in 0..12 {
                let rp = flow::authenticated(&services, &client).await;
                flow::own_token(&services, &rp).await.unwrap();
                let mut tokens = flow::tokens(&services, &client, &alice, "openid").await;
                for _ in 0..3 {
                    let present = flow::refresh_token(&tokens).to_owned();
                    tokens = flow::refresh(&services, &rp, &present).await.unwrap();
                    let access = tokens.access_token.expose();
                    assert!(flow::is_active(&services, &rp, access).await);
                }
            }
        })
    });
    let traffic = traffic.collect::<Vec<_>>();
    let mut rounds = 0;
    while rounds == 0 || traffic.iter().any(|one| !one.is_finished()) {
        services.database().store_expired_tokens(1_200).await;
        clean_up(&services).await;
        rounds += 1;
    }
    for one in traffic {
        one.await.unwrap();
    }
    let tokens = services.stored().row_counts().await["tokens"];
    // Each of the 48 flows: one token by itself, an access and a refresh token at first and with
    // each of three refreshes.
    assert_eq!(tokens, 2 + 48 * (1 + 2 * 4));
}
