//! Where a request came from, through proxies that are known.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use authly_domain::network::Network;

use super::{Misconfigured, collaborator};
use crate::settings::HttpSettings;

/// The address of the caller: the peer's, or the rightmost address in `X-Forwarded-For` that is no
/// trusted proxy's, where the peer is one.
pub(crate) fn client_address(request: &HttpRequest) -> Result<IpAddr, Misconfigured> {
    let settings = collaborator::<HttpSettings>(request)?;
    let headers = request.headers().get_all("x-forwarded-for");
    // Entry by entry: what a caller wrote into the header must not hide what a proxy has added.
    let entries = headers
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|entry| std::str::from_utf8(entry).unwrap_or_default())
        .collect::<Vec<_>>();
    let peer = peer_address(request);
    Ok(rightmost_untrusted(
        peer,
        &entries,
        &settings.trusted_proxies,
    ))
}

/// Whether the peer is a trusted proxy.
pub(crate) fn comes_from_proxy(request: &HttpRequest, proxies: &[Network]) -> bool {
    is_trusted(peer_address(request), proxies)
}

/// The peer's address; the unspecified one where there is none, as in tests without a network.
fn peer_address(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

fn is_trusted(address: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|network| network.contains(address))
}

/// Goes from the peer to the left for as long as trusted proxies vouch for the entry before them.
fn rightmost_untrusted(peer: IpAddr, entries: &[&str], proxies: &[Network]) -> IpAddr {
    let mut address = peer;
    for entry in entries.iter().rev() {
        if !is_trusted(address, proxies) {
            break;
        }
        // An entry that cannot be read vouches for nothing: the proxy that wrote it is as far as
        // we see.
        let Some(earlier) = parse_entry(entry) else {
            break;
        };
        address = earlier;
    }
    address
}

