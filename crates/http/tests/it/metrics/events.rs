//! Each thing that is counted happens once, on a real server, and is counted once.

mod database;
mod jobs;
mod passwords;
mod process;
mod requests;
mod tokens;

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;

use super::table::{Moves, TABLE};

#[tokio::test]
async fn every_family_moves_when_its_thing_happens_and_nothing_else_does() {
    let mut touched = BTreeSet::new();
    touched.extend(tokens::issued_and_refused().await);
    touched.extend(Box::pin(tokens::clients_that_are_not_let_in()).await);
    touched.extend(tokens::guesses_at_a_secret().await);
    touched.extend(tokens::keys_that_rotate().await);
    touched.extend(jobs::runs().await);
    touched.extend(passwords::logins().await);
    touched.extend(passwords::a_full_queue().await);
    touched.extend(requests::panics_and_requests_under_way().await);
    touched.extend(database::connections().await);
    touched.extend(database::an_outage().await);
    touched.extend(process::what_the_system_says().await);

    let moving = TABLE.iter().filter(|row| row.moves == Moves::When);
    let expected: BTreeSet<_> = moving.map(|row| row.name.to_owned()).collect();
    assert_eq!(touched, expected);
}
