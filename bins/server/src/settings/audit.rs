//! `[audit]`: how long the audit trail is kept.

use std::time::Duration;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const KEPT_FOR: Setting = Setting {
    path: "audit.kept_for",
    kind: Kind::Duration {
        least: 86_400,
        most: 100 * 365 * 86_400,
    },
    default: DefaultValue::Is("730d"),
    about: "How long events of the audit trail are kept. Older ones are removed from the beginning of \
            the chain, which then hangs on the last of them, so that what is left can still be \
            verified.",
};

pub(super) const SETTINGS: &[Setting] = &[KEPT_FOR];

/// How long the audit trail is kept.
#[derive(Debug)]
pub(crate) struct AuditSettings {
    pub(crate) kept_for: Duration,
}

impl AuditSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            kept_for: reader.duration(&KEPT_FOR),
        }
    }
}
