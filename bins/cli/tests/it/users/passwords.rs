//! Passwords: read, typed or made, and never an argument.

use pretty_assertions::assert_eq;

use crate::desk::Desk;

/// Whether this person gets in with this password: `None` where the login is refused, else whether a
/// change of password comes first.
async fn gets_in(admin: &Desk, name: &str, password: &str) -> Option<bool> {
    let mut browser = admin.app.browser();
    let page = browser.get("/login").await;
    let page = browser.fill_in_login(&page, name, password).await;
    page.location().map(|at| at.path() == "/login/password")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_read_from_standard_input_and_shown_nowhere() {
    let admin = Desk::new().await;
    let password = "a good long passphrase";
    let input = format!("{password}\n");
    let arguments = [
        "user",
        "create",
        "alice",
        "--email",
        "alice@example.com",
        "--verified",
        "--password-stdin",
        "--name",
        "Alice",
        "--output",
        "json",
    ];
    let made = admin.run_with(&input, &arguments);
    assert_eq!(made.status, 0, "{}", made.messages);
    assert!(!made.results.contains(password) && !made.messages.contains(password));
    assert!(
        made.messages.contains("created the user alice"),
        "{}",
        made.messages
    );
    assert_eq!(gets_in(&admin, "alice", password).await, Some(false));
    admin
        .run_with(&input, &arguments)
        .expect_failure(1, "already_exists");

    let other = "quite another passphrase";
    let reset = [
        "user",
        "reset-password",
        "alice",
        "--password-stdin",
        "--require-change",
        "--yes",
    ];
    let done = admin.run_with(other, &reset);
    assert_eq!(done.status, 0, "{}", done.messages);
    assert_eq!(gets_in(&admin, "alice", password).await, None);
    assert_eq!(gets_in(&admin, "alice", other).await, Some(true));

    let before = admin.app.stored().registry().await;
    let refused = admin.run_with("short", &reset);
    refused.expect_failure(1, "password: the password is too short");
    assert_eq!(admin.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_password_is_printed_once_and_gets_its_user_in() {
    let admin = Desk::new().await;
    let dry = admin.json(&["user", "create", "alice", "--temporary", "--dry-run"]);
    assert_eq!(dry.get("temporary_password"), None, "it would open nothing");
    let made = admin.json(&["user", "create", "alice", "--temporary"]);
    let password = made["temporary_password"].as_str().unwrap();
    assert_eq!(gets_in(&admin, "alice", password).await, Some(true));
    let shown = admin.run(&["user", "show", "alice", "--output", "json"]);
    assert!(!shown.results.contains(password));

    let reset = admin.run(&["user", "reset-password", "alice", "--temporary", "--yes"]);
    assert_eq!(reset.status, 0, "{}", reset.messages);
    let line = reset
        .results
        .lines()
        .find(|line| line.starts_with("temporary password"));
    let again = line.unwrap().rsplit(' ').next().unwrap();
    assert_ne!(again, password);
    assert_eq!(gets_in(&admin, "alice", again).await, Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_nobody_can_type_is_a_usage_error() {
    let admin = Desk::new().await;
    let before = admin.app.stored().registry().await;
    let ended = admin.run(&["user", "create", "alice"]);
    ended.expect_failure(2, "--password-stdin");
    let both = admin.run(&["user", "create", "alice", "--temporary", "--password-stdin"]);
    both.expect_failure(2, "cannot be used with");
    let argument = admin.run(&["user", "create", "alice", "--password", "x"]);
    argument.expect_failure(2, "unexpected argument");
    assert_eq!(admin.app.stored().registry().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_whose_answer_was_lost_is_asked_for_again_and_is_the_same() {
    for (lost, arguments) in [
        (
            "/admin/users ",
            &["user", "create", "alice", "--temporary"][..],
        ),
        (
            "/reset-password",
            &["user", "reset-password", "alice", "--temporary", "--yes"],
        ),
    ] {
        let admin = Desk::losing(lost).await;
        if lost == "/reset-password" {
            admin.app.user("alice").create().await;
        }
        let made = admin.json(arguments);
        let password = made["temporary_password"].as_str().unwrap();
        assert_eq!(gets_in(&admin, "alice", password).await, Some(true));
        let version = if lost == "/reset-password" { 2 } else { 1 };
        assert_eq!(made["user"]["version"], version, "it was done once");
    }
}
