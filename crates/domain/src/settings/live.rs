//! The settings that an administrator may change while the server runs.

use super::setting::{DefaultValue, Kind, Setting};
use crate::keys::LONGEST_SIGNED_TOKEN;

const YEAR: u64 = 365 * 86_400;

/// How many attempts can be let through.
const ATTEMPTS: Kind = Kind::Integer {
    least: 1,
    most: 1_000_000,
};

/// All of them, section by section.
pub const ALL: &[Setting] = &[
    ADMIN_ENABLED,
    ADMIN_ALLOWED_NETWORKS,
    ADMIN_PASSWORD_LOGIN,
    ACCESS_TOKEN_LIFETIME,
    ACCESS_TOKEN_SIGNING_ALG,
    ID_TOKEN_LIFETIME,
    CODE_LIFETIME,
    REFRESH_TOKEN_IDLE_LIFETIME,
    REFRESH_TOKEN_ABSOLUTE_LIFETIME,
    REFRESH_ROTATION_WINDOW,
    AUTHORIZATION_REQUEST_LIFETIME,
    AUTHORIZATION_REQUESTS_PER_ADDRESS,
    AUTHORIZATION_REQUESTS_IN_ALL,
    SESSION_IDLE_LIFETIME,
    SESSION_ABSOLUTE_LIFETIME,
    REGISTRATION_MODE,
    REGISTRATION_OPEN_SCOPE,
    REGISTRATION_OPEN_PER_ADDRESS,
    REGISTRATION_OPEN_CLIENTS,
    REGISTRATION_UNUSED_LIFETIME,
    PASSWORD_MINIMUM_LENGTH,
    THROTTLE_LOGIN_ADDRESS,
    THROTTLE_LOGIN_ACCOUNT_AT_ADDRESS,
    THROTTLE_LOGIN_ACCOUNT,
    THROTTLE_LOGIN_DEVICE,
    THROTTLE_DEVICE_LIFETIME,
    THROTTLE_CLIENT_SECRET,
    THROTTLE_CLIENT_SECRET_ADDRESS,
    THROTTLE_WINDOW,
];

/// `admin.enabled`
pub const ADMIN_ENABLED: Setting = Setting {
    path: "admin.enabled",
    kind: Kind::Switch,
    default: DefaultValue::Is("true"),
    about: "Whether the admin API answers. Where it does not, every call gets 503.",
};

/// `admin.allowed_networks`
pub const ADMIN_ALLOWED_NETWORKS: Setting = Setting {
    path: "admin.allowed_networks",
    kind: Kind::List("an address or a network, such as \"192.0.2.1\" or \"2001:db8::/32\""),
    default: DefaultValue::Is("127.0.0.0/8,::1"),
    about: "From where the admin API may be called. Behind a proxy the caller's address counts, \
            which needs the proxy in `listen.trusted_proxies`.",
};

/// `admin.password_login`
pub const ADMIN_PASSWORD_LOGIN: Setting = Setting {
    path: "admin.password_login",
    kind: Kind::Switch,
    default: DefaultValue::Words("`true` where the issuer is a loopback host, else `false`"),
    about: "Whether `authly login --username` is there: the command line then takes a password \
            itself, where the browser would have. Logins that were made so go on when it is \
            switched off.",
};

/// `tokens.access_token_lifetime`
pub const ACCESS_TOKEN_LIFETIME: Setting = Setting {
    path: "tokens.access_token_lifetime",
    kind: Kind::Duration {
        least: 10,
        most: LONGEST_SIGNED_TOKEN.as_secs(),
    },
    default: DefaultValue::Is("15m"),
    about: "How long an access token can be used.",
};

/// `tokens.access_token_signing_alg`
pub const ACCESS_TOKEN_SIGNING_ALG: Setting = Setting {
    path: "tokens.access_token_signing_alg",
    kind: Kind::Choice(&["ES256", "RS256", "PS256", "EdDSA"]),
    default: DefaultValue::Is("ES256"),
    about: "What access tokens are signed with. ID tokens are signed as the client registered it: \
            with RS256, which every client can check, unless it says otherwise.",
};

