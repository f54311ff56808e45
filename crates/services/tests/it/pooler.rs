//! The second run of the tests goes through a pooler (`make test-pooler`): whether it really does.

use std::env;

use authly_repositories::StatementMode;
use authly_testing::TestServices;
use pretty_assertions::assert_eq;

#[tokio::test]
async fn the_database_is_reached_by_the_way_that_the_run_asks_for() {
    let services = TestServices::start().await;
    let is_asked_for = env::var_os("TEST_POOLER").is_some();
    assert_eq!(services.database().is_behind_pooler().await, is_asked_for);
    let unnamed = services.db.statements() == StatementMode::Unnamed;
    assert_eq!(unnamed, is_asked_for);
}
