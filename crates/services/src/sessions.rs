//! Browser sessions: login as a sequence of steps, and logout.

mod admin;
mod attempt;
mod browser;
mod change_password;
mod device;
mod login;
mod proof;
mod service;
mod state;
mod turns;

pub use admin::{SessionAdmin, SessionAdminError, SessionFilter, SessionView};
pub use browser::{Browser, BrowserGuard};
pub use change_password::ChangePasswordError;
pub use device::DeviceCookie;
pub(crate) use device::name_digest;
pub use login::{LoggedIn, LoginError};
pub(crate) use proof::Proof;
pub use service::{SessionPolicy, SessionService};
pub use state::{BrowserState, Presence};
