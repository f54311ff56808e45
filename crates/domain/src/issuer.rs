//! The issuer: the one origin and path from which every URL that we emit is made.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Where the token endpoint is below an issuer.
pub const TOKEN_ENDPOINT: &str = "/api/v1/oauth/token";

/// Why a text is not an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// It is no absolute http or https URL.
    #[error("the issuer is not an absolute https URL")]
    NotAUrl,
    /// http is for loopback hosts alone (decisions 16).
    #[error("the issuer uses http on a host that is not loopback")]
    PlainHttp,
    /// A query, a fragment or a user name is in it (RFC 8414 §2).
    #[error("the issuer has a query, a fragment or a user name")]
    Extra,
    /// It ends in a slash, so that it would not equal itself where clients compare texts.
    #[error("the issuer ends in a slash")]
    TrailingSlash,
    /// It is not written in its normal form (lower case host, no default port).
    #[error("the issuer is not written in its normal form")]
    NotNormal,
}

/// An issuer identifier (RFC 8414 §2), such as `https://auth.example.com` or
/// `https://example.com/auth`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    text: String,
    url: Url,
}

/// Whether a host is the machine itself: `localhost`, `127.0.0.0/8` or `[::1]`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Issuer {
    /// The identifier as it is compared and sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path below which everything is mounted: empty, or beginning with a slash.
    #[must_use]
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// The absolute URL of one of our paths, which begins with a slash.
    #[must_use]
    pub fn url_of(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The absolute URL of the token endpoint, for which an assertion may be meant.
    #[must_use]
    pub fn token_endpoint(&self) -> String {
        self.url_of(TOKEN_ENDPOINT)
    }

    /// The origin (RFC 6454), for comparison with an `Origin` header.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Whether callers reach it by https, so that cookies are `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether its host is the machine itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// The port in it, or the scheme's own.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Issuer {
    type Err = IssuerError;

    fn from_str(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(|_source| IssuerError::NotAUrl)?;
        if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
            return Err(IssuerError::NotAUrl);
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(IssuerError::PlainHttp);
        }
        let user = !url.username().is_empty() || url.password().is_some();
        if user || text.contains(['?', '#']) {
            return Err(IssuerError::Extra);
        }
        if text.ends_with('/') {
            return Err(IssuerError::TrailingSlash);
        }
        if url.as_str().trim_end_matches('/') != text {
            return Err(IssuerError::NotNormal);
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_issuer_may_have_a_path_and_keeps_its_text() {
        let issuer: Issuer = "https://example.com/auth".parse().unwrap();
        assert_eq!(issuer.path(), "/auth");
        assert_eq!(issuer.url_of("/login"), "https://example.com/auth/login");
        assert_eq!(issuer.origin(), "https://example.com");
    }

    #[test]
    fn http_is_for_loopback_alone() {
        assert!("http://localhost:8000".parse::<Issuer>().is_ok());
        assert!("http://127.0.0.1:8000".parse::<Issuer>().is_ok());
        assert_eq!(
            "http://example.com".parse::<Issuer>(),
            Err(IssuerError::PlainHttp)
        );
    }

    #[test]
    fn anything_that_would_not_compare_equal_is_refused() {
        for (text, error) in [
            ("https://example.com/", IssuerError::TrailingSlash),
            ("https://Example.com", IssuerError::NotNormal),
            ("https://example.com:443", IssuerError::NotNormal),
            ("https://example.com?x", IssuerError::Extra),
            ("https://u@example.com", IssuerError::Extra),
            ("ftp://example.com", IssuerError::NotAUrl),
            ("example.com", IssuerError::NotAUrl),
        ] {
            assert_eq!(text.parse::<Issuer>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_an_issuer_equals_itself_and_every_place_stands_below_it(
            text in "(https?://)?[a-zA-Z0-9.\\[\\]:@-]{1,12}(/[a-z.%2eE~{}*]{0,5}){0,3}[?#]?",
        ) {
            if let Ok(issuer) = text.parse::<Issuer>() {
                prop_assert_eq!(issuer.as_str(), &text);
                let place = Url::parse(&issuer.url_of("/login")).unwrap();
                prop_assert_eq!(place.path(), format!("{}/login", issuer.path()));
                prop_assert_eq!(place.origin().ascii_serialization(), issuer.origin());
                prop_assert_eq!(Some(issuer.port()), place.port_or_known_default());
                prop_assert!(issuer.is_https() || issuer.is_loopback());
                prop_assert!(place.query().is_none() && place.username().is_empty());
            }
        }
    }
}