/// An address, which some proxies write with a port: `192.0.2.1:443`, `[2001:db8::1]:443`.
fn parse_entry(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let with_port = || {
        entry
            .parse()
            .ok()
            .map(|socket: std::net::SocketAddr| socket.ip())
    };
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: Option<IpAddr> = entry.parse().ok();
    let address = address.or_else(with_port).or_else(bracketed)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;
    use actix_web::web::Data;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    fn caller(peer: &str, forwarded: &str) -> String {
        let proxies = ["10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().unwrap());
        let entries: Vec<_> = forwarded.split(',').collect();
        rightmost_untrusted(peer.parse().unwrap(), &entries, &proxies).to_string()
    }

    #[test]
    fn a_peer_that_is_no_proxy_is_the_caller_whatever_it_says() {
        assert_eq!(caller("203.0.113.7", "127.0.0.1"), "203.0.113.7");
        assert_eq!(caller("203.0.113.7", ""), "203.0.113.7");
    }

    #[test]
    fn behind_proxies_the_rightmost_untrusted_entry_counts() {
        assert_eq!(caller("10.0.0.1", "198.51.100.9"), "198.51.100.9");
        assert_eq!(
            caller("10.0.0.1", "127.0.0.1, 198.51.100.9, 10.0.0.2"),
            "198.51.100.9"
        );
        assert_eq!(
            caller("2001:db8::1", "198.51.100.9,10.0.0.2"),
            "198.51.100.9"
        );
    }

    #[test]
    fn where_all_are_proxies_the_leftmost_counts() {
        assert_eq!(caller("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3");
    }

    #[test]
    fn an_entry_that_cannot_be_read_ends_the_way() {
        assert_eq!(caller("10.0.0.1", "198.51.100.9, unknown"), "10.0.0.1");
        assert_eq!(caller("10.0.0.1", "198.51.100.9, , 10.0.0.2"), "10.0.0.2");
        assert_eq!(caller("10.0.0.1", ""), "10.0.0.1");
    }

    /// The caller that these lines of the header name, behind a proxy.
    fn caller_of(lines: &[&[u8]]) -> String {
        let issuer = "https://auth.example.com".parse().unwrap();
        let mut settings = HttpSettings::new(issuer);
        settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let mut request = TestRequest::default()
            .peer_addr("10.0.0.1:1".parse().unwrap())
            .app_data(Data::new(settings));
        for line in lines {
            let value = HeaderValue::from_bytes(line).unwrap();
            request = request.append_header(("x-forwarded-for", value));
        }
        client_address(&request.to_http_request())
            .unwrap()
            .to_string()
    }

    #[test]
    fn bytes_that_the_caller_wrote_do_not_hide_what_the_proxy_added() {
        let added: &[u8] = b"198.51.100.9";
        assert_eq!(caller_of(&[b"\xFF, 198.51.100.9"]), "198.51.100.9");
        assert_eq!(caller_of(&[b"\xFF", added]), "198.51.100.9");
        assert_eq!(caller_of(&[b"127.0.0.1, \xE9", added]), "198.51.100.9");
        assert_eq!(caller_of(&[added, b"\xFF"]), "10.0.0.1");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_read() {
        assert_eq!(caller("10.0.0.1", "198.51.100.9:51234"), "198.51.100.9");
        assert_eq!(caller("10.0.0.1", "[2001:db9::5]:443"), "2001:db9::5");
        assert_eq!(caller("10.0.0.1", "[2001:db9::5]"), "2001:db9::5");
        assert_eq!(caller("10.0.0.1", "::ffff:198.51.100.9"), "198.51.100.9");
    }

    /// The rule in other words: of peer and entries, from the right, the first that is no proxy's;
    /// what cannot be read ends the way at the proxy that wrote it.
    fn reference(peer: IpAddr, entries: &[Option<IpAddr>], proxies: &[Network]) -> IpAddr {
        let readable = entries.iter().rev().map_while(|entry| *entry);
        let way: Vec<IpAddr> = [peer].into_iter().chain(readable).collect();
        let trusted = |address: &&IpAddr| proxies.iter().any(|proxy| proxy.contains(**address));
        let passed = way.iter().take_while(trusted).count();
        way[passed.min(way.len() - 1)]
    }

    fn address() -> impl Strategy<Value = IpAddr> {
        prop_oneof![
            (9_u8..12, 0_u8..2).prop_map(|(first, last)| [first, 0, 0, last].into()),
            (0_u16..2).prop_map(|last| [0x2001, 0xDB8, 0, 0, 0, 0, 0, last].into()),
            (0_u16..2).prop_map(|last| [0x2001, 0xDB9, 0, 0, 0, 0, 0, last].into()),
        ]
    }

    proptest! {
        #[test]
        fn the_caller_is_the_rightmost_that_is_no_proxy(
            peer in address(),
            entries in prop::collection::vec(prop::option::weighted(0.9, address()), 0..6),
            forms in prop::collection::vec(0_u8..3, 6),
            odd in "[g-z_]{0,5}",
        ) {
            let proxies: [Network; 2] = ["10.0.0.0/8", "2001:db8::/32"].map(|text| text.parse().unwrap());
            let written: Vec<_> = entries.iter().zip(&forms).map(|(entry, form)| match (entry, form) {
                (None, _) => odd.clone(),
                (Some(address), 0) => format!(" {address}"),
                (Some(address), 1) => std::net::SocketAddr::new(*address, 443).to_string(),
                (Some(IpAddr::V6(address)), _) => format!("[{address}] "),
                (Some(IpAddr::V4(address)), _) => format!("::ffff:{address}"),
            }).collect();
            let written: Vec<_> = written.iter().map(String::as_str).collect();
            let found = rightmost_untrusted(peer, &written, &proxies);
            prop_assert_eq!(found, reference(peer, &entries, &proxies));
        }

        #[test]
        fn no_entry_makes_the_reader_fail(entries in prop::collection::vec("\\PC{0,20}", 0..4)) {
            let entries: Vec<_> = entries.iter().map(String::as_str).collect();
            let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let _found = rightmost_untrusted(peer, &entries, &["127.0.0.0/8".parse().unwrap()]);
        }
    }
}
