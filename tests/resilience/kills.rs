//! `kill -9` of a server at any point of its work.
//!
//! `CRASH_ROUNDS` says how often (`make crash-test`), `CRASH_SEED` repeats what chance decides here:
//! after how many answers, and what customers do. What threads do at that moment is nobody's to repeat.

use std::sync::atomic::Ordering;

use tokio_postgres::Client;

use crate::application::Application;
use crate::dice::{Dice, number};
use crate::family::{Family, InDoubt};
use crate::installation::Installation;
use crate::invariants::{assert_revoked, assert_whole, is_redeemed};
use crate::load::{Harvest, Load, Nodes, Patience};
use crate::node::Node;
use crate::report::report;

/// How often a server is killed unless somebody wants more.
const ROUNDS: u64 = 6;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_leaves_everything_whole() {
    let rounds = number("CRASH_ROUNDS").unwrap_or(ROUNDS);
    let mut dice = Dice::from_environment();
    report(format_args!("kills: CRASH_SEED={}", dice.seed));

    let installation = Installation::new().await;
    let database = installation.postgres.connect().await;
    let survivor = installation.node().await;
    let mut victim = installation.node().await;
    let application = installation.application(&survivor).await;

    let mut all = Vec::new();
    let mut sums = Sums::default();
    for _ in 0..rounds {
        let harvest = kill(&application, &survivor, &mut victim, &mut dice, &mut sums).await;
        // Until here nobody has started anything anew: this is what the crash has left.
        assert_whole(&database).await;
        victim = installation.node().await;
        let families = settle(harvest, &application, &victim, &database, &mut sums).await;
        all.extend(families);
        assert_whole(&database).await;
        assert_revoked(&database, &all).await;
    }
    report(format_args!(
        "kills: {rounds} rounds, {} exchanges and {} refreshes, of which {} and {} had no answer \
         ({} of those codes were spent, {} were not); {} answered tokens were checked",
        sums.exchanges,
        sums.refreshes,
        sums.lost_exchanges,
        sums.lost_refreshes,
        sums.spent,
        sums.lost_exchanges - sums.spent,
        sums.tokens
    ));
}

#[derive(Default)]
struct Sums {
    exchanges: u64,
    refreshes: u64,
    lost_exchanges: u64,
    lost_refreshes: u64,
    spent: u64,
    tokens: usize,
}

/// Kills the victim in the middle of its work, while the survivor goes on with its own.
async fn kill(
    application: &Application,
    survivor: &Node,
    victim: &mut Node,
    dice: &mut Dice,
    sums: &mut Sums,
) -> Harvest {
    let mut load = Load::new();
    let doomed = Nodes::new(&[&victim.url]);
    load.send(12, application, &doomed, Patience::GoHome, dice);
    let safe = Nodes::new(&[&survivor.url]);
    load.send(2, application, &safe, Patience::ComeBack, dice);
    load.tally.more(20 + dice.below(150)).await;
    victim.kill();

    let tally = std::sync::Arc::clone(&load.tally);
    // Those of the survivor did not notice.
    tally.more(5).await;
    let harvest = load.end().await;
    assert_eq!(
        tally.busy.load(Ordering::Relaxed),
        0,
        "nobody was sent away"
    );
    sums.exchanges += tally.exchanges.load(Ordering::Relaxed);
    sums.refreshes += tally.refreshes.load(Ordering::Relaxed);
    harvest
}

/// Asks again what had no answer, and holds what was answered to be alive.
async fn settle(
    harvest: Harvest,
    application: &Application,
    node: &Node,
    database: &Client,
    sums: &mut Sums,
) -> Vec<Family> {
    let mut families = harvest.families;
    for family in &mut families {
        let is_spent = is_redeemed(database, &family.code).await;
        let doubt = family.in_doubt;
        family.settle(application, &node.url).await;
        match doubt {
            None => {}
            // The code counts once: for the request without an answer, or for this one.
            Some(InDoubt::Exchange) => {
                assert_eq!(family.is_replayed, is_spent, "{family:?}");
                sums.lost_exchanges += 1;
                sums.spent += u64::from(is_spent);
            }
            Some(InDoubt::Refresh) => sums.lost_refreshes += 1,
        }
        family.check(application, &node.url).await;
        sums.tokens += family.access_tokens.len() + 1;
    }
    for token in &harvest.own_tokens {
        assert!(
            application.is_active(&node.url, token).await,
            "it was answered"
        );
    }
    sums.tokens += harvest.own_tokens.len();
    families
}
