//! Addresses that a stranger's URL must not lead us to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the registry of special-purpose addresses for IPv4 sets apart
/// ([IANA](https://www.iana.org/assignments/iana-ipv4-special-registry)), with multicast: the first
/// address and the length of the prefix.
const SPECIAL_V4: [(Ipv4Addr, u8); 15] = [
    // This network, private use, shared by carriers.
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // The machine itself, and its link: the addresses of cloud metadata.
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // Protocol assignments, documentation, 6to4 relays.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Benchmarks, documentation.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast, and all that is reserved, broadcast with it.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Global unicast: the only part of IPv6 in which public hosts are
/// ([RFC 4291 §2.4](https://www.rfc-editor.org/rfc/rfc4291#section-2.4)).
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What the registry sets apart in it ([IANA](https://www.iana.org/assignments/iana-ipv6-special-registry)).
const SPECIAL_V6: [(Ipv6Addr, u8); 4] = [
    // Protocol assignments, Teredo with them: its addresses stand for IPv4 ones.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4, whose addresses stand for IPv4 ones.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Where a network without IPv4 reaches it (RFC 6052 §2.1). Such an address is what the IPv4 address in
/// its last bits is.
const TRANSLATED: (Ipv6Addr, u8) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether the address is none of a public host: the machine itself, its networks, or one of the ranges
/// that are set apart for anything else. What stands for an IPv4 address is judged as that one, or
/// counts as special.
#[must_use]
pub fn is_special_use(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => is_special_v4(v4),
        IpAddr::V6(v6) if is_in_v6(v6, TRANSLATED) => {
            let [.., a, b, c, d] = v6.octets();
            is_special_v4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(v6) => {
            !is_in_v6(v6, GLOBAL_V6) || SPECIAL_V6.into_iter().any(|range| is_in_v6(v6, range))
        }
    }
}

fn is_special_v4(address: Ipv4Addr) -> bool {
    SPECIAL_V4.into_iter().any(|(first, prefix)| {
        let beyond = 32 - u32::from(prefix);
        (address.to_bits() ^ first.to_bits()) >> beyond == 0
    })
}

fn is_in_v6(address: Ipv6Addr, (first, prefix): (Ipv6Addr, u8)) -> bool {
    let beyond = 128 - u32::from(prefix);
    (address.to_bits() ^ first.to_bits()) >> beyond == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_special(text: &str) -> bool {
        is_special_use(text.parse().unwrap())
    }

    #[test]
    fn the_first_and_the_last_address_of_every_range_are_special_and_their_neighbours_are_not() {
        // The neighbour before, the first, the last, the neighbour after.
        for range in [
            "- 0.0.0.0 0.255.255.255 1.0.0.0",
            "9.255.255.255 10.0.0.0 10.255.255.255 11.0.0.0",
            "100.63.255.255 100.64.0.0 100.127.255.255 100.128.0.0",
            "126.255.255.255 127.0.0.0 127.255.255.255 128.0.0.0",
            "169.253.255.255 169.254.0.0 169.254.255.255 169.255.0.0",
            "172.15.255.255 172.16.0.0 172.31.255.255 172.32.0.0",
            "191.255.255.255 192.0.0.0 192.0.0.255 192.0.1.0",
            "192.0.1.255 192.0.2.0 192.0.2.255 192.0.3.0",
            "192.88.98.255 192.88.99.0 192.88.99.255 192.88.100.0",
            "192.167.255.255 192.168.0.0 192.168.255.255 192.169.0.0",
            "198.17.255.255 198.18.0.0 198.19.255.255 198.20.0.0",
            "198.51.99.255 198.51.100.0 198.51.100.255 198.51.101.0",
            "203.0.112.255 203.0.113.0 203.0.113.255 203.0.114.0",
            "223.255.255.255 224.0.0.0 255.255.255.255 -",
            "2000:ffff:ffff:: 2001:: 2001:1ff:ffff:: 2001:200::",
            "2001:db7:ffff:: 2001:db8:: 2001:db8:ffff:: 2001:db9::",
            "2001:ffff:ffff:: 2002:: 2002:ffff:ffff:: 2003::",
            "3ffe:ffff:: 3fff:: 3fff:fff:ffff:: 3fff:1000::",
        ] {
            let addresses: Vec<_> = range.split(' ').collect();
            for special in [addresses[1], addresses[2]] {
                assert!(is_special(special), "{special}");
            }
            for public in [addresses[0], addresses[3]] {
                assert!(public == "-" || !is_special(public), "{public}");
            }
        }
    }

    #[test]
    fn outside_of_global_unicast_no_address_of_ipv6_is_public() {
        for special in [
            "::",
            "::1",
            "::7f00:1",
            "::127.0.0.1",
            "::8.8.8.8",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "1fff:ffff::",
            "4000::",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(is_special(special), "{special}");
        }
    }

    #[test]
    fn an_address_that_stands_for_another_is_what_the_other_is() {
        for (spelling, expected) in [
            ("::ffff:127.0.0.1", true),
            ("::ffff:7f00:1", true),
            ("::ffff:169.254.169.254", true),
            ("::ffff:8.8.8.8", false),
            ("64:ff9b::10.0.0.1", true),
            ("64:ff9b::8.8.8.8", false),
            // 6to4 and Teredo are no longer in use, whatever they stand for.
            ("2002:7f00:1::", true),
            ("2002:808:808::", true),
            ("2001:0:808:808::1", true),
        ] {
            assert_eq!(is_special(spelling), expected, "{spelling}");
        }
    }

    proptest! {
        #[test]
        fn every_spelling_of_an_ipv4_address_is_judged_alike(bits: u32) {
            let plain = Ipv4Addr::from_bits(bits);
            let expected = is_special_use(plain.into());
            let [a, b, c, d] = plain.octets();
            let translated: Ipv6Addr = format!("64:ff9b::{a}.{b}.{c}.{d}").parse().unwrap();
            prop_assert_eq!(is_special_use(plain.to_ipv6_mapped().into()), expected);
            prop_assert_eq!(is_special_use(translated.into()), expected);
        }

        #[test]
        fn what_the_library_calls_private_is_special(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let set_apart = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_documentation() || address.is_broadcast()
                || address.is_unspecified();
            prop_assert!(!set_apart || is_special_use(address.into()));
        }
    }
}
