//! `[throttle]`: how guessing is slowed.

use std::time::Duration;

use authly_domain::settings::live::{
    THROTTLE_CLIENT_SECRET as CLIENT_SECRET,
    THROTTLE_CLIENT_SECRET_ADDRESS as CLIENT_SECRET_ADDRESS,
    THROTTLE_DEVICE_LIFETIME as DEVICE_LIFETIME, THROTTLE_LOGIN_ACCOUNT as LOGIN_ACCOUNT,
    THROTTLE_LOGIN_ACCOUNT_AT_ADDRESS as LOGIN_ACCOUNT_AT_ADDRESS,
    THROTTLE_LOGIN_ADDRESS as LOGIN_ADDRESS, THROTTLE_LOGIN_DEVICE as LOGIN_DEVICE,
    THROTTLE_WINDOW as WINDOW,
};

use super::reader::Reader;
use super::setting::Setting;

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
