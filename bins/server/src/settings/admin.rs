//! `[admin]`: the admin API.

use authly_http::AdminSettings;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const ENABLED: Setting = Setting {
    path: "admin.enabled",
    kind: Kind::Switch,
    default: DefaultValue::Is("true"),
    about: "Whether the admin API answers. Where it does not, every call gets 503.",
};
const ALLOWED_NETWORKS: Setting = Setting {
    path: "admin.allowed_networks",
    kind: Kind::List("an address or a network, such as \"192.0.2.1\" or \"2001:db8::/32\""),
    default: DefaultValue::Is("127.0.0.0/8,::1"),
    about: "From where the admin API may be called. Behind a proxy the caller's address counts, \
            which needs the proxy in `listen.trusted_proxies`.",
};

pub(super) const SETTINGS: &[Setting] = &[ENABLED, ALLOWED_NETWORKS];

/// Whether the admin API is there, and for whom.
pub(super) fn read(reader: &mut Reader) -> AdminSettings {
    AdminSettings {
        enabled: reader.switch(&ENABLED),
        allowed_networks: reader.list(&ALLOWED_NETWORKS),
    }
}
