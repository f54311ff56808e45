//! The admin API: every endpoint as a type, and the documents that travel.
//!
//! Errors are problem documents ([`Problem`], RFC 9457). Lists are [`Page`]s. A change takes
//! [`Patch`] members: absent means keep, `null` means clear.
//!
//! To add an endpoint: its documents and an `endpoint!` in the module of its feature, a line in
//! [`ALL`], and its handler on the server, which does not compile for another type.

pub mod audit;
pub mod clients;
mod describe;
pub mod grants;
mod id;
pub mod keys;
pub mod logout_calls;
mod moment;
mod named;
mod object;
pub mod openapi;
mod page;
mod patch;
mod path;
mod problem;
pub mod refusals;
pub mod registration;
pub mod resource_servers;
pub mod scopes;
pub mod sessions;
pub mod settings;
pub mod system;
pub mod tokens;
pub mod users;
pub mod whoami;

pub use describe::{Description, describe};
pub use id::Id;
pub use moment::Moment;
pub use named::{NamedClient, NamedUser};
pub use page::Page;
pub use patch::Patch;
pub use path::{ClientPath, ResourceServerPath, ScopePath, UserPath};
pub use problem::{FieldError, Problem, ProblemCode};

/// Every endpoint of the admin API.
pub const ALL: &[Description] = &[
    describe::<whoami::WhoAmI>(),
    describe::<settings::List>(),
    describe::<settings::Read>(),
    describe::<settings::Change>(),
    describe::<system::Status>(),
    describe::<system::Statistics>(),
    describe::<refusals::List>(),
    describe::<refusals::Explain>(),
    describe::<clients::List>(),
    describe::<clients::Create>(),
    describe::<clients::Get>(),
    describe::<clients::Update>(),
    describe::<clients::Delete>(),
    describe::<clients::Enable>(),
    describe::<clients::Disable>(),
    describe::<clients::Rotate>(),
    describe::<clients::SetSecret>(),
    describe::<clients::AssignScopes>(),
    describe::<clients::Entitle>(),
    describe::<registration::List>(),
    describe::<registration::Create>(),
    describe::<registration::Delete>(),
    describe::<scopes::List>(),
    describe::<scopes::Create>(),
    describe::<scopes::Get>(),
    describe::<scopes::Update>(),
    describe::<scopes::Enable>(),
    describe::<scopes::Disable>(),
    describe::<scopes::Delete>(),
    describe::<resource_servers::List>(),
    describe::<resource_servers::Create>(),
    describe::<resource_servers::Get>(),
    describe::<resource_servers::Update>(),
    describe::<resource_servers::Enable>(),
    describe::<resource_servers::Disable>(),
    describe::<resource_servers::Delete>(),
    describe::<sessions::List>(),
    describe::<sessions::Get>(),
    describe::<sessions::End>(),
    describe::<sessions::EndAll>(),
    describe::<logout_calls::List>(),
    describe::<logout_calls::Get>(),
    describe::<logout_calls::Retry>(),
    describe::<grants::List>(),
    describe::<grants::Get>(),
    describe::<grants::Revoke>(),
    describe::<grants::RevokeOfUser>(),
    describe::<grants::RevokeOfClient>(),
    describe::<tokens::List>(),
    describe::<tokens::Get>(),
    describe::<tokens::LookUp>(),
    describe::<tokens::Revoke>(),
    describe::<tokens::RevokePresented>(),
    describe::<tokens::RevokeOfClient>(),
    describe::<keys::List>(),
    describe::<keys::Rotate>(),
    describe::<keys::Revoke>(),
    describe::<users::List>(),
    describe::<users::Create>(),
    describe::<users::Import>(),
    describe::<users::Get>(),
    describe::<users::Update>(),
    describe::<users::Delete>(),
    describe::<users::Disable>(),
    describe::<users::Enable>(),
    describe::<users::Unlock>(),
    describe::<users::Verify>(),
    describe::<users::SetAdmin>(),
    describe::<users::UnsetAdmin>(),
    describe::<users::ResetUserPassword>(),
    describe::<users::RequirePasswordChange>(),
    describe::<users::ListConsents>(),
    describe::<users::RevokeConsent>(),
    describe::<audit::List>(),
    describe::<audit::Follow>(),
    describe::<audit::Verify>(),
];
