//! `authly login --client-id`: programs that run without people.

use std::fs;

use authly_testing::fixtures::TestClient;
use pretty_assertions::assert_eq;

use crate::installation::Installation;
use crate::program::{Ended, end_of_fed};

const SCOPE: &str = "admin:users:read admin:clients:read";

/// A service client that an administrator has entitled to administer.
async fn service_client(installation: &Installation) -> TestClient {
    let client = installation.app.client().id("reports").scope(SCOPE);
    let client = client.create().await;
    let scopes = SCOPE.split(' ').collect::<Vec<_>>();
    installation.app.entitle(&client, &scopes).await;
    client
}

/// Logs in with the secret on standard input.
fn log_in_by_stdin(installation: &Installation, secret: &str) -> Ended {
    let mut command = installation.authly(&["login", "--client-id", "reports"]);
    command.args(["--client-secret-stdin", "--scope", SCOPE]);
    end_of_fed(&mut command, &format!("{secret}\n"))
}

#[tokio::test]
async fn a_service_client_logs_in_with_the_secret_in_a_file_and_renews_by_it() {
    let installation = Installation::start().await;
    let client = service_client(&installation).await;
    let file = installation.home().join("secret");
    fs::write(&file, format!("{}\n", client.secret.unwrap())).unwrap();
    let path = file.to_str().unwrap();

    let ended = installation.run(&[
        "login",
        "--client-id",
        "reports",
        "--client-secret-file",
        path,
        "--scope",
        SCOPE,
    ]);

    let server = installation.app.issuer();
    assert_eq!(
        (ended.status, ended.messages),
        (0, format!("authly: logged in to {server} as reports\n"))
    );
    let before = installation.profile("default");
    assert_eq!(before["client_secret_file"], path);
    installation.age("default");
    let who = installation.run(&["whoami", "--output", "json"]);
    let who: serde_json::Value = serde_json::from_str(&who.results).unwrap();
    assert_eq!(who["client"]["client_id"], "reports");
    assert_eq!(who["is_admin"], true);
    assert_eq!(who["user"], serde_json::Value::Null);
    let after = installation.profile("default");
    assert_ne!(after["access_token"], before["access_token"]);
    assert_eq!(after["client_secret_file"], path);
}

#[tokio::test]
async fn a_secret_from_standard_input_is_not_kept_and_the_login_ends_with_its_token() {
    let installation = Installation::start().await;
    let secret = service_client(&installation).await.secret.unwrap();

    let ended = log_in_by_stdin(&installation, &secret);

    assert_eq!(ended.status, 0, "{}", ended.messages);
    let profile = installation.profile("default");
    assert!(!profile.to_string().contains(&secret));
    assert_eq!(installation.run(&["whoami"]).status, 0);
    installation.age("default");
    let ended = installation.run(&["whoami"]);
    assert_eq!(ended.status, 3);
    assert!(ended.messages.contains("has ended"), "{}", ended.messages);
}

#[tokio::test]
async fn a_wrong_secret_logs_nobody_in() {
    let installation = Installation::start().await;
    service_client(&installation).await;

    let ended = log_in_by_stdin(&installation, "wrong");

    assert_eq!(
        (ended.status, ended.messages.as_str()),
        (3, "authly: the client reports or its secret is wrong\n")
    );
    assert!(!installation.profile_path("default").exists());
}

#[tokio::test]
async fn what_the_client_may_not_ask_for_is_refused() {
    let installation = Installation::start().await;
    let client = service_client(&installation).await;
    let file = installation.home().join("secret");
    fs::write(&file, client.secret.unwrap()).unwrap();

    let ended = installation.run(&[
        "login",
        "--client-id",
        "reports",
        "--client-secret-file",
        file.to_str().unwrap(),
        "--scope",
        "admin:keys:write",
    ]);

    assert_eq!(ended.status, 1);
    assert!(
        ended.messages.contains("invalid_scope"),
        "{}",
        ended.messages
    );
    assert!(!installation.profile_path("default").exists());
}

#[tokio::test]
async fn a_secret_is_never_an_argument_and_a_client_needs_one() {
    let installation = Installation::start().await;
    for arguments in [
        &["login", "--client-id", "reports"][..],
        &["login", "--client-id", "reports", "--scope", SCOPE],
        &["login", "--client-id", "reports", "--client-secret-stdin"],
        &["login", "--client-secret-stdin", "--scope", SCOPE],
        &["login", "--client-secret", "s3cret"],
        &["login", "--client-id", "reports", "--no-browser"],
    ] {
        let ended = installation.run(arguments);
        assert_eq!(
            (ended.status, ended.results.as_str()),
            (2, ""),
            "{arguments:?}"
        );
    }
    let help = installation.run(&["login", "--help"]).results;
    assert!(!help.contains("--client-secret <"), "{help}");
    assert!(!help.contains("--password <"), "{help}");
}
