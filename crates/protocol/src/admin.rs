//! The admin API: every endpoint as a type, and the documents that travel.
//!
//! Errors are problem documents ([`Problem`], RFC 9457). Lists are [`Page`]s. A change takes
//! [`Patch`] members: absent means keep, `null` means clear.
//!
//! To add an endpoint: its documents and an `endpoint!` in the module of its feature, a line in
//! [`ALL`], and its handler on the server, which does not compile for another type.

pub mod clients;
mod describe;
mod id;
mod moment;
mod page;
mod patch;
mod path;
mod problem;
pub mod scopes;
pub mod settings;
pub mod system;
pub mod whoami;

pub use describe::{Description, describe};
pub use id::Id;
pub use moment::Moment;
pub use page::Page;
pub use patch::Patch;
pub use path::{ClientPath, ScopePath, UserPath};
pub use problem::{FieldError, Problem, ProblemCode};

/// Every endpoint of the admin API.
pub const ALL: &[Description] = &[
    describe::<whoami::WhoAmI>(),
    describe::<settings::List>(),
    describe::<settings::Read>(),
    describe::<settings::Change>(),
    describe::<system::Status>(),
    describe::<system::Statistics>(),
    describe::<clients::List>(),
    describe::<clients::Create>(),
    describe::<clients::Get>(),
    describe::<clients::Update>(),
    describe::<clients::Delete>(),
    describe::<clients::Enable>(),
    describe::<clients::Disable>(),
    describe::<clients::Rotate>(),
    describe::<clients::AssignScopes>(),
    describe::<clients::Entitle>(),
    describe::<scopes::List>(),
    describe::<scopes::Create>(),
    describe::<scopes::Get>(),
    describe::<scopes::Update>(),
    describe::<scopes::Enable>(),
    describe::<scopes::Disable>(),
    describe::<scopes::Delete>(),
];
