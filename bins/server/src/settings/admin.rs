//! `[admin]`: the admin API.

use authly_domain::settings::live::{
    ADMIN_ALLOWED_NETWORKS as ALLOWED_NETWORKS, ADMIN_ENABLED as ENABLED,
};
use authly_services::policy::AdminPolicy;

use super::reader::Reader;
use super::setting::Setting;

pub(super) const SETTINGS: &[Setting] = &[ENABLED, ALLOWED_NETWORKS];

/// Whether the admin API is there, and for whom.
pub(super) fn read(reader: &mut Reader) -> AdminPolicy {
    AdminPolicy {
        enabled: reader.switch(&ENABLED),
        allowed_networks: reader.list(&ALLOWED_NETWORKS),
    }
}
