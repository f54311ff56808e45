//! `[tokens]`: how long they live and what signs them.

use std::time::Duration;

use authly_domain::keys::SigningAlgorithm;

use super::reader::Reader;
use super::setting::{DefaultValue, Kind, Setting};

const YEAR: u64 = 365 * 86_400;

const ACCESS_TOKEN_LIFETIME: Setting = Setting {
    path: "tokens.access_token_lifetime",
    kind: Kind::Duration {
        least: 10,
        most: 86_400,
    },
    default: DefaultValue::Is("15m"),
    about: "How long an access token can be used.",
};
const ACCESS_TOKEN_SIGNING_ALG: Setting = Setting {
    path: "tokens.access_token_signing_alg",
    kind: Kind::Choice(&["ES256", "RS256", "PS256", "EdDSA"]),
    default: DefaultValue::Is("ES256"),
    about: "What access tokens are signed with. ID tokens are signed as the client registered it: \
            with RS256, which every client can check, unless it says otherwise.",
};
const ID_TOKEN_LIFETIME: Setting = Setting {
    path: "tokens.id_token_lifetime",
    kind: Kind::Duration {
        least: 10,
        most: 86_400,
    },
    default: DefaultValue::Is("15m"),
    about: "How long an ID token is valid for the client that gets it.",
};
const CODE_LIFETIME: Setting = Setting {
    path: "tokens.code_lifetime",
    kind: Kind::Duration {
        least: 5,
        most: 600,
    },
    default: DefaultValue::Is("60s"),
    about: "How long a client may take to redeem an authorization code.",
};
const REFRESH_TOKEN_IDLE_LIFETIME: Setting = Setting {
    path: "tokens.refresh_token_idle_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: YEAR,
    },
    default: DefaultValue::Is("30d"),
    about: "How long a refresh token lives without being used; each use begins anew.",
};
const REFRESH_TOKEN_ABSOLUTE_LIFETIME: Setting = Setting {
    path: "tokens.refresh_token_absolute_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 10 * YEAR,
    },
    default: DefaultValue::Is("90d"),
    about: "How long after the login tokens can be refreshed at all.",
};
const REFRESH_ROTATION_WINDOW: Setting = Setting {
    path: "tokens.refresh_rotation_window",
    kind: Kind::Duration { least: 0, most: 60 },
    default: DefaultValue::Is("10s"),
    about: "How long a spent refresh token gives its successor again, for callers who lost the \
            answer. After that it counts as stolen and ends its grant.",
};

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
        if settings.refresh_token_idle_lifetime > settings.refresh_token_absolute_lifetime {
            let limit = REFRESH_TOKEN_ABSOLUTE_LIFETIME.path;
            let message = format!("is longer than {limit}, which would end it first");
            reader.refuse(&REFRESH_TOKEN_IDLE_LIFETIME, message);
        }
        settings
    }
}
