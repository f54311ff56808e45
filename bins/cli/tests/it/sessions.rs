//! What a login is good for afterwards: refreshed, shared, ended.

use std::process::Stdio;

use pretty_assertions::assert_eq;

use crate::installation::Installation;

#[tokio::test]
async fn an_ended_access_token_is_refreshed_without_a_word() {
    let installation = Installation::with_administrator().await;
    let before = installation.profile("default");
    installation.age("default");

    let who = installation.run(&["whoami"]);

    assert_eq!((who.status, who.messages.as_str()), (0, ""));
    let after = installation.profile("default");
    assert_ne!(after["access_token"], before["access_token"]);
    assert_ne!(
        after["refresh_token"], before["refresh_token"],
        "it rotates"
    );
}

#[tokio::test]
async fn an_access_token_that_the_server_calls_ended_is_refreshed_as_well() {
    let installation = Installation::with_administrator().await;
    let before = installation.profile("default");
    installation.app.advance(std::time::Duration::from_hours(1));

    let who = installation.run(&["whoami"]);

    assert_eq!((who.status, who.messages.as_str()), (0, ""));
    assert_ne!(
        installation.profile("default")["refresh_token"],
        before["refresh_token"]
    );
}

#[tokio::test]
async fn programs_that_run_at_once_refresh_once() {
    let installation = Installation::with_administrator().await;
    installation.age("default");
    let issued = || async {
        let stored = installation.app.stored();
        stored.tokens_of("authly-cli").await.len()
    };
    let before = issued().await;

    let programs = (0..6).map(|_| {
        let mut command = installation.authly(&["whoami"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    });
    for program in programs.collect::<Vec<_>>() {
        let output = program.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    // One refresh token, and the access token that came with it.
    assert_eq!(issued().await, before + 2);
}

#[tokio::test]
async fn logging_out_ends_the_login_at_the_server_and_here() {
    let installation = Installation::with_administrator().await;
    let kept = installation.profile("default");

    let ended = installation.run(&["logout"]);

    assert_eq!(
        (ended.status, ended.messages.as_str()),
        (0, "authly: logged out\n")
    );
    assert!(!installation.profile_path("default").exists());
    assert_eq!(installation.run(&["whoami"]).status, 3);
    assert_eq!(installation.run(&["logout"]).status, 0);

    // Whoever has copied the file has nothing.
    installation.keep("copied", &kept);
    let thief = installation.run(&["whoami", "--profile", "copied"]);
    assert_eq!(thief.status, 3, "{}", thief.messages);
}

#[tokio::test]
async fn a_login_that_was_revoked_asks_for_a_new_one() {
    let installation = Installation::with_administrator().await;
    let copy = installation.profile("default");
    installation.run(&["logout"]);
    installation.keep("default", &copy);

    let ended = installation.run(&["whoami"]);

    assert_eq!((ended.status, ended.results.as_str()), (3, ""));
    let server = installation.app.issuer();
    let says = format!("authly: {server} does not accept the login any more (invalid_grant");
    assert!(ended.messages.starts_with(&says), "{}", ended.messages);
    assert!(ended.messages.ends_with("\nLog in with: authly login\n"));
}

#[tokio::test]
async fn logging_in_again_ends_the_login_before() {
    let installation = Installation::start().await;
    let alice = installation.administrator().await;
    installation.log_in(&alice, &[]).await;
    let first = installation.profile("default");
    installation.log_in(&alice, &[]).await;

    installation.keep("first", &first);

    assert_eq!(installation.run(&["whoami"]).status, 0);
    assert_eq!(
        installation.run(&["whoami", "--profile", "first"]).status,
        3
    );
}

#[tokio::test]
async fn profiles_are_logins_of_their_own() {
    let installation = Installation::start().await;
    let alice = installation.administrator().await;
    let bob = installation.app.user("bob").create().await;
    installation.log_in(&alice, &[]).await;
    installation.log_in(&bob, &["--profile", "bob"]).await;

    let names = |profile: &str| {
        let who = installation.run(&["whoami", "--profile", profile, "--output", "json"]);
        let who: serde_json::Value = serde_json::from_str(&who.results).unwrap();
        who["user"]["username"].as_str().unwrap().to_owned()
    };

    assert_eq!(
        (names("default").as_str(), names("bob").as_str()),
        ("alice", "bob")
    );
    installation.run(&["logout", "--profile", "bob"]);
    assert_eq!(names("default"), "alice");
}

#[tokio::test]
async fn a_server_that_is_away_ends_no_login() {
    let installation = Installation::with_administrator().await;
    installation.age("default");
    let nobody = crate::stand_in::nobody();
    let mut profile = installation.profile("default");
    profile["server"] = nobody.clone().into();
    installation.keep("default", &profile);

    for command in ["whoami", "logout"] {
        let ended = installation.run(&[command, "--server", &nobody]);
        assert_eq!(ended.status, 4, "{}", ended.messages);
        assert!(
            ended.messages.contains("cannot be reached"),
            "{}",
            ended.messages
        );
    }
    assert!(installation.profile_path("default").exists());

    let forgotten = installation.run(&["logout", "--forget", "--server", &nobody]);
    assert_eq!(forgotten.status, 0);
    assert!(!installation.profile_path("default").exists());
}
