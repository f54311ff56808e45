//! Networks of addresses, as lists of proxies and of allowed callers name them, and which addresses of
//! others we would go to.

mod fetch_url;
mod special_use;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

pub use fetch_url::{FetchUrl, FetchUrlError};
pub use special_use::is_special_use;

/// Why a text is not a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// What stands before the slash is no address.
    #[error("not an IP address, or an IP address and a prefix length such as 10.0.0.0/8")]
    Address,
    /// What stands after the slash is no length, or longer than the address.
    #[error("the prefix length does not fit the address")]
    Prefix,
    /// The address has bits that the prefix does not cover, so that one of the two is a mistake.
    #[error("the address has bits beyond the prefix length")]
    HostBits,
}

/// A network of IP addresses, written `10.0.0.0/8`, `2001:db8::/32`, or as one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// The address as bits at the upper end of 128, and how many bits its kind has.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

/// The upper `prefix` of 128 bits.
fn mask(prefix: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(prefix))
        .unwrap_or_default()
}

impl Network {
    /// The machine itself: `127.0.0.0/8` and `::1`.
    pub const LOOPBACK: [Self; 2] = [
        Self {
            address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)),
            prefix: 8,
        },
        Self {
            address: IpAddr::V6(Ipv6Addr::LOCALHOST),
            prefix: 128,
        },
    ];

    /// Whether `address` is in it. An IPv4 address is the same in its IPv6 form.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let (own, own_length) = bits(self.address);
        let (other, other_length) = bits(address);
        own_length == other_length && (own ^ other) & mask(self.prefix) == 0
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_source| NetworkError::Address)?;
        let (given, length) = bits(address);
        let prefix = match prefix {
            None => length,
            Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map_err(|_source| NetworkError::Prefix)?
            }
            Some(_) => return Err(NetworkError::Prefix),
        };
        if prefix > length {
            return Err(NetworkError::Prefix);
        }
        if given & !mask(prefix) != 0 {
            return Err(NetworkError::HostBits);
        }
        // Addresses are compared in their shortest form, so that this one has to have it as well.
        let canonical = address.to_canonical();
        let lost = length - bits(canonical).1;
        Ok(Self {
            address: canonical,
            prefix: prefix.saturating_sub(lost),
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_the_addresses_that_share_its_prefix() {
        assert!(contains("10.0.0.0/8", "10.255.1.2"));
        assert!(!contains("10.0.0.0/8", "11.0.0.0"));
        assert!(contains("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(!contains("2001:db8::/32", "2001:db9::"));
        assert!(contains("0.0.0.0/0", "203.0.113.7"));
        assert!(contains("192.0.2.1", "192.0.2.1"));
        assert!(!contains("192.0.2.1", "192.0.2.2"));
    }

    #[test]
    fn the_two_kinds_of_address_do_not_mix_but_for_mapped_ones() {
        assert!(!contains("::/0", "192.0.2.1"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("192.0.2.0/24", "::ffff:192.0.2.7"));
    }

    #[test]
    fn a_network_of_mapped_addresses_is_the_one_of_the_addresses_themselves() {
        assert!(contains("::ffff:192.0.2.0/120", "192.0.2.7"));
        assert!(contains("::ffff:192.0.2.0/120", "::ffff:192.0.2.7"));
        assert!(!contains("::ffff:192.0.2.0/120", "192.0.3.7"));
        assert!(contains("::ffff:192.0.2.1", "192.0.2.1"));
        assert!(contains("::ffff:0.0.0.0/96", "203.0.113.7"));
        let refused = "::ffff:0.0.0.0/95".parse::<Network>();
        assert_eq!(refused, Err(NetworkError::HostBits));
    }

    #[test]
    fn a_text_that_is_no_network_is_refused() {
        let refused = |text: &str| text.parse::<Network>().unwrap_err();
        assert_eq!(refused("proxy"), NetworkError::Address);
        assert_eq!(refused(""), NetworkError::Address);
        assert_eq!(refused("10.0.0.0/33"), NetworkError::Prefix);
        assert_eq!(refused("10.0.0.0/+8"), NetworkError::Prefix);
        assert_eq!(refused("10.0.0.0/"), NetworkError::Prefix);
        assert_eq!(refused("10.0.0.1/8"), NetworkError::HostBits);
    }

    proptest! {
        #[test]
        fn a_network_reads_back_and_holds_what_shares_its_first_bits(
            bits: u32,
            other: u32,
            prefix in 0_u8..=32,
            near in 0_u32..=32,
        ) {
            let covered = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let base = Ipv4Addr::from_bits(bits & covered);
            let network: Network = format!("{base}/{prefix}").parse().unwrap();
            prop_assert_eq!(network.to_string().parse(), Ok(network));
            let mapped = format!("{}/{}", base.to_ipv6_mapped(), prefix + 96);
            prop_assert_eq!(mapped.parse(), Ok(network));
            for address in [other, bits ^ 1_u32.checked_shl(near).unwrap_or(0)] {
                let shares = (address ^ bits) & covered == 0;
                let address = Ipv4Addr::from_bits(address);
                prop_assert_eq!(network.contains(address.into()), shares);
                prop_assert_eq!(network.contains(address.to_ipv6_mapped().into()), shares);
            }
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in "[0-9a-f:./%]{0,30}|\\PC{0,10}") {
            if let Ok(network) = text.parse::<Network>() {
                prop_assert_eq!(network.to_string().parse(), Ok(network));
            }
        }
    }
}
