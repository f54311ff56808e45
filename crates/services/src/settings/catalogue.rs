//! The settings that can be changed while the server runs, and where each of them counts.

use authly_domain::network::Network;
use authly_domain::scopes::Scope;
use authly_domain::settings::{Given, Misfit, Setting, SettingValue, duration, idle_within, live};

use crate::policy::Policies;

/// A setting, with how it is put into the policies and read off them.
pub(super) struct Live {
    pub(super) setting: Setting,
    set: fn(&mut Policies, &Given<'_>) -> Result<(), Misfit>,
    get: fn(&Policies) -> SettingValue,
}

impl Live {
    /// Puts a value into the policies.
    pub(super) fn set(&self, policies: &mut Policies, given: &Given<'_>) -> Result<(), Misfit> {
        (self.set)(policies, given)
    }

    /// What the policies have.
    pub(super) fn get(&self, policies: &Policies) -> SettingValue {
        (self.get)(policies)
    }
}

/// A span of time.
macro_rules! span {
    ($setting:ident, $($field:ident).+) => {
        Live {
            setting: live::$setting,
            set: |policies, given| {
                policies.$($field).+ = given.duration(live::$setting.kind)?;
                Ok(())
            },
            get: |policies| {
                SettingValue::Text(duration::in_words(policies.$($field).+.as_secs()))
            },
        }
    };
}

/// A whole number.
macro_rules! number {
    ($setting:ident, $($field:ident).+) => {
        Live {
            setting: live::$setting,
            set: |policies, given| {
                let number = given.integer(live::$setting.kind)?;
                policies.$($field).+ = number.try_into().map_err(too_large)?;
                Ok(())
            },
            get: |policies| {
                SettingValue::Number(i64::try_from(policies.$($field).+).unwrap_or(i64::MAX))
            },
        }
    };
}

/// All of them, in the order in which they are listed.
pub(super) const LIVE: &[Live] = &[
    Live {
        setting: live::ADMIN_ENABLED,
        set: |policies, given| {
            policies.admin.enabled = given.switch(live::ADMIN_ENABLED.kind)?;
            Ok(())
        },
        get: |policies| SettingValue::Switch(policies.admin.enabled),
    },
    Live {
        setting: live::ADMIN_ALLOWED_NETWORKS,
        set: |policies, given| {
            policies.admin.allowed_networks = networks(given)?;
            Ok(())
        },
        get: |policies| {
            let networks = policies.admin.allowed_networks.iter();
            SettingValue::List(networks.map(ToString::to_string).collect())
        },
    },
    Live {
        setting: live::ADMIN_PASSWORD_LOGIN,
        set: |policies, given| {
            policies.admin.password_login = given.switch(live::ADMIN_PASSWORD_LOGIN.kind)?;
            Ok(())
        },
        get: |policies| SettingValue::Switch(policies.admin.password_login),
    },
    span!(ACCESS_TOKEN_LIFETIME, tokens.access_token_lifetime),
    Live {
        setting: live::ACCESS_TOKEN_SIGNING_ALG,
        set: |policies, given| {
            let name = given.choice(live::ACCESS_TOKEN_SIGNING_ALG.kind)?;
            let unknown = |_| format!("`{name}` is none of the algorithms");
            policies.tokens.access_token_signing_alg = name.parse().map_err(unknown)?;
            Ok(())
        },
        get: |policies| {
            SettingValue::Text(policies.tokens.access_token_signing_alg.as_str().to_owned())
        },
    },
    span!(ID_TOKEN_LIFETIME, tokens.id_token_lifetime),
    span!(CODE_LIFETIME, authorization.code_lifetime),
    span!(
        REFRESH_TOKEN_IDLE_LIFETIME,
        tokens.refresh_token_idle_lifetime
    ),
    span!(
        REFRESH_TOKEN_ABSOLUTE_LIFETIME,
        tokens.refresh_token_absolute_lifetime
    ),
    span!(REFRESH_ROTATION_WINDOW, tokens.refresh_rotation_window),
    span!(
        AUTHORIZATION_REQUEST_LIFETIME,
        authorization.request_lifetime
    ),
    number!(
        AUTHORIZATION_REQUESTS_PER_ADDRESS,
        authorization.requests_per_address
    ),
    number!(AUTHORIZATION_REQUESTS_IN_ALL, authorization.requests_in_all),
    span!(SESSION_IDLE_LIFETIME, sessions.sessions.idle),
    span!(SESSION_ABSOLUTE_LIFETIME, sessions.sessions.absolute),
    Live {
        setting: live::REGISTRATION_MODE,
        set: |policies, given| {
            let name = given.choice(live::REGISTRATION_MODE.kind)?;
            let unknown = |_| format!("`{name}` is none of the modes");
            policies.registration.mode = name.parse().map_err(unknown)?;
            Ok(())
        },
        get: |policies| SettingValue::Text(policies.registration.mode.as_str().to_owned()),
    },
    Live {
        setting: live::REGISTRATION_OPEN_SCOPE,
        set: |policies, given| {
            let names = given.list(live::REGISTRATION_OPEN_SCOPE.kind)?;
            let scope = names
                .join(" ")
                .parse()
                .map_err(|_malformed| "holds no names of scopes");
            policies.registration.open_scope = open_scope(scope?)?;
            Ok(())
        },
        get: |policies| {
            let names = policies.registration.open_scope.iter();
            SettingValue::List(names.map(ToString::to_string).collect())
        },
    },
    number!(REGISTRATION_OPEN_PER_ADDRESS, registration.open_per_address),
    number!(REGISTRATION_OPEN_CLIENTS, registration.open_clients),
    span!(REGISTRATION_UNUSED_LIFETIME, registration.unused_lifetime),
    number!(PASSWORD_MINIMUM_LENGTH, sessions.passwords.minimum_length),
    number!(
        THROTTLE_LOGIN_ADDRESS,
        sessions.throttle.login_address.attempts
    ),
    number!(
        THROTTLE_LOGIN_ACCOUNT_AT_ADDRESS,
        sessions.throttle.login_account_at_address.attempts
    ),
    number!(
        THROTTLE_LOGIN_ACCOUNT,
        sessions.throttle.login_account.attempts
    ),
    number!(
        THROTTLE_LOGIN_DEVICE,
        sessions.throttle.login_device.attempts
    ),
    span!(THROTTLE_DEVICE_LIFETIME, sessions.throttle.device_lifetime),
    number!(
        THROTTLE_CLIENT_SECRET,
        sessions.throttle.clients.client.attempts
    ),
    number!(
        THROTTLE_CLIENT_SECRET_ADDRESS,
        sessions.throttle.clients.address.attempts
    ),
    Live {
        setting: live::THROTTLE_WINDOW,
        set: |policies, given| {
            let window = given.duration(live::THROTTLE_WINDOW.kind)?;
            let throttle = &mut policies.sessions.throttle;
            throttle.login_address.window = window;
            throttle.login_account_at_address.window = window;
            throttle.login_account.window = window;
            throttle.login_device.window = window;
            throttle.clients.client.window = window;
            throttle.clients.address.window = window;
            Ok(())
        },
        get: |policies| {
            let window = policies.sessions.throttle.login_address.window;
            SettingValue::Text(duration::in_words(window.as_secs()))
        },
    },
];

/// The setting of this name.
pub(super) fn named(name: &str) -> Option<&'static Live> {
    LIVE.iter().find(|live| live.setting.path == name)
}

