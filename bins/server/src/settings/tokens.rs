//! `[tokens]`: how long they live and what signs them.

use std::time::Duration;

use authly_domain::keys::SigningAlgorithm;
use authly_domain::settings::idle_within;
use authly_domain::settings::live::{
    ACCESS_TOKEN_LIFETIME, ACCESS_TOKEN_SIGNING_ALG, CODE_LIFETIME, ID_TOKEN_LIFETIME,
    REFRESH_ROTATION_WINDOW, REFRESH_TOKEN_ABSOLUTE_LIFETIME, REFRESH_TOKEN_IDLE_LIFETIME,
};

use super::reader::Reader;
use super::setting::Setting;

pub(super) const SETTINGS: &[Setting] = &[
    ACCESS_TOKEN_LIFETIME,
    ACCESS_TOKEN_SIGNING_ALG,
    ID_TOKEN_LIFETIME,
    CODE_LIFETIME,
    REFRESH_TOKEN_IDLE_LIFETIME,
    REFRESH_TOKEN_ABSOLUTE_LIFETIME,
    REFRESH_ROTATION_WINDOW,
];

/// How tokens are made.
#[derive(Debug)]
pub(crate) struct TokenSettings {
    pub(crate) access_token_lifetime: Duration,
    pub(crate) access_token_signing_alg: SigningAlgorithm,
    pub(crate) id_token_lifetime: Duration,
    pub(crate) code_lifetime: Duration,
    pub(crate) refresh_token_idle_lifetime: Duration,
    pub(crate) refresh_token_absolute_lifetime: Duration,
    pub(crate) refresh_rotation_window: Duration,
}

impl TokenSettings {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let alg = reader.choice(&ACCESS_TOKEN_SIGNING_ALG);
        let alg = alg.and_then(|name| name.parse().ok());
        let settings = Self {
            access_token_lifetime: reader.duration(&ACCESS_TOKEN_LIFETIME),
            access_token_signing_alg: alg.unwrap_or(SigningAlgorithm::Es256),
            id_token_lifetime: reader.duration(&ID_TOKEN_LIFETIME),
            code_lifetime: reader.duration(&CODE_LIFETIME),
            refresh_token_idle_lifetime: reader.duration(&REFRESH_TOKEN_IDLE_LIFETIME),
            refresh_token_absolute_lifetime: reader.duration(&REFRESH_TOKEN_ABSOLUTE_LIFETIME),
            refresh_rotation_window: reader.duration(&REFRESH_ROTATION_WINDOW),
        };
        let limit = (
            &REFRESH_TOKEN_ABSOLUTE_LIFETIME,
            settings.refresh_token_absolute_lifetime,
        );
        if let Err(misfit) = idle_within(settings.refresh_token_idle_lifetime, limit) {
            reader.refuse(&REFRESH_TOKEN_IDLE_LIFETIME, misfit);
        }
        settings
    }
}
