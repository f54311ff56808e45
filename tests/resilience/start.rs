//! Servers that are started for the first time, at the same moment.

use crate::installation::Installation;
use crate::invariants::{assert_whole, users_and_keys};

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_on_an_empty_database_all_serve() {
    let installation = Installation::new().await;
    let start = || installation.node();
    let (first, second, third) = tokio::join!(start(), start(), start());
    for node in [&first, &second, &third] {
        node.comes_to("/health/ready", 200).await;
    }
    let database = installation.postgres.connect().await;
    // One administrator and the two of the seed; one key for each algorithm.
    assert_eq!(users_and_keys(&database).await, (3, 4));

    let application = installation.application(&second).await;
    let token = application.refresh_token(&first.url).await;
    assert!(application.is_active(&third.url, &token).await);
    assert_whole(&database).await;
}
