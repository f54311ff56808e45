//! `[sessions]`: how long a browser stays logged in.

use std::time::Duration;

use authly_domain::settings::idle_within;
use authly_domain::settings::live::{
    SESSION_ABSOLUTE_LIFETIME as ABSOLUTE_LIFETIME, SESSION_IDLE_LIFETIME as IDLE_LIFETIME,
};

use super::reader::Reader;
use super::setting::Setting;

pub(super) const SETTINGS: &[Setting] = &[IDLE_LIFETIME, ABSOLUTE_LIFETIME];

/// How long sessions last.
#[derive(Debug)]
pub(crate) struct SessionSettings {
    pub(crate) idle_lifetime: Duration,
    pub(crate) absolute_lifetime: Duration,
}

impl SessionSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let settings = Self {
            idle_lifetime: reader.duration(&IDLE_LIFETIME),
            absolute_lifetime: reader.duration(&ABSOLUTE_LIFETIME),
        };
        let limit = (&ABSOLUTE_LIFETIME, settings.absolute_lifetime);
        if let Err(misfit) = idle_within(settings.idle_lifetime, limit) {
            reader.refuse(&IDLE_LIFETIME, misfit);
        }
        settings
    }
}
