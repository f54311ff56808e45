//! Configuration as code: what files say is to be there, what that would change, and the changes.

mod document;
mod entry;
mod execute;
mod export;
mod files;
mod plan;
mod schema;
mod show;

pub(crate) use self::document::{added, desired};
pub(crate) use self::execute::execute;
pub(crate) use self::export::{Notation, export};
pub(crate) use self::plan::{Prune, make, make_added};
pub(crate) use self::schema::schema;
pub(crate) use self::show::Outcome;
