//! A database that is reached through a PgBouncer in transaction mode.

use authly_repositories::migrate::{self, SchemaState};
use authly_testing::TestDatabase;
use pretty_assertions::assert_eq;

use crate::program::{Folder, Server, program, run};

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// The variables of a server on this database.
fn settings(database: &TestDatabase, statements: &str) -> Vec<(&'static str, String)> {
    [
        ("AUTHLY_ISSUER", "http://localhost:1"),
        ("AUTHLY_KEYS__MASTER_KEY", KEY),
        ("AUTHLY_BOOTSTRAP__PASSWORD", "correct horse battery staple"),
        ("AUTHLY_PASSWORDS__BCRYPT_COST", "4"),
        ("AUTHLY_LISTEN__ADDRESS", "127.0.0.1:0"),
        ("AUTHLY_DATABASE__STATEMENTS", statements),
        ("AUTHLY_DATABASE__URL", &database.url()),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

#[tokio::test]
async fn with_unnamed_statements_one_process_after_another_works() {
    let database = TestDatabase::create_empty().await.behind_pooler().await;
    let settings = settings(&database, "unnamed");
    for _ in 0..2 {
        let said = run(program(&["migrate"]).envs(settings.clone()));
        assert_eq!(said.status, Some(0), "{}", said.stderr);
    }
    let folder = Folder::new();
    let nodes = ["one.log", "two.log"].map(|log| {
        let mut command = program::<&str>(&[]);
        command.envs(settings.clone());
        Server::spawn(command, &folder.path(log))
    });
    for node in &nodes {
        assert_eq!(node.get("/health/ready").await.0, 200);
    }
    let said = run(program(&["keys", "rotate"]).envs(settings));
    assert_eq!(said.status, Some(0), "{}", said.stderr);
}

#[tokio::test]
async fn with_prepared_statements_the_server_says_what_to_set_and_changes_nothing() {
    let database = TestDatabase::create_empty().await.behind_pooler().await;
    let said = run(program::<&str>(&[]).envs(settings(&database, "prepared")));
    assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""));
    let part = "set database.statements to \"unnamed\"";
    assert!(said.stderr.contains(part), "{}", said.stderr);
    let state = migrate::schema_state(&database.pool()).await.unwrap();
    assert_eq!(state, SchemaState::Behind);
}
