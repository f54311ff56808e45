//! What destroys something asks before, at a real terminal, and takes nothing but yes for yes.

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::desk::Desk;
use crate::terminal::Terminal;

/// How the person answers.
#[derive(Debug, Clone, Copy)]
enum Reply {
    Typed(&'static str),
    /// Nothing more can be typed.
    Closed,
}

const NOT_YES: [Reply; 5] = [
    Reply::Typed("n"),
    Reply::Typed(""),
    Reply::Typed("yes, please"),
    Reply::Typed("j"),
    Reply::Closed,
];

/// Runs a command that asks this, and answers it. How it ended, and what it said after that.
fn answered(desk: &Desk, arguments: &[&str], question: &str, reply: Reply) -> (i32, String) {
    let command = desk.command(arguments);
    tokio::task::block_in_place(|| {
        let mut terminal = Terminal::start(command);
        let asked = terminal.read("[y/N]");
        assert!(asked.contains(question), "{arguments:?}: {asked}");
        match reply {
            Reply::Typed(line) => terminal.write(line),
            Reply::Closed => terminal.close(),
        }
        terminal.end()
    })
}

/// Holds a command to ask this, to leave everything as it is unless the answer is yes, and then to do
/// it. `state` is what it would change.
async fn asks(desk: &Desk, arguments: &[&str], question: &str, state: impl AsyncFn() -> Value) {
    let before = state().await;
    for reply in NOT_YES {
        let (status, said) = answered(desk, arguments, question, reply);
        assert_eq!(status, 1, "{arguments:?} {reply:?}: {said}");
        assert!(
            said.contains("nothing was changed"),
            "{arguments:?}: {said}"
        );
        assert_eq!(state().await, before, "{arguments:?} {reply:?}");
    }
    let (status, said) = answered(desk, arguments, question, Reply::Typed(" YES "));
    assert_eq!(status, 0, "{arguments:?}: {said}");
    assert!(state().await != before, "{arguments:?} changed nothing");
}

/// Everything that the server holds of clients and users, and of what hangs on them.
async fn held(desk: &Desk) -> Value {
    let stored = desk.app.stored();
    let all = (stored.registry().await, stored.protocol_state().await);
    Value::String(format!("{all:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_not_destroyed_without_a_yes() {
    let desk = Desk::new().await;
    let notes = desk.app.client().id("notes").create().await;
    let alice = desk.app.user("alice").create().await;
    desk.app.tokens(&notes, &alice, "openid").await;
    let state = async || held(&desk).await;
    for (arguments, question) in [
        (
            &["client", "revoke", "notes"][..],
            "grant and token of notes?",
        ),
        (
            &["client", "rotate-secret", "notes", "--keep-old", "0"],
            "End the secret of notes at once?",
        ),
        (&["client", "disable", "notes"], "Disable the client notes"),
        (&["client", "delete", "notes"], "Delete the client notes"),
    ] {
        asks(&desk, arguments, question, state).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_not_destroyed_without_a_yes() {
    let desk = Desk::new().await;
    let notes = desk.app.client().id("notes").create().await;
    let alice = desk.app.user("alice").administrator().create().await;
    desk.app.tokens(&notes, &alice, "openid").await;
    let state = async || held(&desk).await;
    for (arguments, question) in [
        (
            &["user", "consents", "revoke", "alice", "notes"][..],
            "what alice has agreed to for notes?",
        ),
        (
            &["user", "reset-password", "alice", "--temporary"],
            "Reset the password of alice",
        ),
        (
            &["user", "unset-admin", "alice"],
            "rights of an administrator from alice?",
        ),
        (&["user", "disable", "alice"], "Disable alice"),
        (&["user", "delete", "alice"], "Delete alice"),
    ] {
        asks(&desk, arguments, question, state).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_neither_rotated_nor_withdrawn_without_a_yes() {
    let desk = Desk::new().await;
    let keys = async || desk.json(&["key", "list"]);
    let rotate = "Let other signing keys sign from now on?";
    asks(&desk, &["key", "rotate"], rotate, keys).await;
    let listed = desk.json(&["key", "list"]);
    let mut all = listed.as_array().unwrap().iter();
    // The caller's own token is signed with another algorithm.
    let key = all.find(|key| key["algorithm"] == "PS256" && key["state"] == "active");
    let kid = key.unwrap()["kid"].as_str().unwrap();
    let question = format!("Withdraw the key {kid}?");
    asks(&desk, &["key", "revoke", kid], &question, keys).await;
}
