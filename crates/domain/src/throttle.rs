//! How guessing is slowed: attempts are counted in windows, per kind and key.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// What kind of guess is counted. Each kind has counters of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThrottleKind {
    /// Logins from one address, whoever they are for.
    LoginAddress,
    /// Logins to one account from one address.
    LoginAccountAtAddress,
    /// Logins to one account from anywhere.
    LoginAccount,
    /// Secrets of one client from one address (OAuth 2.1 §2.4.1).
    ClientSecret,
}

impl ThrottleKind {
    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoginAddress => "login_address",
            Self::LoginAccountAtAddress => "login_account_at_address",
            Self::LoginAccount => "login_account",
            Self::ClientSecret => "client_secret",
        }
    }
}

/// How many attempts are let through in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleRule {
    /// The most attempts.
    pub attempts: u32,
    /// In how long a time, counted from the first of them.
    pub window: Duration,
}

/// What a throttle says of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThrottleVerdict {
    /// Go on.
    Proceed,
    /// Come back after this long.
    Wait(Duration),
}

impl ThrottleRule {
    /// This many attempts within 15 minutes.
    #[must_use]
    pub const fn per_quarter_hour(attempts: u32) -> Self {
        Self {
            attempts,
            window: Duration::from_mins(15),
        }
    }

    /// What follows when this attempt is number `count` of a window that ends after `left`.
    #[must_use]
    pub fn verdict(&self, count: i64, left: Duration) -> ThrottleVerdict {
        if count > i64::from(self.attempts) {
            ThrottleVerdict::Wait(left.max(Duration::from_secs(1)))
        } else {
            ThrottleVerdict::Proceed
        }
    }
}

impl ThrottleVerdict {
    /// The stricter of two: the longer wait.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Wait(a), Self::Wait(b)) => Self::Wait(a.max(b)),
            (Self::Wait(a), Self::Proceed) | (Self::Proceed, Self::Wait(a)) => Self::Wait(a),
            (Self::Proceed, Self::Proceed) => Self::Proceed,
        }
    }
}

/// The network that an address is counted as: itself for IPv4, its /64 for IPv6, since one
/// subscriber has at least that many.
#[must_use]
pub fn counted_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let prefix = v6.to_bits() & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from_bits(prefix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attempt_after_the_last_allowed_one_waits_for_the_window() {
        let rule = ThrottleRule {
            attempts: 5,
            window: Duration::from_mins(15),
        };
        let left = Duration::from_mins(1);
        assert_eq!(rule.verdict(5, left), ThrottleVerdict::Proceed);
        assert_eq!(rule.verdict(6, left), ThrottleVerdict::Wait(left));
    }

    #[test]
    fn ipv6_counts_by_its_64_bit_network_and_mapped_ipv4_as_ipv4() {
        let network = |text: &str| counted_network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }
}
