//! Addresses of documents that we fetch because somebody registered them.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// The most bytes of such an address.
const MAX_BYTES: usize = 2_048;

/// Why a text is no address that we would fetch from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchUrlError {
    /// It is longer than that.
    #[error("it has more than 2048 characters")]
    TooLong,
    /// It has spaces, control characters, backslashes, or letters beyond ASCII.
    #[error("it has characters that no URL has")]
    Characters,
    /// It is no URL, or one of another scheme.
    #[error("it is no https URL")]
    NotHttps,
    /// It has a user's name or a password.
    #[error("it holds a user's name or a password")]
    Userinfo,
    /// It has a fragment, which is never sent.
    #[error("it has a fragment")]
    Fragment,
}

/// An https URL from a registration, such as a `jwks_uri`. Whether its host may be reached is seen when it
/// is: names point elsewhere tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FetchUrl {
    /// As it was registered.
    text: String,
    /// As it is fetched: every spelling of an address in its one form.
    url: Url,
}

impl FetchUrl {
    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// As it is fetched.
    #[must_use]
    pub const fn as_url(&self) -> &Url {
        &self.url
    }

    /// One that may have a fragment. That is never sent, but it is part of the name: with another fragment
    /// it is another document.
    pub(crate) fn with_fragment(text: &str) -> Result<Self, FetchUrlError> {
        let mut read = Self::read(text)?;
        read.url.set_fragment(None);
        Ok(read)
    }

    fn read(text: &str) -> Result<Self, FetchUrlError> {
        if text.len() > MAX_BYTES {
            return Err(FetchUrlError::TooLong);
        }
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        {
            return Err(FetchUrlError::Characters);
        }
        let url = Url::parse(text).map_err(|_source| FetchUrlError::NotHttps)?;
        if url.scheme() != "https" || url.host_str().is_none_or(str::is_empty) {
            return Err(FetchUrlError::NotHttps);
        }
        // An empty name before the `@` is gone from what was parsed.
        let after_scheme = text.split_once("//").map_or("", |(_scheme, rest)| rest);
        let authority = after_scheme.split(['/', '?', '#']).next();
        if authority.is_some_and(|authority| authority.contains('@')) {
            return Err(FetchUrlError::Userinfo);
        }
        Ok(Self {
            text: text.to_owned(),
            url,
        })
    }

    /// Its host: a name, or an address.
    #[must_use]
    pub fn host(&self) -> Option<Host<&str>> {
        self.url.host()
    }
}

impl fmt::Display for FetchUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for FetchUrl {
    type Err = FetchUrlError;

    fn from_str(text: &str) -> Result<Self, FetchUrlError> {
        let read = Self::read(text)?;
        if read.url.fragment().is_some() {
            return Err(FetchUrlError::Fragment);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn refused(text: &str) -> FetchUrlError {
        text.parse::<FetchUrl>().unwrap_err()
    }

    #[test]
    fn an_https_url_is_kept_as_it_was_written() {
        for text in [
            "https://app.example/@1/jwks.json",
            "https://APP.example:8443/a?b=c",
        ] {
            let url: FetchUrl = text.parse().unwrap();
            assert_eq!(url.as_str(), text);
        }
    }

    #[test]
    fn every_spelling_of_an_address_is_seen_as_that_address() {
        for text in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://%31%32%37.0.0.1/",
        ] {
            let url: FetchUrl = text.parse().unwrap();
            assert_eq!(
                url.host(),
                Some(Host::Ipv4([127, 0, 0, 1].into())),
                "{text}"
            );
        }
        let url: FetchUrl = "https://[::ffff:7f00:1]/".parse().unwrap();
        let mapped = std::net::Ipv4Addr::LOCALHOST.to_ipv6_mapped();
        assert_eq!(url.host(), Some(Host::Ipv6(mapped)));
    }

    #[test]
    fn what_is_no_plain_https_url_is_refused() {
        for text in [
            "",
            "jwks",
            "http://app.example/",
            "ftp://a.example/",
            "https://",
            "https:///",
        ] {
            assert_eq!(refused(text), FetchUrlError::NotHttps, "{text}");
        }
        for text in [
            "https://a.example/ b",
            "https://a.example/\n",
            "https:\\\\a.example",
            "https://é.example",
        ] {
            assert_eq!(refused(text), FetchUrlError::Characters, "{text:?}");
        }
        for text in [
            "https://good.example@evil.example/",
            "https://u:p@a.example/",
            "https://@a.example/",
        ] {
            assert_eq!(refused(text), FetchUrlError::Userinfo, "{text}");
        }
        assert_eq!(refused("https://a.example/#"), FetchUrlError::Fragment);
        let long = format!("https://a.example/{}", "a".repeat(MAX_BYTES));
        assert_eq!(refused(&long), FetchUrlError::TooLong);
    }
}
