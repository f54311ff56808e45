//! `[keys]`: what seals secrets in the database, and when signing keys change.

use std::sync::Arc;
use std::time::Duration;

use authly_crypto::master_key::MasterKey;
use authly_domain::keys::LEAST_ANNOUNCEMENT;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

pub(super) const MASTER_KEY: Setting = Setting {
    path: "keys.master_key",
    kind: Kind::Secret("32 bytes as base64 text, as `openssl rand -base64 32` prints them"),
    default: DefaultValue::Required("the file `master.key` in the data directory, made once"),
    about: "The key under which private keys are sealed in the database, and from which others \
            are derived: 32 bytes as base64 text, made by `openssl rand -base64 32`. Keep a copy: \
            without it the sealed keys are lost.",
};

const ANNOUNCED_FOR: Setting = Setting {
    path: "keys.announced_for",
    kind: Kind::Duration {
        least: LEAST_ANNOUNCEMENT.as_secs(),
        most: 30 * 86_400,
    },
    default: DefaultValue::Is("24h"),
    about: "How long a new signing key is published before it signs. Longer than clients keep a copy \
            of the key set, which is 15 minutes where they follow the answer's `Cache-Control`.",
};
const ACTIVE_FOR: Setting = Setting {
    path: "keys.active_for",
    kind: Kind::Duration {
        least: 3_600,
        most: 10 * 365 * 86_400,
    },
    default: DefaultValue::Is("90d"),
    about: "How long a key signs, or clients encrypt to it, before the next takes its place. One that \
            signed stays published until the last token that it signed has expired; one that was \
            encrypted to is published no more, and opens what was for another day.",
};

pub(super) const SETTINGS: &[Setting] = &[MASTER_KEY, ANNOUNCED_FOR, ACTIVE_FOR];

/// What seals secrets, and when signing keys change.
#[derive(Debug)]
pub(crate) struct KeySettings {
    /// `None` where embedded mode keeps one in its data directory.
    pub(crate) master_key: Option<Arc<MasterKey>>,
    pub(crate) announced_for: Duration,
    pub(crate) active_for: Duration,
}

impl KeySettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let master_key = reader.secret(&MASTER_KEY).and_then(|text| {
            let key = MasterKey::parse(&text);
            key.map_err(|error| reader.refuse(&MASTER_KEY, error.to_string()))
                .ok()
        });
        let settings = Self {
            master_key: master_key.map(Arc::new),
            announced_for: reader.duration(&ANNOUNCED_FOR),
            active_for: reader.duration(&ACTIVE_FOR),
        };
        if settings.announced_for >= settings.active_for {
            let message = format!(
                "is not shorter than {}: the next key is announced while the one before it signs",
                ACTIVE_FOR.path
            );
            reader.refuse(&ANNOUNCED_FOR, message);
        }
        settings
    }
}
