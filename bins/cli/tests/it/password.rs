//! `authly login --username`: with a password, without a browser.

use authly_testing::fixtures::TestUser;
use authly_testing::policies::Policies;
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::installation::Installation;
use crate::program::{Ended, authly, end_of, end_of_fed};
use crate::terminal::Terminal;

const STDIN: [&str; 4] = ["login", "--username", "alice", "--password-stdin"];

/// Logs in with what stands on standard input.
fn log_in(installation: &Installation, password: &str, more: &[&str]) -> Ended {
    let arguments = [&STDIN, more].concat();
    end_of_fed(&mut installation.authly(&arguments), password)
}

async fn installed() -> (Installation, TestUser) {
    let installation = Installation::start().await;
    let alice = installation.administrator().await;
    (installation, alice)
}

/// Why each session of a user ended, the oldest first.
async fn ends(app: &TestApp, name: &str) -> Vec<Option<String>> {
    let sessions = app.stored().sessions_of(name).await;
    sessions.into_iter().map(|one| one.ended_reason).collect()
}

#[tokio::test]
async fn the_password_is_typed_unseen_once_it_is_said_what_it_allows() {
    let (installation, alice) = installed().await;
    let command = installation.authly(&["login", "--username", "alice"]);
    let mut terminal = Terminal::start(command);

    let asked = terminal.read("Password of alice:");
    terminal.write(&alice.password);

    let (status, said) = terminal.end();
    assert_eq!(status, 0, "{said}");
    assert!(asked.contains("will allow: admin:clients:read"), "{asked}");
    assert!(asked.contains("admin:audit:write"), "{asked}");
    assert!(said.contains("as alice"), "{said}");
    assert!(!said.contains(&alice.password), "{said}");
    let who = installation.run(&["whoami", "--output", "json"]);
    let who: Value = serde_json::from_str(&who.results).unwrap();
    assert_eq!(who["user"]["username"], "alice");
    assert_eq!(who["client"]["client_id"], "authly-cli");
    assert_eq!(who["is_admin"], true);
    assert!(!who["scope"].as_str().unwrap().contains("offline_access"));
    assert_eq!(installation.profile("default")["login"], "password");
}

#[tokio::test]
async fn the_password_is_read_from_standard_input_and_kept_nowhere() {
    let (installation, alice) = installed().await;

    let ended = log_in(&installation, &format!("{}\n", alice.password), &[]);

    let server = installation.app.issuer();
    assert_eq!(
        (
            ended.status,
            ended.results.as_str(),
            ended.messages.as_str()
        ),
        (
            0,
            "",
            format!("authly: logged in to {server} as alice\n").as_str()
        )
    );
    let kept = std::fs::read_to_string(installation.profile_path("default")).unwrap();
    assert!(!kept.contains(&alice.password));
    assert_eq!(installation.run(&["user", "list"]).status, 0);
}

#[tokio::test]
async fn it_is_renewed_silently_and_logging_out_ends_its_session() {
    let (installation, alice) = installed().await;
    let app = &installation.app;
    log_in(&installation, &alice.password, &[]);
    installation.age("default");
    assert_eq!(installation.run(&["whoami"]).status, 0);
    assert_eq!(ends(app, "alice").await, [None]);

    let ended = installation.run(&["logout"]);

    assert_eq!(ended.status, 0, "{}", ended.messages);
    assert_eq!(ends(app, "alice").await, [Some("logged_out".to_owned())]);
    let grants = app.stored().grants_of("authly-cli").await;
    assert!(grants.iter().all(|one| one.revoked_reason.is_some()));
    assert_eq!(installation.run(&["whoami"]).status, 3);
}

#[tokio::test]
async fn another_login_ends_the_one_before() {
    let (installation, alice) = installed().await;
    let scope = ["--scope", "admin:users:read"];
    log_in(&installation, &alice.password, &[]);
    installation.app.advance(std::time::Duration::from_secs(1));

    let ended = log_in(&installation, &alice.password, &scope);

    assert_eq!(ended.status, 0, "{}", ended.messages);
    assert_eq!(
        ends(&installation.app, "alice").await,
        [Some("logged_out".to_owned()), None]
    );
    assert_eq!(installation.profile("default")["scope"], "admin:users:read");
}