/// `tokens.id_token_lifetime`
pub const ID_TOKEN_LIFETIME: Setting = Setting {
    path: "tokens.id_token_lifetime",
    kind: Kind::Duration {
        least: 10,
        most: LONGEST_SIGNED_TOKEN.as_secs(),
    },
    default: DefaultValue::Is("15m"),
    about: "How long an ID token is valid for the client that gets it.",
};

/// `tokens.code_lifetime`
pub const CODE_LIFETIME: Setting = Setting {
    path: "tokens.code_lifetime",
    kind: Kind::Duration {
        least: 5,
        most: 600,
    },
    default: DefaultValue::Is("60s"),
    about: "How long a client may take to redeem an authorization code.",
};

/// `tokens.refresh_token_idle_lifetime`
pub const REFRESH_TOKEN_IDLE_LIFETIME: Setting = Setting {
    path: "tokens.refresh_token_idle_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: YEAR,
    },
    default: DefaultValue::Is("30d"),
    about: "How long a refresh token lives without being used; each use begins anew.",
};

/// `tokens.refresh_token_absolute_lifetime`
pub const REFRESH_TOKEN_ABSOLUTE_LIFETIME: Setting = Setting {
    path: "tokens.refresh_token_absolute_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 10 * YEAR,
    },
    default: DefaultValue::Is("90d"),
    about: "How long after the login tokens can be refreshed at all.",
};

/// `tokens.refresh_rotation_window`
pub const REFRESH_ROTATION_WINDOW: Setting = Setting {
    path: "tokens.refresh_rotation_window",
    kind: Kind::Duration { least: 0, most: 60 },
    default: DefaultValue::Is("10s"),
    about: "How long a spent refresh token gives its successor again, for callers who lost the \
            answer. After that it counts as stolen and ends its grant.",
};

/// `authorization.request_lifetime`
pub const AUTHORIZATION_REQUEST_LIFETIME: Setting = Setting {
    path: "authorization.request_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 86_400,
    },
    default: DefaultValue::Is("30m"),
    about: "How long a user may take to log in and consent.",
};

/// `authorization.requests_per_address`
pub const AUTHORIZATION_REQUESTS_PER_ADDRESS: Setting = Setting {
    path: "authorization.requests_per_address",
    kind: Kind::Integer {
        least: 1,
        most: 1_000_000,
    },
    default: DefaultValue::Is("200"),
    about: "The most requests that wait for one address. Raise it where many users share one.",
};

/// `authorization.requests_in_all`
pub const AUTHORIZATION_REQUESTS_IN_ALL: Setting = Setting {
    path: "authorization.requests_in_all",
    kind: Kind::Integer {
        least: 1,
        most: 100_000_000,
    },
    default: DefaultValue::Is("20000"),
    about: "The most requests that wait in all, so that nobody can fill the database.",
};

/// `sessions.idle_lifetime`
pub const SESSION_IDLE_LIFETIME: Setting = Setting {
    path: "sessions.idle_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 365 * 86_400,
    },
    default: DefaultValue::Is("12h"),
    about: "How long a browser stays logged in without being used.",
};

/// `sessions.absolute_lifetime`
pub const SESSION_ABSOLUTE_LIFETIME: Setting = Setting {
    path: "sessions.absolute_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 365 * 86_400,
    },
    default: DefaultValue::Is("7d"),
    about: "How long a browser stays logged in at all.",
};

/// `registration.mode`
pub const REGISTRATION_MODE: Setting = Setting {
    path: "registration.mode",
    kind: Kind::Choice(&["closed", "token", "open"]),
    default: DefaultValue::Is("closed"),
    about: "Who may register a client without an administrator: nobody (`closed`), whoever shows an \
            initial access token (`token`), or everybody (`open`).",
};

/// `registration.open_scope`
pub const REGISTRATION_OPEN_SCOPE: Setting = Setting {
    path: "registration.open_scope",
    kind: Kind::List("the name of a scope, such as \"openid\""),
    default: DefaultValue::Is("openid,profile,email"),
    about: "The most that clients may ask for which register without a token.",
};

