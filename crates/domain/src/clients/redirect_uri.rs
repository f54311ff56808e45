//! Redirect URIs: what may be registered, and what a request may name (OAuth 2.1 §2.3).

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::ApplicationType;
use crate::issuer::is_loopback;

/// The longest redirect URI that is accepted, in bytes.
pub const MAX_REDIRECT_URI_LENGTH: usize = 2_048;

/// Why a text cannot be registered as a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// It is no absolute URI, or longer than [`MAX_REDIRECT_URI_LENGTH`].
    #[error("a redirect URI is an absolute URI of at most 2048 characters")]
    NotAbsolute,
    /// It holds white space, a control character, a backslash or something else than ASCII.
    #[error("a redirect URI holds a character that is not allowed")]
    Character,
    /// It has a fragment (OAuth 2.1 §2.3).
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// It has a user name or password.
    #[error("a redirect URI has no user name")]
    UserInfo,
    /// It is not written as browsers write it, so that its text would not say where it leads.
    #[error("a redirect URI is written in its normal form, without dot segments")]
    NotNormal,
    /// http, on a host that is not loopback (decisions 21).
    #[error("http is allowed for loopback redirect URIs alone")]
    PlainHttp,
    /// A private-use scheme without a dot (OAuth 2.1 §2.3.1), such as `javascript:` or `data:`.
    #[error("the scheme of a redirect URI is https, or the reverse of a domain name")]
    Scheme,
}

/// A redirect URI. Its text is kept and compared as it was written: `url` would normalise it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Wraps a presented text that a registered URI admits.
    pub(super) fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Wraps a text that was checked before it was stored; for row readers.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text as registered or presented.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request may name `presented` where this is registered: the same text, and for a
    /// loopback http URI the same text but for the port (OAuth 2.1 §2.3.1 and §8.4.2). The port of
    /// `localhost` is free for native clients only (decisions 21). What could not be registered
    /// admits nothing, however it came to be stored: no answer ever goes to `javascript:`.
    #[must_use]
    pub fn admits(&self, presented: &str, application: ApplicationType) -> bool {
        if self.0.parse::<Self>().is_err() {
            return false;
        }
        if self.0 == presented {
            return true;
        }
        let Some((host, rest)) = self.loopback_parts() else {
            return false;
        };
        if host == "localhost" && application != ApplicationType::Native {
            return false;
        }
        let presented = presented
            .strip_prefix("http://")
            .and_then(|rest| rest.strip_prefix(host));
        presented
            .and_then(without_port)
            .is_some_and(|presented| presented == rest)
    }

    /// Whether it leads to a program on the user's own machine that anyone could have installed: a
    /// loopback address or a private scheme. A client that proves itself by nothing else is
    /// unproven (decisions 19).
    #[must_use]
    pub fn is_local(&self) -> bool {
        !self.0.starts_with("https://")
    }

    /// Host and what follows the port, where it is an http URI of a loopback host.
    fn loopback_parts(&self) -> Option<(&str, &str)> {
        let authority = self.0.strip_prefix("http://")?;
        let host = ["127.0.0.1", "[::1]", "localhost"]
            .into_iter()
            .find(|host| authority.starts_with(host))?;
        let rest = without_port(authority.strip_prefix(host)?)?;
        Some((host, rest))
    }
}

