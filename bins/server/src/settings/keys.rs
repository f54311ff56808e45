//! `[keys]`: what seals secrets in the database.

use std::sync::Arc;

use authly_crypto::master_key::MasterKey;

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

pub(super) const SETTINGS: &[Setting] = &[MASTER_KEY];

/// What seals secrets.
#[derive(Debug)]
pub(crate) struct KeySettings {
    /// `None` where embedded mode keeps one in its data directory.
    pub(crate) master_key: Option<Arc<MasterKey>>,
}

impl KeySettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let master_key = reader.secret(&MASTER_KEY).and_then(|text| {
            let key = MasterKey::parse(&text);
            key.map_err(|error| reader.refuse(&MASTER_KEY, error.to_string()))
                .ok()
        });
        let master_key = master_key.map(Arc::new);
        Self { master_key }
    }
}
