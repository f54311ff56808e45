//! The number of a request: on every line of the log about it, and in its answer.

use std::fmt;

use actix_web::HttpRequest;
use authly_domain::entropy::Entropy;
use authly_domain::network::Network;

use crate::extract::comes_from_proxy;

/// The header in which it travels.
pub(super) const HEADER: &str = "x-request-id";

/// A request's number: 128 random bits in hexadecimal, or what a trusted proxy called it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// The number that a trusted proxy gave, or a new one.
    pub(super) fn of(request: &HttpRequest, proxies: &[Network], entropy: &dyn Entropy) -> Self {
        if comes_from_proxy(request, proxies) {
            let header = request.headers().get(HEADER);
            let given = header.and_then(|value| Self::accept(value.to_str().ok()?));
            if let Some(given) = given {
                return given;
            }
        }
        Self::generate(entropy)
    }

    fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0_u8; 16];
        entropy.fill(&mut random);
        Self(format!("{:032x}", u128::from_be_bytes(random)))
    }

    /// Takes 8 to 64 letters, digits, `_` and `-`: nothing that could forge a line of the log.
    fn accept(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let fits = (8..=64).contains(&text.len()) && text.bytes().all(allowed);
        fits.then(|| Self(text.to_owned()))
    }

    /// The number as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    /// Fills with one byte.
    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn id(peer: &str, header: &str) -> String {
        let request = TestRequest::get()
            .peer_addr(format!("{peer}:50000").parse().unwrap())
            .insert_header((HEADER, header))
            .to_http_request();
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        RequestId::of(&request, &proxies, &Constant(0x0A)).to_string()
    }

    const MADE: &str = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

    #[test]
    fn a_trusted_proxy_may_name_the_request() {
        assert_eq!(id("10.0.0.1", "edge-12345_AB"), "edge-12345_AB");
    }

    #[test]
    fn everybody_else_gets_a_number_of_ours() {
        assert_eq!(id("203.0.113.7", "edge-12345_AB"), MADE);
    }

    #[test]
    fn a_name_that_could_confuse_the_log_is_not_taken() {
        for text in ["short", "with space", "semi;colon;1", &"a".repeat(65), ""] {
            assert_eq!(id("10.0.0.1", text), MADE, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_proxy_says_the_number_is_plain(header in "[ -~]{0,70}") {
            let found = id("10.0.0.1", &header);
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
            prop_assert!((8..=64).contains(&found.len()) && found.bytes().all(plain));
            prop_assert!(found == header || found == MADE, "{} {}", found, header);
        }
    }
}