/// What follows an optional `:port`, or `None` where the text goes on as something else. A port is
/// written as browsers write it: zeros before it would make the text as long as one likes.
fn without_port(text: &str) -> Option<&str> {
    let rest = match text.strip_prefix(':') {
        None => text,
        Some(after) => {
            let end = after
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(after.len());
            let (port, rest) = after.split_at(end);
            port.parse::<u16>()
                .ok()
                .filter(|_port| !port.starts_with('0'))?;
            rest
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RedirectUri {
    type Err = RedirectUriError;

    /// Checks a redirect URI for registration. A presented one is never parsed: it is compared
    /// ([`RedirectUri::admits`]) with what is registered.
    fn from_str(text: &str) -> Result<Self, RedirectUriError> {
        if text.len() > MAX_REDIRECT_URI_LENGTH {
            return Err(RedirectUriError::NotAbsolute);
        }
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        {
            return Err(RedirectUriError::Character);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        let url = Url::parse(text).map_err(|_source| RedirectUriError::NotAbsolute)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::UserInfo);
        }
        match url.scheme() {
            "https" | "http" if url.host().is_none() => return Err(RedirectUriError::NotAbsolute),
            "http" if !is_loopback(&url) => return Err(RedirectUriError::PlainHttp),
            "https" | "http" => {}
            scheme if scheme.contains('.') => {}
            _ => return Err(RedirectUriError::Scheme),
        }
        let with_slash = url.path() == "/" && url.as_str().strip_suffix('/') == Some(text);
        if url.as_str() != text && !with_slash {
            return Err(RedirectUriError::NotNormal);
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> RedirectUri {
        text.parse().unwrap()
    }

    #[test]
    fn https_loopback_and_reversed_domain_schemes_can_be_registered() {
        for text in [
            "https://app.example.com/cb",
            "https://app.example.com",
            "https://app.example.com/cb?tenant=1",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/cb",
            "http://localhost:9000/callback",
            "com.example.app:/cb",
            "com.example.app://cb",
        ] {
            assert!(text.parse::<RedirectUri>().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_could_lead_elsewhere_cannot_be_registered() {
        use RedirectUriError as E;
        for (text, error) in [
            ("https://good@evil/", E::UserInfo),
            ("https://good\\@evil/", E::Character),
            ("https:\\\\evil", E::Character),
            ("https://app/cb\t", E::Character),
            ("https://app/\u{0}", E::Character),
            ("https://ex\u{e4}mple.com/", E::Character),
            ("https://app/cb#f", E::Fragment),
            ("https://app/cb#", E::Fragment),
            ("https://APP/cb", E::NotNormal),
            ("https://app:443/cb", E::NotNormal),
            ("https://app/a/../cb", E::NotNormal),
            ("https:app/cb", E::NotNormal),
            ("http://app.example.com/cb", E::PlainHttp),
            ("http://127.0.0.1.evil.com/cb", E::PlainHttp),
            ("javascript:alert(1)", E::Scheme),
            ("data:text/html,x", E::Scheme),
            ("file:///etc/passwd", E::Scheme),
            ("vbscript:x", E::Scheme),
            ("blob:https://app/0000", E::Scheme),
            ("JavaScript:alert(1)", E::Scheme),
            ("java\tscript:alert(1)", E::Character),
            ("myapp:/cb", E::Scheme),
            ("//evil", E::NotAbsolute),
            ("/cb", E::NotAbsolute),
            ("", E::NotAbsolute),
        ] {
            assert_eq!(text.parse::<RedirectUri>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_request_names_exactly_what_is_registered() {
        let registered = uri("https://app.example.com/cb");
        assert!(registered.admits("https://app.example.com/cb", ApplicationType::Web));
        for text in [
            "https://app.example.com/cb/",
            "https://app.example.com/CB",
            "https://app.example.com/cb?x=1",
            "https://app.example.com:443/cb",
            "https://app.example.com.evil.com/cb",
            "https://app.example.com/cb#",
            "https://app.example.com/cb\n",
            "",
        ] {
            assert!(
                !registered.admits(text, ApplicationType::Native),
                "{text:?}"
            );
        }
    }

    #[test]
    fn what_could_not_be_registered_admits_nothing_even_if_it_is_stored() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "https://u@app/cb",
        ] {
            let stored = RedirectUri::from_stored(text.to_owned());
            assert!(!stored.admits(text, ApplicationType::Web), "{text}");
        }
    }

    #[test]
    fn the_port_of_a_loopback_address_is_free() {
        let registered = uri("http://127.0.0.1/cb?a=1");
        assert!(registered.admits("http://127.0.0.1:1/cb?a=1", ApplicationType::Web));
        assert!(uri("http://[::1]:8080/cb").admits("http://[::1]:65535/cb", ApplicationType::Web));
        for text in [
            "http://127.0.0.1:0/cb?a=1",
            "http://127.0.0.1:080/cb?a=1",
            "http://127.0.0.1:00000000000000080/cb?a=1",
            "http://127.0.0.1:+80/cb?a=1",
            "http://127.0.0.1:/cb?a=1",
            "http://127.0.0.1:65536/cb?a=1",
            "http://127.0.0.1:8x/cb?a=1",
            "http://127.0.0.1:80@evil/cb?a=1",
            "http://127.0.0.1.evil.com/cb?a=1",
            "http://127.0.0.2:1/cb?a=1",
            "http://localhost:1/cb?a=1",
            "https://127.0.0.1:1/cb?a=1",
            "http://127.0.0.1:1/cb",
        ] {
            assert!(!registered.admits(text, ApplicationType::Native), "{text}");
        }
    }

    #[test]
    fn the_port_of_localhost_is_free_for_native_clients_only() {
        let registered = uri("http://localhost:9000/cb");
        assert!(registered.admits("http://localhost:9001/cb", ApplicationType::Native));
        assert!(!registered.admits("http://localhost:9001/cb", ApplicationType::Web));
    }
}
