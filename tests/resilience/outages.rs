//! The database is away under load: for a moment, for a while, by itself or by somebody's doing.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::application::Application;
use crate::dice::Dice;
use crate::installation::Installation;
use crate::invariants::{assert_revoked, assert_whole};
use crate::load::{Load, Nodes, Patience};
use crate::node::Node;
use crate::postgres::Shutdown;
use crate::report::{median, report};
use crate::wait::until;

/// How many customers there are.
const CUSTOMERS: usize = 4;
/// How often each outage comes.
const TIMES: usize = 3;

/// What happens to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outage {
    /// It is stopped and started again.
    Restart(Shutdown),
    /// One of its processes is killed, upon which it starts anew by itself.
    Crash,
    /// All connections are ended.
    Termination,
    /// It stands still for so short a time that requests just wait.
    Pause,
    /// It stands still for longer than requests wait.
    LongPause,
}

/// Two servers under load.
struct Scene {
    installation: Installation,
    nodes: [Node; 2],
    application: Application,
    load: Load,
}

impl Scene {
    async fn start() -> Self {
        let installation = Installation::new().await;
        let nodes = [installation.node().await, installation.node().await];
        let application = installation.application(&nodes[0]).await;
        let mut load = Load::new();
        let both = Nodes::new(&[&nodes[0].url, &nodes[1].url]);
        let mut dice = Dice::from_environment();
        load.send(
            CUSTOMERS,
            &application,
            &both,
            Patience::ComeBack,
            &mut dice,
        );
        Self {
            installation,
            nodes,
            application,
            load,
        }
    }

    /// Lets the database be away; answers how long it took until both servers had a success again.
    async fn suffer(&mut self, outage: Outage) -> Duration {
        self.load.tally.more(20).await;
        let postgres = &mut self.installation.postgres;
        match outage {
            Outage::Restart(how) => {
                postgres.stop(how).await;
                self.is_away().await;
                self.is_refused().await;
                self.installation.postgres.start_again().await;
            }
            Outage::Crash => {
                postgres.kill_a_backend().await;
                postgres.answers().await;
            }
            Outage::Termination => postgres.terminate_sessions().await,
            Outage::Pause => {
                let paused = postgres.pause().await;
                self.is_away().await;
                drop(paused);
            }
            Outage::LongPause => {
                let paused = postgres.pause().await;
                self.is_away().await;
                self.is_refused().await;
                drop(paused);
            }
        }
        let [first, second] = &self.nodes;
        let (one, other) = tokio::join!(self.first_success(first), self.first_success(second));
        for node in &self.nodes {
            node.comes_to("/health/ready", 200).await;
        }
        one.max(other)
    }

    /// Waits until both servers know it. They live.
    async fn is_away(&self) {
        for node in &self.nodes {
            node.comes_to("/health/ready", 503).await;
            assert_eq!(node.status("/health/live").await, Some(200));
        }
    }

    /// Waits until every customer was sent away, with the time to come back.
    async fn is_refused(&self) {
        let busy = || self.load.tally.busy.load(Ordering::Relaxed);
        let enough = busy() + 2 * CUSTOMERS as u64;
        until("customers are sent away", async || {
            (busy() >= enough).then_some(())
        })
        .await;
    }

    async fn first_success(&self, node: &Node) -> Duration {
        let ask = async || {
            let answer = self
                .application
                .client_credentials(&node.url)
                .await
                .expect();
            (answer.status == 200).then_some(())
        };
        until("there is a success", ask).await.1
    }

    /// Ends the load, and holds everything to be as customers were told.
    async fn end(self) {
        let Self {
            installation,
            nodes,
            application,
            load,
        } = self;
        let tally = std::sync::Arc::clone(&load.tally);
        let harvest = load.end().await;
        let database = installation.postgres.connect().await;
        let families = &harvest.families;
        for (family, node) in families.iter().zip(nodes.iter().cycle()) {
            family.check(&application, &node.url).await;
        }
        for token in &harvest.own_tokens {
            assert!(application.is_active(&nodes[1].url, token).await);
        }
        assert_whole(&database).await;
        assert_revoked(&database, families).await;
        report(format_args!(
            "outages: {} exchanges and {} refreshes, {} answers of success, {} of 503, {} codes \
             whose answer was lost and whose repetition was refused",
            tally.exchanges.load(Ordering::Relaxed),
            tally.refreshes.load(Ordering::Relaxed),
            tally.answers(),
            tally.busy.load(Ordering::Relaxed),
            families.iter().filter(|family| family.is_replayed).count(),
        ));
    }
}

/// Lets each of these outages come a few times, and reports how long their ends took.
async fn suffer(outages: &[Outage], times: usize) {
    let mut scene = Scene::start().await;
    for outage in outages {
        let mut took = Vec::new();
        for _ in 0..times {
            took.push(scene.suffer(*outage).await);
        }
        let (median, most) = (median(&took), took.iter().max());
        report(format_args!(
            "outages: {outage:?}: first success of both servers after {median:.1?} (median of \
             {times}), at most {most:.1?}"
        ));
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_the_database_is_503_and_nothing_is_lost() {
    let fast = Outage::Restart(Shutdown::Fast);
    let immediate = Outage::Restart(Shutdown::Immediate);
    suffer(&[fast, immediate, Outage::Crash], TIMES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_ended_or_stand_still_for_a_moment_are_got_over() {
    suffer(&[Outage::Termination, Outage::Pause], TIMES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_stands_still_is_503_and_nothing_is_lost() {
    suffer(&[Outage::LongPause], 1).await;
}
