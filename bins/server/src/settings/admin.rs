//! `[admin]`: the admin API.

use authly_domain::issuer::Issuer;
use authly_domain::settings::live::{
    ADMIN_ALLOWED_NETWORKS as ALLOWED_NETWORKS, ADMIN_ENABLED as ENABLED,
    ADMIN_PASSWORD_LOGIN as PASSWORD_LOGIN,
};
use authly_services::policy::AdminPolicy;

use super::reader::Reader;
use super::setting::Setting;

pub(super) const SETTINGS: &[Setting] = &[ENABLED, ALLOWED_NETWORKS, PASSWORD_LOGIN];

/// Whether the admin API is there, and for whom.
pub(super) fn read(reader: &mut Reader, issuer: Option<&Issuer>) -> AdminPolicy {
    let is_local = issuer.is_some_and(Issuer::is_loopback);
    AdminPolicy {
        enabled: reader.switch(&ENABLED),
        allowed_networks: reader.list(&ALLOWED_NETWORKS),
        password_login: reader.optional_switch(&PASSWORD_LOGIN).unwrap_or(is_local),
    }
}
