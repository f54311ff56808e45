//! `authly completion SHELL`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::program::{authly, end_of};

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = end_of(&mut authly(&["completion", shell]));

        assert_eq!((ended.status, ended.messages.as_str()), (0, ""), "{shell}");
        for word in ["authly", "status", "completion", "server"] {
            assert!(ended.results.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn bash_understands_its_script() {
    let script = end_of(&mut authly(&["completion", "bash"])).results;

    let mut bash = Command::new("bash");
    let mut bash = bash.arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();

    assert!(bash.wait().unwrap().success());
}

#[test]
fn the_form_of_results_does_not_change_a_script() {
    let plain = end_of(&mut authly(&["completion", "bash"]));
    let json = end_of(&mut authly(&["completion", "bash", "--output", "json"]));

    assert_eq!(plain, json);
}
