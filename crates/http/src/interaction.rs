//! The pages that people see.

pub(crate) mod account;
pub(crate) mod consent;
pub(crate) mod home;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod password;
