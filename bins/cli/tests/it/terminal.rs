//! The program at a real terminal: a pseudo-terminal whose other end is the test.

use std::process::{Command, Stdio};

use pretty_assertions::assert_eq;
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};

use crate::installation::Installation;
use crate::program::{authly, end_of};
use crate::stand_in::{answering, healthy};

/// How long the program may take to say something, in milliseconds. It is the limit of a wait that
/// ends as soon as it says it.
const PATIENCE: u64 = 60_000;

/// A program with a person at it.
pub(crate) struct Terminal(PtySession);

impl Terminal {
    /// Starts it.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::inherit());
        Self(spawn_command(command, Some(PATIENCE)).unwrap())
    }

    /// Waits until it says this, and answers what it said before.
    pub(crate) fn read(&mut self, text: &str) -> String {
        self.0.exp_string(text).unwrap()
    }

    /// Types a line.
    pub(crate) fn write(&mut self, line: &str) {
        self.0.send_line(line).unwrap();
    }

    /// Ends what can be typed, as Ctrl-D does.
    pub(crate) fn close(&mut self) {
        self.0.send_control('d').unwrap();
    }

    /// Waits for its end, and answers its exit status with what it said last.
    pub(crate) fn end(mut self) -> (i32, String) {
        let said = self.0.exp_eof().unwrap();
        match self.0.process().wait().unwrap() {
            WaitStatus::Exited(_, status) => (status, said),
            other => panic!("it ended by {other:?}"),
        }
    }
}

#[test]
fn a_terminal_shows_colours_unless_nobody_wants_them() {
    let server = healthy();
    let status = || authly(&["status", "--server", &server]);
    let mut plain = status();
    plain.env("NO_COLOR", "1");

    let (_, coloured) = Terminal::start(status()).end();
    let (_, plain) = Terminal::start(plain).end();

    assert!(coloured.contains("\u{1b}[32mup"), "{coloured:?}");
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    assert!(plain.contains("up"), "{plain:?}");
}

#[test]
fn failures_are_coloured_on_a_terminal_and_tell_the_same() {
    let (status, said) =
        Terminal::start(authly(&["whoami", "--server", "http://127.0.0.1:9"])).end();

    assert_eq!(status, 3);
    assert!(
        said.contains("\u{1b}[1m\u{1b}[31mauthly:\u{1b}[0m you are not logged in"),
        "{said:?}"
    );
}

#[test]
fn documents_do_not_steer_a_terminal_and_say_the_same_to_programs() {
    let version = "1\u{7f}\u{9b}2J\u{202e}!";
    let body = format!(
        r#"{{"status":"up","version":"{version}","parts":{{"database":"up","migrations":"up",
            "keys":"up"}},"panics":0}}"#
    );
    let server = answering("200 OK", &body);
    let escaped = [
        ("json", r"1\u007f\u009b2J\u202e!"),
        ("yaml", r"1\x7F\x9B2J\u202e!"),
    ];
    for (form, escaped) in escaped {
        let status = || authly(&["status", "--server", &server, "--output", form]);

        let (_, shown) = Terminal::start(status()).end();
        let piped = end_of(&mut status()).results;

        assert!(shown.contains(escaped), "{shown:?}");
        let steers = |letter: char| letter.is_control() && !matches!(letter, '\r' | '\n');
        assert!(!shown.contains(steers), "{shown:?}");
        if form == "json" {
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(read(&shown), read(&piped));
            assert_eq!(read(&piped)["version"], version);
        }
    }
}

#[test]
fn nobody_has_to_listen_to_a_result() {
    let server = healthy();
    let mut command = authly(&["status", "--server", &server]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);

    let ended = end_of(command.stdout(writer));

    assert_eq!((ended.status, ended.messages.as_str()), (0, ""));
}

#[tokio::test]
async fn a_person_is_asked_before_something_is_destroyed() {
    let installation = Installation::with_administrator().await;
    installation.app.client().id("notes").create().await;
    let is_there = || installation.run(&["client", "show", "notes"]).status == 0;
    for (answer, ends, stays) in [("n", 1, true), ("", 1, true), ("yes", 0, false)] {
        let command = installation.authly(&["client", "delete", "notes"]);
        let mut terminal = Terminal::start(command);

        terminal.read("[y/N]");
        terminal.write(answer);

        let (status, said) = terminal.end();
        assert_eq!(status, ends, "{said}");
        assert_eq!(said.contains("nothing was changed"), stays, "{said}");
        assert_eq!(is_there(), stays);
    }
}

#[test]
fn what_is_asked_about_does_not_steer_the_terminal() {
    let mut terminal = Terminal::start(authly(&["scope", "delete", "no\u{1b}[2Jtes"]));

    let asked = terminal.read("[y/N]");
    terminal.write("n");

    assert!(asked.contains("[2Jtes?"), "{asked:?}");
    assert!(!asked.contains('\u{1b}'), "{asked:?}");
    assert_eq!(terminal.end().0, 1);
}

#[tokio::test]
async fn where_nobody_can_be_asked_nothing_is_destroyed_without_being_told_to() {
    let installation = Installation::with_administrator().await;
    installation.app.client().id("notes").create().await;
    let is_there = || installation.run(&["client", "show", "notes"]).status == 0;

    let unasked = installation.run(&["client", "delete", "notes"]);
    assert_eq!((unasked.status, unasked.results.as_str()), (2, ""));
    assert!(unasked.messages.contains("--yes"), "{}", unasked.messages);
    assert!(is_there());
    let dry = installation.run(&["client", "delete", "notes", "--dry-run"]);
    assert_eq!(dry.status, 0, "{}", dry.messages);
    assert!(is_there());
    assert_eq!(
        installation
            .run(&["client", "delete", "notes", "--yes"])
            .status,
        0
    );
    assert!(!is_there());
}

#[tokio::test]
async fn the_command_lines_own_client_is_neither_disabled_nor_deleted() {
    let installation = Installation::with_administrator().await;
    for verb in ["disable", "delete"] {
        let ended = installation.run(&["client", verb, "authly-cli", "--yes"]);
        assert_eq!(ended.status, 1);
        assert!(ended.messages.contains("protected"), "{}", ended.messages);
    }
    assert_eq!(installation.run(&["whoami"]).status, 0);
}
