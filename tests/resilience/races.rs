//! Two servers are asked for the same thing at the same moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use authly_testing::answer::{Answer, Tokens};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::application::{Application, Fate, Identity};
use crate::installation::Installation;
use crate::invariants::{assert_whole, disable_user, revocation_of};
use crate::node::Node;
use crate::wait::until;

/// Two servers on one database, and an application.
struct Pair {
    installation: Installation,
    nodes: [Node; 2],
    application: Application,
}

impl Pair {
    async fn start() -> Self {
        let installation = Installation::new().await;
        let nodes = [installation.node().await, installation.node().await];
        let application = installation.application(&nodes[0]).await;
        Self {
            installation,
            nodes,
            application,
        }
    }

    fn url(&self, turn: usize) -> &str {
        let [first, second] = &self.nodes;
        if turn.is_multiple_of(2) {
            &first.url
        } else {
            &second.url
        }
    }

    /// Asks for the same thing this many times at once, of both in turn.
    async fn at_once<F>(&self, times: usize, ask: impl Fn(Application, String) -> F) -> Vec<Answer>
    where
        F: Future<Output = Fate> + Send + 'static,
    {
        let everybody = Arc::new(Barrier::new(times));
        let mut asking = JoinSet::new();
        for turn in 0..times {
            let everybody = Arc::clone(&everybody);
            let asked = ask(self.application.clone(), self.url(turn).to_owned());
            asking.spawn(async move {
                everybody.wait().await;
                asked.await.expect()
            });
        }
        asking.join_all().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_for_one_of_a_hundred_at_two_servers() {
    let pair = Pair::start().await;
    let application = &pair.application;
    let code = application.code(pair.url(0)).await;
    let redeem = |application: Application, node: String| {
        let code = code.clone();
        async move { application.redeem(&node, &code).await }
    };
    let answers = pair.at_once(100, redeem).await;

    let (good, refused): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((good.len(), refused.len()), (1, 99));
    for answer in refused {
        answer.expect_error(400, "invalid_grant");
    }
    let tokens = good[0].expect_tokens();
    for node in &pair.nodes {
        for token in [&tokens.access_token, tokens.refresh()] {
            assert!(!application.is_active(&node.url, token).await);
        }
        let refused = application.refresh(&node.url, tokens.refresh()).await;
        refused.expect().expect_error(400, "invalid_grant");
    }
    let database = pair.installation.postgres.connect().await;
    let why = revocation_of(&database, &code).await;
    assert_eq!(why.as_deref(), Some("code_replay"));
    assert_whole(&database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_has_one_successor_for_fifty_at_two_servers() {
    let pair = Pair::start().await;
    let application = &pair.application;
    let token = application.refresh_token(pair.url(0)).await;
    let refresh = |application: Application, node: String| {
        let token = token.clone();
        async move { application.refresh(&node, &token).await }
    };
    let answers = pair.at_once(50, refresh).await;

    let tokens: Vec<_> = answers.iter().map(Answer::expect_tokens).collect();
    let access: BTreeSet<_> = tokens.iter().map(|one| one.access_token.as_str()).collect();
    let refresh: BTreeSet<_> = tokens.iter().map(Tokens::refresh).collect();
    assert_eq!((access.len(), refresh.len()), (50, 1));
    for (turn, token) in access.into_iter().chain(refresh.clone()).enumerate() {
        assert!(application.is_active(pair.url(turn), token).await);
    }
    let successor = refresh.first().expect("there is one");
    let answer = application.refresh(pair.url(1), successor).await.expect();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_whole(&pair.installation.postgres.connect().await).await;
}

/// What ends a grant.
#[derive(Debug, Clone, Copy)]
enum End {
    Revocation,
    Logout,
    DisabledUser,
}

/// Exchanges refresh tokens one after the other until that is refused; answers all that it got.
async fn refresh_until_refused(
    application: Application,
    node: String,
    first: String,
    refreshed: Arc<AtomicUsize>,
) -> Vec<String> {
    let (mut newest, mut all) = (first, Vec::new());
    loop {
        let answer = application.refresh(&node, &newest).await.expect();
        if answer.status != 200 {
            answer.expect_error(400, "invalid_grant");
            return all;
        }
        let tokens = answer.expect_tokens();
        tokens.refresh().clone_into(&mut newest);
        all.extend([tokens.access_token, newest.clone()]);
        refreshed.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_issued_while_a_grant_ends_outlives_it() {
    let pair = Pair::start().await;
    let database = pair.installation.postgres.connect().await;
    for (end, user) in [
        (End::Revocation, Identity::ALICE),
        (End::Logout, Identity::ALICE),
        (End::DisabledUser, Identity::BOB),
    ] {
        let application = Application::of(&pair.nodes[0], &user).await;
        let (mut firsts, mut refreshing) = (Vec::new(), JoinSet::new());
        let refreshed = Arc::new(AtomicUsize::new(0));
        for turn in 0..8 {
            let node = pair.url(turn).to_owned();
            let first = application.refresh_token(&node).await;
            firsts.push(first.clone());
            let (application, refreshed) = (application.clone(), Arc::clone(&refreshed));
            refreshing.spawn(refresh_until_refused(application, node, first, refreshed));
        }
        let enough = refreshed.load(Ordering::Relaxed) + 20;
        let is_busy = async || (refreshed.load(Ordering::Relaxed) >= enough).then_some(());
        until("they are in the midst of refreshing", is_busy).await;
        match end {
            End::Revocation => {
                for (turn, token) in firsts.iter().enumerate() {
                    let done = application.revoke(pair.url(turn + 1), token).await.expect();
                    assert_eq!(done.status, 200, "{}", done.body);
                }
            }
            End::Logout => drop(application.log_out(pair.url(1)).await),
            End::DisabledUser => disable_user(&database, user.username).await,
        }
        // They end, since what they have is refused from now on.
        let issued = refreshing.join_all().await.concat();
        for (turn, token) in issued.iter().chain(&firsts).enumerate() {
            let is_active = application.is_active(pair.url(turn), token).await;
            assert!(!is_active, "it has outlived {end:?}");
        }
    }
    assert_whole(&database).await;
}
