//! Where the fetcher may go: to public addresses, and to what the operator has allowed.

use std::net::IpAddr;
use std::str::FromStr;

use authly_domain::network::{FetchUrl, Network, is_special_use};
use url::Host;

use super::download::FetchFailure;

/// A place that is not public and may be reached all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowance {
    /// A host by its name, whatever addresses it has.
    Host(String),
    /// Every address of a network, whatever leads there.
    Network(Network),
}

/// Why a text is no such place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a host name, an IP address, or a network such as 10.0.0.0/8")]
pub struct AllowanceError;

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(text: &str) -> Result<Self, AllowanceError> {
        let network = text.parse().map(Self::Network);
        if let Ok(network) = network {
            return Ok(network);
        }
        // What reads as an address in one of its odd spellings is a mistake, not a name.
        match Host::parse(text) {
            Ok(Host::Domain(name)) if name == text.to_ascii_lowercase() => Ok(Self::Host(name)),
            _ => Err(AllowanceError),
        }
    }
}

/// Says where the fetcher may go.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    allowed: Vec<Allowance>,
}

impl Guard {
    pub(super) const fn new(allowed: Vec<Allowance>) -> Self {
        Self { allowed }
    }

    /// Refuses a URL that holds an address which may not be reached: the HTTP client looks up names
    /// alone, and goes to an address as it stands.
    pub(super) fn check(&self, url: &FetchUrl) -> Result<(), FetchFailure> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) | None => None,
        };
        if address.is_some_and(|address| !self.admits(address)) {
            return Err(FetchFailure::ForbiddenAddress);
        }
        Ok(())
    }

    /// Whether this address may be reached, whatever name led to it.
    pub(super) fn admits(&self, address: IpAddr) -> bool {
        let is_allowed = |allowance: &Allowance| match allowance {
            Allowance::Network(network) => network.contains(address),
            Allowance::Host(_) => false,
        };
        !is_special_use(address) || self.allowed.iter().any(is_allowed)
    }

    /// Whether a host of this name may be reached at this address.
    pub(super) fn admits_at(&self, name: &str, address: IpAddr) -> bool {
        let is_named =
            |allowance: &Allowance| matches!(allowance, Allowance::Host(host) if host == name);
        self.admits(address) || self.allowed.iter().any(is_named)
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn guard(allowed: &[&str]) -> Guard {
        Guard::new(allowed.iter().map(|text| text.parse().unwrap()).collect())
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn public_addresses_are_admitted_and_no_others() {
        let guard = guard(&[]);
        assert!(guard.admits_at("app.example", ip("8.8.8.8")));
        assert!(!guard.admits_at("app.example", ip("10.1.2.3")));
        assert!(!guard.admits_at("localhost", ip("127.0.0.1")));
        assert!(!guard.admits(ip("::1")));
    }

    #[test]
    fn an_allowed_network_is_open_under_every_name_and_an_allowed_host_at_every_address() {
        let guard = guard(&["10.1.0.0/16", "Keys.Internal"]);
        assert!(guard.admits(ip("10.1.2.3")));
        assert!(guard.admits(ip("::ffff:10.1.2.3")));
        assert!(guard.admits_at("app.example", ip("10.1.2.3")));
        assert!(!guard.admits_at("app.example", ip("10.2.0.1")));
        assert!(guard.admits_at("keys.internal", ip("192.168.0.1")));
        assert!(!guard.admits_at("evil-keys.internal", ip("192.168.0.1")));
        assert!(!guard.admits_at("keys.internal.example", ip("192.168.0.1")));
    }

    #[test]
    fn a_place_is_a_host_name_an_address_or_a_network() {
        for text in [
            "10.0.0.0/33",
            "10.0.0.1/8",
            "127.1",
            "0x7f.1",
            "",
            "a b",
            "https://a.example",
            "*.a.example ",
        ] {
            assert_eq!(text.parse::<Allowance>(), Err(AllowanceError), "{text}");
        }
        let host = "idp.internal".parse::<Allowance>();
        assert_eq!(host, Ok(Allowance::Host("idp.internal".to_owned())));
        assert!(matches!("::1".parse(), Ok(Allowance::Network(_))));
    }
}
