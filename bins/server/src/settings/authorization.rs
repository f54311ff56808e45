//! `[authorization]`: requests that wait while the user logs in and consents.

use std::time::Duration;

use authly_domain::settings::live::{
    AUTHORIZATION_REQUEST_LIFETIME as REQUEST_LIFETIME,
    AUTHORIZATION_REQUESTS_IN_ALL as REQUESTS_IN_ALL,
    AUTHORIZATION_REQUESTS_PER_ADDRESS as REQUESTS_PER_ADDRESS,
};

use super::reader::Reader;
use super::setting::Setting;

pub(super) const SETTINGS: &[Setting] = &[REQUEST_LIFETIME, REQUESTS_PER_ADDRESS, REQUESTS_IN_ALL];

/// How authorization requests are kept.
#[derive(Debug)]
pub(crate) struct AuthorizationSettings {
    pub(crate) request_lifetime: Duration,
    pub(crate) requests_per_address: u32,
    pub(crate) requests_in_all: u32,
}

impl AuthorizationSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            request_lifetime: reader.duration(&REQUEST_LIFETIME),
            requests_per_address: reader.integer(&REQUESTS_PER_ADDRESS),
            requests_in_all: reader.integer(&REQUESTS_IN_ALL),
        }
    }
}
