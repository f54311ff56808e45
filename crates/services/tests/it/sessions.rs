//! Logging in and out.

mod login;
mod password;
mod throttle;
