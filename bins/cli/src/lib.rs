//! The Authly command line, `authly`: it asks a running server through `authly-admin-client` and
//! knows nothing of the server's insides.
//!
//! Data goes to standard output, in the form that `--output` names; everything said to the person
//! goes to standard error. The exit status tells a script how it ended: see [`Exit`].
//!
//! To add a noun: an enum of its verbs in a module below `commands`, with a variant in `commands.rs`
//! and a branch in `converse`; it begins calls at `caller.client` and prints through
//! `caller.output`. What one thing looks like is a `Sheet`, what a list of them looks like is `Row`;
//! both serialize to the documents for programs. Verbs that change something take `args::Change`,
//! those that destroy something `args::Destruction`, lists `args::Paging`. `commands/profile.rs` is
//! the smallest noun. Tests in `tests/it` run the program in each form and each way to fail.

mod args;
mod caller;
mod commands;
mod configuration;
mod exit;
mod failure;
mod keycloak;
mod output;
mod profiles;
mod prompt;

pub use commands::run;
pub use exit::Exit;