/// Two settings that do not fit each other.
pub(super) struct Clash {
    /// Their names; what is wrong is said about the first.
    pub(super) between: [&'static str; 2],
    /// What is wrong, in words that follow the name of the first.
    pub(super) why: Misfit,
}

/// Settings that do not fit each other, in these policies.
pub(super) fn clashes(policies: &Policies) -> Vec<Clash> {
    let (tokens, sessions) = (&policies.tokens, &policies.sessions.sessions);
    let pairs = [
        (
            (
                &live::REFRESH_TOKEN_IDLE_LIFETIME,
                tokens.refresh_token_idle_lifetime,
            ),
            (
                &live::REFRESH_TOKEN_ABSOLUTE_LIFETIME,
                tokens.refresh_token_absolute_lifetime,
            ),
        ),
        (
            (&live::SESSION_IDLE_LIFETIME, sessions.idle),
            (&live::SESSION_ABSOLUTE_LIFETIME, sessions.absolute),
        ),
    ];
    let clashes = pairs.into_iter().filter_map(|((setting, idle), limit)| {
        let why = idle_within(idle, limit).err()?;
        let between = [setting.path, limit.0.path];
        Some(Clash { between, why })
    });
    clashes.collect()
}

/// Nobody who comes along gets administration.
fn open_scope(scope: Scope) -> Result<Scope, Misfit> {
    if scope.administers() {
        return Err("holds a scope of administration".to_owned());
    }
    Ok(scope)
}

fn networks(given: &Given<'_>) -> Result<Vec<Network>, Misfit> {
    let entries = given.list(live::ADMIN_ALLOWED_NETWORKS.kind)?.into_iter();
    let networks = entries.map(|entry| {
        let network = entry.parse::<Network>();
        network.map_err(|error| format!("`{entry}`: {error}"))
    });
    networks.collect()
}

fn too_large(error: std::num::TryFromIntError) -> Misfit {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn every_setting_that_is_declared_as_live_is_one() {
        let declared = live::ALL.iter().map(|setting| setting.path);
        let held = LIVE.iter().map(|live| live.setting.path);
        assert_eq!(held.collect::<Vec<_>>(), declared.collect::<Vec<_>>());
    }

    #[test]
    fn a_value_reads_back_as_it_is_shown() {
        let policies = Policies::new("https://auth.example.com".parse().unwrap());
        for live in LIVE {
            let mut again = policies.clone();
            let shown = live.get(&policies);
            let given = match &shown {
                SettingValue::Switch(value) => Given::Switch(*value),
                SettingValue::Number(number) => Given::Integer(*number),
                SettingValue::Text(text) => Given::Text(text),
                SettingValue::List(entries) => {
                    Given::List(entries.iter().map(|entry| Some(entry.as_str())).collect())
                }
            };
            assert_eq!(
                live.set(&mut again, &given),
                Ok(()),
                "{}",
                live.setting.path
            );
            assert_eq!(live.get(&again), shown, "{}", live.setting.path);
        }
    }
}