#[tokio::test]
async fn a_refused_login_says_why_and_leaves_the_one_before() {
    let (installation, alice) = installed().await;
    let app = &installation.app;
    log_in(&installation, &alice.password, &[]);
    let before = (
        installation.profile("default"),
        app.stored().protocol_state().await,
    );
    let new = app.user("new").requires_password_change().create().await;
    let wrong = "authly: The user name or the password is wrong.\n";
    let scope = ["--scope", "openid admin:users:read"].as_slice();
    for (name, password, more, status, said) in [
        ("alice", "a wrong password", [].as_slice(), 3, wrong),
        ("nobody", "a wrong password", &[], 3, wrong),
        ("new", &new.password, &[], 3, "Log in with the browser"),
        (
            "alice",
            &alice.password,
            scope,
            1,
            "scopes of administration alone",
        ),
        ("alice", "\n", &[], 2, "there is no password"),
    ] {
        let mut arguments = [&STDIN, more].concat();
        arguments[2] = name;
        let ended = end_of_fed(&mut installation.authly(&arguments), password);
        assert_eq!(
            (ended.status, ended.results.as_str()),
            (status, ""),
            "{name}"
        );
        assert!(ended.messages.contains(said), "{}", ended.messages);
        assert!(!ended.messages.contains('{'), "{}", ended.messages);
    }
    let after = (
        installation.profile("default"),
        app.stored().protocol_state().await,
    );
    assert_eq!(after, before);
}

#[tokio::test]
async fn who_has_guessed_too_often_waits() {
    let few = |policies: &mut Policies| {
        policies.sessions.throttle.login_account_at_address.attempts = 1;
    };
    let installation = Installation::of(Setup::default().policies(few)).await;
    let alice = installation.administrator().await;
    log_in(&installation, "a wrong password", &[]);

    let ended = log_in(&installation, &alice.password, &[]);

    assert_eq!(ended.status, 4, "{}", ended.messages);
    assert!(ended.messages.contains("Too many failed logins"));
    assert!(!installation.profile_path("default").exists());
}

#[tokio::test]
async fn where_passwords_are_not_taken_the_browser_is_named() {
    let off = |policies: &mut Policies| policies.admin.password_login = false;
    let installation = Installation::of(Setup::default().policies(off)).await;
    let alice = installation.administrator().await;

    let ended = log_in(&installation, &alice.password, &[]);

    assert_eq!(ended.status, 1, "{}", ended.messages);
    assert!(
        ended.messages.contains("switched off here"),
        "{}",
        ended.messages
    );
    assert!(
        ended.messages.contains("authly login"),
        "{}",
        ended.messages
    );
    assert!(
        installation
            .app
            .stored()
            .sessions_of("alice")
            .await
            .is_empty()
    );
    assert!(!installation.profile_path("default").exists());
}

#[tokio::test]
async fn somebody_who_is_no_administrator_is_told_so() {
    let installation = Installation::start().await;
    let bob = installation.app.user("alice").create().await;

    let ended = log_in(&installation, &bob.password, &[]);

    assert_eq!(ended.status, 0);
    assert!(ended.messages.contains("alice is no administrator"));
}

#[test]
fn a_password_is_no_argument_and_one_login_is_of_one_kind() {
    for arguments in [
        &["--username", "alice", "--client-id", "robot"][..],
        &["--username", "alice", "--no-browser"],
        &["--password-stdin"],
        &["--username", "alice", "--password", "secret"],
        &["--username", "alice", "secret"],
        &["--username"],
    ] {
        let ended = end_of(&mut authly(&[&["login"], arguments].concat()));
        assert_eq!((ended.status, ended.results.as_str()), (2, ""));
        assert!(!ended.messages.is_empty());
    }
}
