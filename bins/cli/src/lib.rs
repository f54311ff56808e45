//! The Authly command line, `authly`: it asks a running server through `authly-admin-client` and
//! knows nothing of the server's insides.
//!
//! Data goes to standard output, in the form that `--output` names; everything said to the person
//! goes to standard error. The exit status tells a script how it ended: see [`Exit`].
//!
//! To add a command: a variant in `commands.rs`, a module below `commands` that asks the client and
//! returns what [`run`] prints, and tests in `tests/it` of each form and each way to fail.

mod args;
mod commands;
mod exit;
mod output;

pub use commands::run;
pub use exit::Exit;
