//! `[sessions]`: how long a browser stays logged in.

use std::time::Duration;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const IDLE_LIFETIME: Setting = Setting {
    path: "sessions.idle_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 365 * 86_400,
    },
    default: DefaultValue::Is("12h"),
    about: "How long a browser stays logged in without being used.",
};
const ABSOLUTE_LIFETIME: Setting = Setting {
    path: "sessions.absolute_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 365 * 86_400,
    },
    default: DefaultValue::Is("7d"),
    about: "How long a browser stays logged in at all.",
};

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
        if settings.idle_lifetime > settings.absolute_lifetime {
            let limit = ABSOLUTE_LIFETIME.path;
            let message = format!("is longer than {limit}, which would end it first");
            reader.refuse(&IDLE_LIFETIME, message);
        }
        settings
    }
}
