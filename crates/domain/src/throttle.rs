//! How guessing is slowed, and what would fill the database: attempts are counted in windows, per kind and key.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use crate::clock::Timestamp;

/// What kind of guess is counted. Each kind has counters of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThrottleKind {
    /// Logins from one address, whoever they are for.
    LoginAddress,
    /// Logins to one account from one address.
    LoginAccountAtAddress,
    /// Logins to one account from anywhere.
    LoginAccount,
    /// Logins to one account from one browser in which it was logged in before.
    LoginDevice,
    /// Secrets of one client from one address (OAuth 2.1 §2.4.1).
    ClientSecret,
    /// Secrets from one address, whichever client they are said to be of.
    ClientSecretAddress,
    /// Clients that register themselves from one address without a token (RFC 7591 §5).
    RegistrationAddress,
}

impl ThrottleKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::LoginAddress,
        Self::LoginAccountAtAddress,
        Self::LoginAccount,
        Self::LoginDevice,
        Self::ClientSecret,
        Self::ClientSecretAddress,
        Self::RegistrationAddress,
    ];

    /// Its name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoginAddress => "login_address",
            Self::LoginAccountAtAddress => "login_account_at_address",
            Self::LoginAccount => "login_account",
            Self::LoginDevice => "login_device",
            Self::ClientSecret => "client_secret",
            Self::ClientSecretAddress => "client_secret_address",
            Self::RegistrationAddress => "registration_address",
        }
    }

    /// What a right attempt takes back of those that were counted before it. Who knows the password
    /// has mistyped it: a counter of this account here begins anew. Counters that others fill too
    /// lose this attempt alone, or a guesser would log in to an account of theirs now and then.
    #[must_use]
    pub const fn forgiveness(self) -> Forgiveness {
        match self {
            Self::LoginAccountAtAddress | Self::LoginDevice => Forgiveness::Everything,
            Self::LoginAddress
            | Self::LoginAccount
            | Self::ClientSecret
            | Self::ClientSecretAddress
            | Self::RegistrationAddress => Forgiveness::ThisAttempt,
        }
    }
}

/// What is taken off a counter after a right attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgiveness {
    /// All that it counted.
    Everything,
    /// The one attempt that was right.
    ThisAttempt,
}

/// How many attempts are let through in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleRule {
    /// The most attempts.
    pub attempts: u32,
    /// In how long a time, counted from the first of them.
    pub window: Duration,
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

    /// The same window without an end of attempts: for what is counted and never waits.
    #[must_use]
    pub const fn without_limit(self) -> Self {
        Self {
            attempts: u32::MAX,
            window: self.window,
        }
    }
}

/// A counter that has no attempt left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// Which one.
    pub kind: ThrottleKind,
    /// When its window ends.
    pub until: Timestamp,
}

/// How long an attempt has to wait for these counters, at least a second, and for which of them;
/// `None` where none is spent.
#[must_use]
pub fn wait(spent: &[Spent], now: Timestamp) -> Option<(Duration, ThrottleKind)> {
    let longest = spent.iter().max_by_key(|one| one.until)?;
    let wait = longest.until.since(now).max(Duration::from_secs(1));
    Some((wait, longest.kind))
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
    fn the_longest_of_several_waits_counts_and_none_is_shorter_than_a_second() {
        let now = Timestamp::from_unix_seconds(1_000_000_000).unwrap();
        let spent = |seconds| Spent {
            kind: ThrottleKind::LoginAccount,
            until: now.plus(Duration::from_secs(seconds)),
        };
        assert_eq!(wait(&[], now), None);
        let kind = ThrottleKind::LoginAccount;
        assert_eq!(wait(&[spent(0)], now), Some((Duration::from_secs(1), kind)));
        let several = [spent(3), spent(60), spent(2)];
        assert_eq!(wait(&several, now), Some((Duration::from_mins(1), kind)));
    }

    #[test]
    fn ipv6_counts_by_its_64_bit_network_and_mapped_ipv4_as_ipv4() {
        let network = |text: &str| counted_network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
    }
}
