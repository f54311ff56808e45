//! Browser sessions: login as a sequence of steps, and logout.

mod attempt;
mod browser;
mod change_password;
mod device;
mod login;
mod service;
mod turns;

pub use browser::{Browser, BrowserGuard};
pub use change_password::ChangePasswordError;
pub use device::DeviceCookie;
pub use login::{LoggedIn, LoginError};
pub use service::{SessionPolicy, SessionService};
