//! Where the server is.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use authly_domain::issuer::{Issuer, IssuerError};
use url::Url;

/// Why a text is not the address of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ServerUrlError {
    /// It is no absolute URL of https, or of http.
    #[error("it is not an absolute URL such as https://auth.example.com")]
    NotAUrl,
    /// http would show credentials to everyone between here and the server.
    #[error("http is only for a server on this machine, use https")]
    PlainHttp,
    /// A query, a fragment or a user name is in it.
    #[error("it has a query, a fragment or a user name, leave that out")]
    Extra,
}

/// The address of a server: its issuer, such as `https://auth.example.com` or
/// `https://example.com/auth`. http is for loopback hosts alone. A slash at the end does not count.
/// Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(Arc<Issuer>);

impl ServerUrl {
    /// The address without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URL of one of the server's paths, which begins with a slash.
    pub(crate) fn url_of(&self, path: &str) -> String {
        self.0.url_of(path)
    }

    /// Whether the server is on this machine, where no proxy stands between.
    pub(crate) fn is_loopback(&self) -> bool {
        self.0.is_loopback()
    }

    /// Whether it is reached without encryption.
    pub(crate) fn is_plain(&self) -> bool {
        !self.0.is_https()
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, ServerUrlError> {
        let url = Url::parse(text).map_err(|_source| ServerUrlError::NotAUrl)?;
        // People paste addresses; issuers are compared as texts and know one form only.
        let normal = url.as_str().trim_end_matches('/');
        let issuer = normal.parse::<Issuer>().map_err(|error| match error {
            IssuerError::PlainHttp => ServerUrlError::PlainHttp,
            IssuerError::Extra => ServerUrlError::Extra,
            IssuerError::NotAUrl | IssuerError::TrailingSlash | IssuerError::NotNormal => {
                ServerUrlError::NotAUrl
            }
        })?;
        Ok(Self(Arc::new(issuer)))
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn https_is_accepted_everywhere_and_http_on_this_machine() {
        for text in [
            "https://auth.example.com",
            "https://example.com:8443/auth",
            "http://localhost:8000",
            "http://127.0.0.1:8000",
            "http://[::1]:8000",
        ] {
            assert_eq!(text.parse::<ServerUrl>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_pasted_address_is_brought_into_its_normal_form() {
        for (pasted, normal) in [
            ("https://auth.example.com/", "https://auth.example.com"),
            ("HTTPS://Auth.Example.com:443", "https://auth.example.com"),
            ("https://example.com/auth/", "https://example.com/auth"),
        ] {
            assert_eq!(pasted.parse::<ServerUrl>().unwrap().as_str(), normal);
        }
    }

    #[test]
    fn an_address_that_cannot_be_right_or_safe_is_refused() {
        for (text, error) in [
            ("", ServerUrlError::NotAUrl),
            ("auth.example.com", ServerUrlError::NotAUrl),
            ("localhost:8000", ServerUrlError::NotAUrl),
            ("ftp://auth.example.com", ServerUrlError::NotAUrl),
            ("http://auth.example.com", ServerUrlError::PlainHttp),
            ("http://localhost.example.com", ServerUrlError::PlainHttp),
            ("https://ann:secret@auth.example.com", ServerUrlError::Extra),
            ("https://auth.example.com?debug", ServerUrlError::Extra),
            ("https://auth.example.com/#top", ServerUrlError::Extra),
        ] {
            assert_eq!(text.parse::<ServerUrl>(), Err(error), "{text}");
        }
    }

    #[test]
    fn paths_are_joined_below_the_servers_own() {
        let server: ServerUrl = "https://example.com/auth/".parse().unwrap();
        assert_eq!(server.url_of("/health"), "https://example.com/auth/health");
    }

    proptest! {
        #[test]
        fn an_address_is_read_to_the_same_again_with_and_without_a_slash(
            text in "(https?://)?[a-zA-Z0-9.@:\\[\\]-]{1,15}(/[a-z.%]{0,4}){0,3}[?#]?|\\PC{0,20}",
        ) {
            if let Ok(server) = text.parse::<ServerUrl>() {
                prop_assert_eq!(server.as_str().parse(), Ok(server.clone()));
                prop_assert_eq!(format!("{server}/").parse(), Ok(server.clone()));
                prop_assert!(server.as_str().starts_with("https://") || server.is_loopback());
                prop_assert!(Url::parse(&server.url_of("/health")).is_ok());
            }
        }
    }
}
