//! Declarations of settings, as all of Authly has them.

pub(crate) use authly_domain::settings::{DefaultValue, Kind, Setting, VARIABLE_PREFIX};
