//! The program as people and scripts run it.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in the functions between fails the test as well"
)]

mod access;
mod audit;
mod clients;
mod completion;
mod configuration;
mod desk;
mod explain;
mod home;
mod initial_access_tokens;
mod installation;
mod keycloak;
mod login;
mod machines;
mod man;
mod named;
mod password;
mod profiles;
mod program;
mod prompts;
mod resource_servers;
mod scopes;
mod sessions;
mod settings;
mod stand_in;
mod status;
mod system;
mod terminal;
mod usage;
mod users;
