//! `[throttle]`: how guessing is slowed.

use std::time::Duration;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

/// How many attempts can be let through.
const ATTEMPTS: Kind = Kind::Integer {
    least: 1,
    most: 1_000_000,
};

const LOGIN_ADDRESS: Setting = Setting {
    path: "throttle.login_address",
    kind: ATTEMPTS,
    default: DefaultValue::Is("100"),
    about: "How many failed logins one address may have within the window.",
};
const LOGIN_ACCOUNT_AT_ADDRESS: Setting = Setting {
    path: "throttle.login_account_at_address",
    kind: ATTEMPTS,
    default: DefaultValue::Is("5"),
    about: "How many of them to one account.",
};
const LOGIN_ACCOUNT: Setting = Setting {
    path: "throttle.login_account",
    kind: ATTEMPTS,
    default: DefaultValue::Is("100"),
    about: "How many failed logins one account may have within the window, from all addresses.",
};
const LOGIN_DEVICE: Setting = Setting {
    path: "throttle.login_device",
    kind: ATTEMPTS,
    default: DefaultValue::Is("10"),
    about: "How many failed logins to one account a browser may have within the window in which \
            that account was logged in before. They are counted apart, so that nobody else can make \
            it wait.",
};
const DEVICE_LIFETIME: Setting = Setting {
    path: "throttle.device_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 365 * 86_400,
    },
    default: DefaultValue::Is("180d"),
    about: "How long after a login a browser is known for that account.",
};
const CLIENT_SECRET: Setting = Setting {
    path: "throttle.client_secret",
    kind: ATTEMPTS,
    default: DefaultValue::Is("20"),
    about: "How many wrong secrets one address may present for one client within the window.",
};
const CLIENT_SECRET_ADDRESS: Setting = Setting {
    path: "throttle.client_secret_address",
    kind: ATTEMPTS,
    default: DefaultValue::Is("200"),
    about: "How many it may present for all clients together, unknown ones among them.",
};
const WINDOW: Setting = Setting {
    path: "throttle.window",
    kind: Kind::Duration {
        least: 1,
        most: 86_400,
    },
    default: DefaultValue::Is("15m"),
    about: "The window in which attempts are counted, from the first of them on.",
};

pub(super) const SETTINGS: &[Setting] = &[
    LOGIN_ADDRESS,
    LOGIN_ACCOUNT_AT_ADDRESS,
    LOGIN_ACCOUNT,
    LOGIN_DEVICE,
    DEVICE_LIFETIME,
    CLIENT_SECRET,
    CLIENT_SECRET_ADDRESS,
    WINDOW,
];

/// How many attempts are let through in a window.
#[derive(Debug)]
pub(crate) struct ThrottleSettings {
    pub(crate) login_address: u32,
    pub(crate) login_account_at_address: u32,
    pub(crate) login_account: u32,
    pub(crate) login_device: u32,
    pub(crate) device_lifetime: Duration,
    pub(crate) client_secret: u32,
    pub(crate) client_secret_address: u32,
    pub(crate) window: Duration,
}

impl ThrottleSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            login_address: reader.integer(&LOGIN_ADDRESS),
            login_account_at_address: reader.integer(&LOGIN_ACCOUNT_AT_ADDRESS),
            login_account: reader.integer(&LOGIN_ACCOUNT),
            login_device: reader.integer(&LOGIN_DEVICE),
            device_lifetime: reader.duration(&DEVICE_LIFETIME),
            client_secret: reader.integer(&CLIENT_SECRET),
            client_secret_address: reader.integer(&CLIENT_SECRET_ADDRESS),
            window: reader.duration(&WINDOW),
        }
    }
}
