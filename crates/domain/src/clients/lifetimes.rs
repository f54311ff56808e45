//! How long the tokens of one client live, where that is not left to the server's settings.

use std::time::Duration;

use super::Flaw;

/// The bounds of a lifetime: those of the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifetimeBounds {
    /// The shortest, in seconds.
    pub least: u64,
    /// The longest, in seconds.
    pub most: u64,
}

impl LifetimeBounds {
    /// Of access tokens: as long as a key that has ceased to sign stays published.
    pub const ACCESS: Self = Self {
        least: 10,
        most: 86_400,
    };
    /// Of refresh tokens that are not used.
    pub const REFRESH_IDLE: Self = Self {
        least: 60,
        most: 365 * 86_400,
    };
    /// Of everything that came of one login.
    pub const REFRESH_ABSOLUTE: Self = Self {
        least: 60,
        most: 3_650 * 86_400,
    };

    /// Of a login, where a request does not say how old it may be: 0 asks for a new one each time.
    pub const MAX_AGE: Self = Self {
        least: 0,
        most: 3_650 * 86_400,
    };
    /// Of a secret that another one has replaced.
    pub const OLD_SECRET: Self = Self {
        least: 0,
        most: 90 * 86_400,
    };

    /// What is wrong about a lifetime, if it is not within them.
    #[must_use]
    pub fn flaw(self, member: &'static str, lifetime: Duration) -> Option<Flaw> {
        let Self { least, most } = self;
        let what = || format!("{member} is between {least} and {most} seconds");
        (!self.admit(lifetime)).then(|| Flaw::of(member, what()))
    }

    /// Whether `lifetime` is within them.
    #[must_use]
    pub const fn admit(self, lifetime: Duration) -> bool {
        self.least <= lifetime.as_secs() && lifetime.as_secs() <= self.most
    }
}

/// What is registered of a client; `None` is left to the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TokenLifetimes {
    /// Of its access tokens.
    pub access: Option<Duration>,
    /// Of its refresh tokens while they are not used.
    pub refresh_idle: Option<Duration>,
    /// Of everything that came of one login.
    pub refresh_absolute: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_within_the_bounds_of_the_settings() {
        let admits = |seconds| LifetimeBounds::ACCESS.admit(Duration::from_secs(seconds));
        let admitted = [9, 10, 86_400, 86_401, u64::MAX].map(admits);
        assert_eq!(admitted, [false, true, true, false, false]);
    }
}
