//! Nothing secret comes to light: real servers that log everything, on a real PostgreSQL that logs
//! everything, are put to every use and abuse; then all that they wrote is searched for each secret
//! that was used or handed out, in every spelling.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot be set up has failed, and says why here"
)]

mod programs;
mod record;
mod run;
mod search;

use run::{PLANTED, Run};
use search::{Digests, Kind, Place, Secrets};

/// Fails if any secret is in any of the places.
fn assert_none_in(run: &Run, places: &[Place], digests: Digests, allowed: &[Kind]) {
    assert!(!places.is_empty(), "there is nothing to search");
    let found = run.secrets.found_in(places, digests, allowed);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[tokio::test]
async fn what_is_planted_is_found_in_every_kind_of_place() {
    let run = run::run().await;
    assert!(run.secrets.len() > 150, "{} secrets", run.secrets.len());
    assert!(run.refusals.len() > 100, "{} refusals", run.refusals.len());
    assert_eq!(run.logs.len(), 6);

    let mut planted = Secrets::default();
    planted.add("what was planted", PLANTED);
    let finds = |places: &[Place]| planted.found_in(places, Digests::Expected, &[]).len();
    // The logs of the two servers that were used, in both formats.
    assert_eq!(finds(&run.logs), 2);
    assert!(finds(&run.said) > 0);
    assert!(finds(&run.processes) > 0);
    assert_eq!(finds(std::slice::from_ref(&run.dump)), 1);
    assert_eq!(finds(std::slice::from_ref(&run.postgres_log)), 1);
    assert!(finds(&run.refusals) > 0);
}

#[tokio::test]
async fn the_logs_of_servers_at_their_most_talkative_hold_no_secret() {
    let run = run::run().await;
    assert_none_in(run, &run.logs, Digests::Forbidden, &[]);
}

#[tokio::test]
async fn no_refusal_holds_a_secret_in_its_head_or_body() {
    let run = run::run().await;
    assert_none_in(run, &run.refusals, Digests::Forbidden, &[Kind::Returned]);
}

#[tokio::test]
async fn a_dump_of_the_database_holds_no_secret() {
    let run = run::run().await;
    let dump = std::slice::from_ref(&run.dump);
    assert_none_in(run, dump, Digests::Expected, &[Kind::Returned]);
}

#[tokio::test]
async fn the_log_of_postgresql_holds_no_secret_with_all_statements_and_parameters_in_it() {
    let run = run::run().await;
    let log = std::slice::from_ref(&run.postgres_log);
    let allowed = [Kind::Returned, Kind::TypedAsName];
    assert_none_in(run, log, Digests::Expected, &allowed);
}

#[tokio::test]
async fn command_lines_and_environments_hold_no_secret() {
    let run = run::run().await;
    assert_none_in(run, &run.processes, Digests::Forbidden, &[]);
}

#[tokio::test]
async fn what_programs_say_of_mistakes_holds_no_secret() {
    let run = run::run().await;
    assert_none_in(run, &run.said, Digests::Forbidden, &[]);
}
