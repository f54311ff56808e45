//! `[registration]`: clients that register themselves.

use authly_domain::registration::RegistrationMode;
use authly_domain::scopes::{Scope, ScopeToken};
use authly_domain::settings::live::{
    REGISTRATION_MODE as MODE, REGISTRATION_OPEN_CLIENTS as OPEN_CLIENTS,
    REGISTRATION_OPEN_PER_ADDRESS as OPEN_PER_ADDRESS, REGISTRATION_OPEN_SCOPE as OPEN_SCOPE,
    REGISTRATION_UNUSED_LIFETIME as UNUSED_LIFETIME,
};
use authly_services::policy::RegistrationRules;

use super::reader::Reader;
use super::setting::Setting;

pub(super) const SETTINGS: &[Setting] = &[
    MODE,
    OPEN_SCOPE,
    OPEN_PER_ADDRESS,
    OPEN_CLIENTS,
    UNUSED_LIFETIME,
];

/// Who may register clients.
pub(super) fn read(reader: &mut Reader) -> RegistrationRules {
    let mode = reader.choice(&MODE).and_then(|name| name.parse().ok());
    let open_scope: Scope = reader.list::<ScopeToken>(&OPEN_SCOPE).into_iter().collect();
    if open_scope.administers() {
        reader.refuse(&OPEN_SCOPE, "holds a scope of administration");
    }
    RegistrationRules {
        mode: mode.unwrap_or(RegistrationMode::Closed),
        open_scope,
        open_per_address: reader.integer(&OPEN_PER_ADDRESS),
        open_clients: reader.integer(&OPEN_CLIENTS),
        unused_lifetime: reader.duration(&UNUSED_LIFETIME),
    }
}
