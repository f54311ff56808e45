//! `[authorization]`: requests that wait while the user logs in and consents.

use std::time::Duration;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const REQUEST_LIFETIME: Setting = Setting {
    path: "authorization.request_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 86_400,
    },
    default: DefaultValue::Is("30m"),
    about: "How long a user may take to log in and consent.",
};
const REQUESTS_PER_ADDRESS: Setting = Setting {
    path: "authorization.requests_per_address",
    kind: Kind::Integer {
        least: 1,
        most: 1_000_000,
    },
    default: DefaultValue::Is("200"),
    about: "The most requests that wait for one address. Raise it where many users share one.",
};
const REQUESTS_IN_ALL: Setting = Setting {
    path: "authorization.requests_in_all",
    kind: Kind::Integer {
        least: 1,
        most: 100_000_000,
    },
    default: DefaultValue::Is("20000"),
    about: "The most requests that wait in all, so that nobody can fill the database.",
};

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
