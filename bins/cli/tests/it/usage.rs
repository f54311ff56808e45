//! Help, version and command lines that make no sense.

use pretty_assertions::assert_eq;

use crate::program::{authly, end_of};

#[test]
fn help_is_a_result_and_names_what_there_is() {
    let ended = end_of(&mut authly(&["--help"]));

    assert_eq!((ended.status, ended.messages.as_str()), (0, ""));
    for word in [
        "login",
        "logout",
        "whoami",
        "status",
        "profile",
        "completion",
        "--server",
        "AUTHLY_SERVER",
        "--profile",
        "AUTHLY_PROFILE",
        "--quiet",
        "--output",
        "Exit status",
    ] {
        assert!(ended.results.contains(word), "{word} is missing");
    }
    assert!(
        !ended.results.contains('\u{1b}'),
        "no colours outside terminals"
    );
}

#[test]
fn every_command_has_help() {
    for command in [
        "login",
        "logout",
        "whoami",
        "status",
        "profile",
        "completion",
    ] {
        let ended = end_of(&mut authly(&[command, "--help"]));
        assert_eq!(ended.status, 0);
        assert!(ended.results.contains(&format!("Usage: authly {command}")));
    }
}

#[test]
fn the_version_is_a_result() {
    let ended = end_of(&mut authly(&["--version"]));

    assert_eq!(ended.status, 0);
    assert_eq!(
        ended.results,
        concat!("authly ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn a_command_line_that_makes_no_sense_ends_with_2_and_says_why() {
    for (arguments, reason) in [
        (&[][..], "Usage: authly"),
        (&["stauts"], "'status'"),
        (&["completion"], "<SHELL>"),
        (&["status", "--profile", "../x"], "letters, digits"),
        (&["status", "--profile", ""], "letters, digits"),
        (&["completion", "tcsh"], "possible values"),
        (
            &["status", "--output", "xml"],
            "possible values: table, json, yaml",
        ),
        (
            &["status", "--server", "auth.example.com"],
            "https://auth.example.com",
        ),
        (
            &["status", "--server", "http://auth.example.com"],
            "use https",
        ),
    ] {
        let ended = end_of(&mut authly(arguments));

        assert_eq!(
            (ended.status, ended.results.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        assert!(ended.messages.contains(reason), "{}", ended.messages);
    }
}

#[test]
fn a_change_that_changes_nothing_makes_no_sense() {
    for (arguments, instead) in [
        (&["client", "update", "notes"][..], "--name"),
        (&["scope", "update", "notes:read"], "--description"),
        (&["settings", "set"], "NAME=VALUE"),
        (&["settings", "unset"], "NAME"),
    ] {
        let ended = end_of(&mut authly(arguments));

        assert_eq!(
            (ended.status, ended.results.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        assert!(ended.messages.contains(instead), "{}", ended.messages);
    }
}

#[test]
fn an_address_in_the_environment_is_checked_like_the_flag() {
    let ended = end_of(authly(&["status"]).env("AUTHLY_SERVER", "http://auth.example.com"));

    assert_eq!(ended.status, 2);
    assert!(ended.messages.contains("use https"), "{}", ended.messages);
}

#[test]
fn a_password_in_the_address_of_the_server_is_not_repeated() {
    let address = "https://admin:s3cret@auth.example.com";
    for mut command in [
        authly(&["status", "--server", address]),
        authly(&["status", "--server", "admin:s3cret@auth.example.com"]),
    ] {
        let ended = end_of(&mut command);
        assert_eq!(ended.status, 2);
        assert!(ended.messages.contains("--server"), "{}", ended.messages);
        assert!(!ended.messages.contains("s3cret"), "{}", ended.messages);
    }
    let ended = end_of(authly(&["status"]).env("AUTHLY_SERVER", address));
    assert!(!ended.messages.contains("s3cret"), "{}", ended.messages);
}
