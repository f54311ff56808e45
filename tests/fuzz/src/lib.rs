//! Fuzzing: for each parser that strangers reach, one function that takes any bytes and holds what
//! must be true of them.
//!
//! The functions are used twice: `make fuzz` runs them on what libFuzzer makes up (`runner`), and
//! `tests/corpus.rs` runs them, as part of `make test`, on the cases in `corpus`: seeds made by hand
//! and everything that fuzzing has found.
//!
//! To add one: a module here, a line in [`TARGETS`], a folder in `corpus` with a seed for each way
//! through the parser, a test in `tests/corpus.rs`. Words that only chance would find go to
//! `words.dict`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a case that does not hold ends in a panic, which is what fuzzing looks for"
)]

mod answer;
mod http;
mod json;
mod jwt;
mod names;
mod network;
mod pkce;
mod redirect_uri;
mod scope;
mod sealed;
mod seed;
mod settings;

/// Does with the bytes of a case what strangers would do with them; panics where something does not
/// hold.
pub type Check = Box<dyn FnMut(&[u8])>;

/// What can be fuzzed.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder in `corpus`.
    pub name: &'static str,
    /// Sets up what its cases need, such as keys or a server.
    pub start: fn() -> Check,
}

/// All targets.
pub const TARGETS: [Target; 12] = [
    Target {
        name: "answer",
        start: answer::start,
    },
    Target {
        name: "http",
        start: http::start,
    },
    Target {
        name: "json",
        start: json::start,
    },
    Target {
        name: "jwt",
        start: jwt::start,
    },
    Target {
        name: "names",
        start: names::start,
    },
    Target {
        name: "network",
        start: network::start,
    },
    Target {
        name: "pkce",
        start: pkce::start,
    },
    Target {
        name: "redirect_uri",
        start: redirect_uri::start,
    },
    Target {
        name: "scope",
        start: scope::start,
    },
    Target {
        name: "sealed",
        start: sealed::start,
    },
    Target {
        name: "seed",
        start: seed::start,
    },
    Target {
        name: "settings",
        start: settings::start,
    },
];

/// A check that reads its cases as text, and passes over those that are none.
fn of_text(check: impl Fn(&str) + 'static) -> Check {
    Box::new(move |case| {
        if let Ok(text) = std::str::from_utf8(case) {
            check(text);
        }
    })
}

/// The first line of a text, and all the rest.
fn first_line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}
