//! `authly man FOLDER`.

use std::fs;

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::program::{authly, end_of};

#[test]
fn every_command_gets_a_page() {
    let folder = TempDir::new().unwrap();
    let pages = folder.path().join("share/man1");

    let ended = end_of(&mut authly(&["man", pages.to_str().unwrap()]));

    assert_eq!((ended.status, ended.messages.as_str()), (0, ""));
    for command in ["authly", "authly-login", "authly-profile-list"] {
        let page = fs::read_to_string(pages.join(format!("{command}.1"))).unwrap();
        assert!(page.contains(".TH"), "{command}: {page}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let ended = end_of(&mut authly(&["man", "/dev/null/man1"]));

    assert_eq!(ended.status, 1);
    assert!(
        ended.messages.contains("/dev/null/man1"),
        "{}",
        ended.messages
    );
}
