//! Browser sessions: login as a sequence of steps, and logout.

mod browser;
mod change_password;
mod login;
mod service;

pub use browser::{Browser, BrowserGuard};
pub use change_password::ChangePasswordError;
pub use login::{LoggedIn, LoginError};
pub use service::{SessionPolicy, SessionService};
