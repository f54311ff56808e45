//! Networks of trusted proxies: a network in the first line, an address in the rest.

use std::net::IpAddr;

use authly_domain::network::Network;

use crate::{Check, first_line, of_text};

pub(crate) fn start() -> Check {
    of_text(|case| {
        let (text, address) = first_line(case);
        let Ok(network) = text.parse::<Network>() else {
            return;
        };
        assert_eq!(network.to_string().parse(), Ok(network));
        let (base, prefix) = text.split_once('/').unwrap_or((text, "128"));
        let base: IpAddr = base.parse().expect("a network begins with an address");
        assert!(network.contains(base), "a network holds its own address");
        if let Ok(address) = address.parse() {
            let prefix = prefix.parse().expect("a prefix is a number");
            assert_eq!(network.contains(address), shares(base, address, prefix));
        }
    })
}

/// Whether two addresses of one kind have the same first bits, told bit by bit.
fn shares(one: IpAddr, other: IpAddr, prefix: usize) -> bool {
    let mapped = matches!(one, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    let prefix = if mapped {
        prefix.saturating_sub(96)
    } else {
        prefix
    };
    let (one, other) = (one.to_canonical(), other.to_canonical());
    one.is_ipv4() == other.is_ipv4()
        && bits(one)
            .zip(bits(other))
            .take(prefix)
            .all(|(one, other)| one == other)
}

fn bits(address: IpAddr) -> impl Iterator<Item = bool> {
    let bytes = match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    bytes
        .into_iter()
        .flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1 == 1))
}
