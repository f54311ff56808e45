//! `config check` and `config show`, and what keeps the server from starting.

use pretty_assertions::assert_eq;

use crate::program::{Folder, program, run};

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn config_check_lists_every_problem_and_fails() {
    let folder = Folder::new();
    let config = folder.file("server.toml", 0o600, "[listen]\nadress = \"127.0.0.1:1\"\n");
    let said = run(program(&["config", "check", "--config", &config])
        .env("AUTHLY_TOKENS__CODE_LIFETIME", "11m")
        .env("AUTHLY_DATABASE__URL", "postgres://db.example.com/authly")
        .env("AUTHLY_ISSUER", "http://auth.example.com"));
    assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""));
    let expected = format!(
        "authly-server: the settings have 4 problems:\n  \
         listen.adress (file {config}): there is no such setting. Did you mean `listen.address`?\n  \
         issuer (variable AUTHLY_ISSUER): `http://auth.example.com`: the issuer uses http on a \
         host that is not loopback\n  "
    );
    assert!(said.stderr.starts_with(&expected), "{}", said.stderr);
    for part in [
        "keys.master_key: has to be given",
        "11m is not a span of time",
    ] {
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
}

#[test]
fn settings_in_order_are_said_to_be_so_and_shown_without_secrets() {
    let run = |what| {
        run(program(&["config", what])
            .env("AUTHLY_ISSUER", "https://auth.example.com")
            .env("AUTHLY_KEYS__MASTER_KEY", KEY)
            .env(
                "AUTHLY_DATABASE__URL",
                "postgres://a:s3cret@db.example.com/authly",
            ))
    };
    let check = run("check");
    assert_eq!(check.stdout, "The settings are in order.\n");
    let show = run("show");
    assert_eq!((check.status, show.status), (Some(0), Some(0)));
    let line = "issuer = \"https://auth.example.com\"  # variable AUTHLY_ISSUER\n";
    assert!(show.stdout.starts_with(line), "{}", show.stdout);
    assert!(!show.stdout.contains("s3cret") && !show.stdout.contains(KEY));
    assert_eq!(show.stderr, "");
}

#[test]
fn the_server_does_not_start_with_a_secret_that_others_may_read() {
    let folder = Folder::new();
    let key = folder.file("master.key", 0o644, KEY);
    for arguments in [&[][..], &["migrate"], &["keys", "rotate"]] {
        let said = run(program(arguments)
            .env("AUTHLY_ISSUER", "https://auth.example.com")
            .env("AUTHLY_DATABASE__URL", "postgres://db.example.com/authly")
            .env("AUTHLY_KEYS__MASTER_KEY__FILE", &key));
        assert_eq!(said.status, Some(1));
        let part = "the secret's file may be read by others: its mode has to be 0600 or 0400";
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
}

#[test]
fn authorities_that_cannot_be_used_and_places_that_are_none_are_said_before_the_server_starts() {
    let folder = Folder::new();
    let empty = folder.file("empty.pem", 0o644, "");
    let check = |name, value: &str| {
        run(program(&["config", "check"])
            .env("AUTHLY_ISSUER", "https://auth.example.com")
            .env("AUTHLY_KEYS__MASTER_KEY", KEY)
            .env("AUTHLY_DATABASE__URL", "postgres://db.example.com/authly")
            .env(name, value))
    };
    for (name, value, part) in [
        (
            "AUTHLY_OUTGOING__CA_FILE",
            "no/such/file.pem",
            "outgoing.ca_file: no/such/file.pem",
        ),
        (
            "AUTHLY_OUTGOING__CA_FILE",
            &empty,
            "there is no certificate in it",
        ),
        ("AUTHLY_OUTGOING__ALLOW", "10.0.0.0/33", "outgoing.allow"),
        (
            "AUTHLY_OUTGOING__ALLOW",
            "https://a.example",
            "not a host name, an IP address",
        ),
    ] {
        let said = check(name, value);
        assert_eq!(
            (said.status, said.stdout.as_str()),
            (Some(1), ""),
            "{name}={value}"
        );
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
    let said = check("AUTHLY_OUTGOING__ALLOW", "keys.internal, 10.0.0.0/8");
    assert_eq!(
        said.stdout, "The settings are in order.\n",
        "{}",
        said.stderr
    );
}

#[test]
fn a_command_line_that_makes_no_sense_is_a_usage_error() {
    for arguments in [
        &["--no-such-flag"][..],
        &["config"],
        &["--data-dir", "somewhere"],
        &["migrate", "--seed", "seed.toml"],
    ] {
        let said = run(&mut program(arguments));
        assert_eq!(said.status, Some(2), "{arguments:?}: {}", said.stderr);
    }
}

#[test]
fn help_says_what_embedded_mode_is_for() {
    let said = run(&mut program(&["--help"]));
    assert_eq!(said.status, Some(0));
    let part = "For first runs, demonstrations and tests";
    assert!(said.stdout.contains(part), "{}", said.stdout);
}

#[test]
fn a_database_that_is_away_is_said_so_without_its_password() {
    let folder = Folder::new();
    let socket = folder.path("none").to_string_lossy().replace('/', "%2F");
    let url = format!("postgres://authly:s3cret@{socket}/authly");
    let said = run(program(&["--bind", "127.0.0.1:0"])
        .env("AUTHLY_ISSUER", "http://localhost:1")
        .env("AUTHLY_KEYS__MASTER_KEY", KEY)
        .env("AUTHLY_DATABASE__URL", url));
    assert_eq!((said.status, said.stdout.as_str()), (Some(1), ""));
    assert!(said.stderr.contains("database"), "{}", said.stderr);
    assert!(!said.stderr.contains("s3cret"), "{}", said.stderr);
}
