//! Logging in and out.

mod device;
mod login;
mod password;
mod throttle;
