//! Servers that are restarted one after the other, as for a new version.

use std::sync::atomic::Ordering;

use crate::dice::Dice;
use crate::installation::Installation;
use crate::invariants::{assert_revoked, assert_whole};
use crate::load::{Load, Nodes, Patience};
use crate::report::report;
use crate::wait::until;

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_restarted_one_after_the_other_lose_no_request() {
    let installation = Installation::with(&[("LISTEN__DRAIN_TIME", "5m")]).await;
    let mut nodes = [installation.node().await, installation.node().await];
    let application = installation.application(&nodes[0]).await;
    let balancer = Nodes::new(&[&nodes[0].url, &nodes[1].url]);
    let mut load = Load::new();
    let mut dice = Dice::from_environment();
    load.send(4, &application, &balancer, Patience::ComeBack, &mut dice);

    for _ in 0..2 {
        load.tally.more(20).await;
        let [node, other] = &mut nodes;
        let other = other.url.clone();
        node.terminate();
        // A balancer notices a while after it was told; until then requests come.
        node.comes_to("/health/ready", 503).await;
        load.tally.more(20).await;
        balancer.replace(&[&other]).await;
        // Which spares this test the rest of the time.
        node.terminate();
        let (status, _) = until("it ends", async || node.ended()).await;
        assert_eq!(status.code(), Some(0));

        *node = installation.node().await;
        node.comes_to("/health/ready", 200).await;
        balancer.replace(&[&other, &node.url]).await;
        nodes.reverse();
    }
    load.tally.more(20).await;

    let tally = std::sync::Arc::clone(&load.tally);
    let harvest = load.end().await;
    assert_eq!(tally.lost.load(Ordering::Relaxed), 0);
    assert_eq!(tally.busy.load(Ordering::Relaxed), 0);
    for family in &harvest.families {
        family.check(&application, &nodes[0].url).await;
    }
    let database = installation.postgres.connect().await;
    assert_whole(&database).await;
    assert_revoked(&database, &harvest.families).await;
    let answers = tally.answers();
    report(format_args!(
        "rolling: {answers} answers during two restarts, none was lost"
    ));
}