/// `registration.open_per_address`
pub const REGISTRATION_OPEN_PER_ADDRESS: Setting = Setting {
    path: "registration.open_per_address",
    kind: ATTEMPTS,
    default: DefaultValue::Is("10"),
    about: "How often one address may try to register a client without a token, or to change one that \
            needed none, within `throttle.window`.",
};

/// `registration.open_clients`
pub const REGISTRATION_OPEN_CLIENTS: Setting = Setting {
    path: "registration.open_clients",
    kind: Kind::Integer {
        least: 1,
        most: 1_000_000,
    },
    default: DefaultValue::Is("1000"),
    about: "The most clients that are registered without a token, so that nobody can fill the \
            database.",
};

/// `registration.unused_lifetime`
pub const REGISTRATION_UNUSED_LIFETIME: Setting = Setting {
    path: "registration.unused_lifetime",
    kind: Kind::Duration {
        least: 86_400,
        most: 10 * YEAR,
    },
    default: DefaultValue::Is("90d"),
    about: "How long a client that has registered itself stays after the last of its grants and \
            tokens is over, or after it registered.",
};

/// `passwords.minimum_length`
pub const PASSWORD_MINIMUM_LENGTH: Setting = Setting {
    path: "passwords.minimum_length",
    kind: Kind::Integer { least: 8, most: 64 },
    default: DefaultValue::Is("12"),
    about: "The fewest characters of a new password.",
};

/// `throttle.login_address`
pub const THROTTLE_LOGIN_ADDRESS: Setting = Setting {
    path: "throttle.login_address",
    kind: ATTEMPTS,
    default: DefaultValue::Is("100"),
    about: "How many failed logins one address may have within the window.",
};

/// `throttle.login_account_at_address`
pub const THROTTLE_LOGIN_ACCOUNT_AT_ADDRESS: Setting = Setting {
    path: "throttle.login_account_at_address",
    kind: ATTEMPTS,
    default: DefaultValue::Is("5"),
    about: "How many of them to one account.",
};

/// `throttle.login_account`
pub const THROTTLE_LOGIN_ACCOUNT: Setting = Setting {
    path: "throttle.login_account",
    kind: ATTEMPTS,
    default: DefaultValue::Is("100"),
    about: "How many failed logins one account may have within the window, from all addresses.",
};

/// `throttle.login_device`
pub const THROTTLE_LOGIN_DEVICE: Setting = Setting {
    path: "throttle.login_device",
    kind: ATTEMPTS,
    default: DefaultValue::Is("10"),
    about: "How many failed logins to one account a browser may have within the window in which \
            that account was logged in before. They are counted apart, so that nobody else can make \
            it wait.",
};

/// `throttle.device_lifetime`
pub const THROTTLE_DEVICE_LIFETIME: Setting = Setting {
    path: "throttle.device_lifetime",
    kind: Kind::Duration {
        least: 60,
        most: 365 * 86_400,
    },
    default: DefaultValue::Is("180d"),
    about: "How long after a login a browser is known for that account.",
};

/// `throttle.client_secret`
pub const THROTTLE_CLIENT_SECRET: Setting = Setting {
    path: "throttle.client_secret",
    kind: ATTEMPTS,
    default: DefaultValue::Is("20"),
    about: "How many wrong secrets one address may present for one client within the window.",
};

/// `throttle.client_secret_address`
pub const THROTTLE_CLIENT_SECRET_ADDRESS: Setting = Setting {
    path: "throttle.client_secret_address",
    kind: ATTEMPTS,
    default: DefaultValue::Is("200"),
    about: "How many it may present for all clients together, unknown ones among them.",
};

/// `throttle.window`
pub const THROTTLE_WINDOW: Setting = Setting {
    path: "throttle.window",
    kind: Kind::Duration {
        least: 1,
        most: 86_400,
    },
    default: DefaultValue::Is("15m"),
    about: "The window in which attempts are counted, from the first of them on.",
};
