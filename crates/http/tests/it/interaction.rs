//! The pages between an application and its answer: `/login`, `/login/password`, `/consent`,
//! `/logout`; and `/account`.

mod account;
pub(crate) mod busy;
mod consent;
mod cookies;
mod csrf;
mod device;
mod forms;
mod https;
mod login;
mod logout;
mod password;
mod throttle;
