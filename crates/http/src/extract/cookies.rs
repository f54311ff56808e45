//! The cookies: one knows the session, one binds requests and forms to a browser, one knows a browser
//! again in which somebody has logged in before, and one tells scripts that the login has changed.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{COOKIE, HeaderMap};
use authly_domain::issuer::Issuer;
use authly_domain::secret::{BrowserToken, SessionToken};
use authly_services::sessions::{BrowserState, DeviceCookie};

/// The name of the cookie that the frame of clients reads (Session Management §3.2).
pub(crate) const STATE_COOKIE: &str = "__Host-authly-state";

/// Names and attributes of our cookies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cookies {
    /// The name of the session cookie.
    pub(super) session: String,
    /// The name of the browser cookie.
    pub(super) browser: String,
    /// The name of the device cookie.
    pub(super) device: String,
    transport: Transport,
}

/// What stands in the frame of another site is kept from cookies that are not meant for that, and those
/// have to be secure. There is none on http, which is for loopback alone.
fn state_cookie(state: &BrowserState) -> Cookie<'static> {
    Cookie::build(STATE_COOKIE, state.as_str().to_owned())
        .path("/")
        .secure(true)
        .same_site(SameSite::None)
        .finish()
}

/// How callers reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Https,
    Http,
}

impl Cookies {
    /// The cookies for this issuer. On https the prefix `__Host-` keeps other hosts and paths from
    /// setting them; on http, which is for loopback alone, browsers take no prefix, and the port
    /// keeps two servers on one machine apart (decisions 16).
    pub(crate) fn of(issuer: &Issuer) -> Self {
        if issuer.is_https() {
            Self {
                session: "__Host-authly-session".to_owned(),
                browser: "__Host-authly-browser".to_owned(),
                device: "__Host-authly-device".to_owned(),
                transport: Transport::Https,
            }
        } else {
            let port = issuer.port();
            Self {
                session: format!("authly-session-{port}"),
                browser: format!("authly-browser-{port}"),
                device: format!("authly-device-{port}"),
                transport: Transport::Http,
            }
        }
    }

    /// The value of the cookie of this name, of which the first counts. Whatever else stands in the
    /// header was set by others on this host, and need not be well-formed: `Cookie` of the web
    /// framework would read none at all then. Ours hold nothing that is encoded.
    pub(super) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
        let pairs = headers
            .get_all(COOKIE)
            .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
        let texts = pairs.filter_map(|pair| std::str::from_utf8(pair).ok());
        let mut named = texts.filter_map(|pair| pair.split_once('='));
        let (_, value) = named.find(|(key, _)| key.trim() == name)?;
        Some(value.trim().to_owned())
    }

    /// Sets the session cookie.
    pub(super) fn session(&self, token: &SessionToken) -> Cookie<'static> {
        self.cookie(&self.session, token.expose())
    }

    /// Sets the cookie that scripts read; `None` where there is none.
    pub(super) fn state(&self, state: &BrowserState) -> Option<Cookie<'static>> {
        self.has_state().then(|| state_cookie(state))
    }

    /// Whether scripts can be told that the login has changed.
    pub(super) fn has_state(&self) -> bool {
        self.transport == Transport::Https
    }

    /// Sets the browser cookie.
    pub(super) fn browser(&self, token: &BrowserToken) -> Cookie<'static> {
        self.cookie(&self.browser, token.expose())
    }

    /// Sets the device cookie: the one that outlives the browser's window.
    pub(super) fn device(&self, device: &DeviceCookie) -> Cookie<'static> {
        let mut cookie = self.cookie(&self.device, device.token.expose());
        let seconds = i64::try_from(device.lifetime.as_secs()).unwrap_or(i64::MAX);
        cookie.set_max_age(Duration::seconds(seconds));
        cookie
    }

    /// Removes the session cookie.
    pub(super) fn no_session(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(&self.session, "");
        cookie.make_removal();
        cookie
    }

    /// Without `Max-Age` the browser forgets a cookie when it is closed; how long a session really lasts
    /// is the server's business.
    fn cookie(&self, name: &str, value: &str) -> Cookie<'static> {
        Cookie::build(name.to_owned(), value.to_owned())
            .path("/")
            .http_only(true)
            .secure(self.transport == Transport::Https)
            .same_site(SameSite::Lax)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use authly_domain::secret::DeviceToken;
    use pretty_assertions::assert_eq;

    use proptest::prelude::*;

    use super::*;

    fn cookies(issuer: &str) -> Cookies {
        Cookies::of(&issuer.parse().unwrap())
    }

    #[test]
    fn on_https_the_cookies_belong_to_the_host_alone() {
        for issuer in ["https://auth.example.com", "https://example.com/auth"] {
            let cookie = cookies(issuer).session(&SessionToken::new("s3".to_owned()));
            assert_eq!(
                cookie.to_string(),
                "__Host-authly-session=s3; HttpOnly; SameSite=Lax; Secure; Path=/"
            );
        }
    }

    #[test]
    fn on_loopback_http_the_name_carries_the_port() {
        let cookie = cookies("http://localhost:8000").browser(&BrowserToken::new("b1".to_owned()));
        assert_eq!(
            cookie.to_string(),
            "authly-browser-8000=b1; HttpOnly; SameSite=Lax; Path=/"
        );
    }

    fn value(lines: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        Cookies::value(&headers, "mine")
    }

    #[test]
    fn a_cookie_is_found_among_those_of_others_however_they_are_written() {
        for line in [
            &b"mine=v"[..],
            b"a=b; mine=v; c=d",
            b"a=b;mine=v",
            b"nameless; mine=v",
            b"=; ;; mine=v",
            b"a=%FF%zz; mine=v",
            b"a=\xFF\xFE; mine=v",
            b"a=\"x; y\"; mine=v",
            b"mine =v",
            b"mine=v; mine=other",
        ] {
            assert_eq!(value(&[line]).as_deref(), Some("v"), "{line:?}");
        }
        assert_eq!(value(&[b"a=\xFF", b"mine=v"]).as_deref(), Some("v"));
    }

    #[test]
    fn another_name_is_another_cookie() {
        for line in [
            &b""[..],
            b"mine",
            b"Mine=v",
            b"xmine=v",
            b"mine\xFF=v",
            b"a=mine=v",
        ] {
            assert_eq!(value(&[line]), None, "{line:?}");
        }
        assert_eq!(value(&[]), None);
    }

    #[test]
    fn the_device_cookie_stays_for_its_time() {
        let device = DeviceCookie {
            token: DeviceToken::new("d1".to_owned()),
            lifetime: std::time::Duration::from_mins(1),
        };
        assert_eq!(
            cookies("https://auth.example.com")
                .device(&device)
                .to_string(),
            "__Host-authly-device=d1; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60"
        );
    }

    #[test]
    fn removal_has_the_same_name_and_path() {
        let removal = cookies("https://auth.example.com").no_session();
        assert_eq!(removal.value(), "");
        assert_eq!(removal.path(), Some("/"));
        assert_eq!(removal.secure(), Some(true));
        assert!(removal.to_string().contains("Max-Age=0"));
    }

    proptest! {
        #[test]
        fn what_we_set_is_read_again_between_any_cookies_of_others(
            value in "[A-Za-z0-9_-]{43}",
            before in "([ -:<-~]{0,12};){0,3}",
            after in "(;[ -:<-~]{0,12}){0,3}",
        ) {
            prop_assume!(!before.contains("__Host-authly-session"));
            let cookies = cookies("https://auth.example.com");
            let set = cookies.session(&SessionToken::new(value.clone()));
            let pair = set.stripped().to_string();
            let line = format!("{before}{pair}{after}");
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, HeaderValue::from_str(&line).unwrap());
            prop_assert_eq!(Cookies::value(&headers, &cookies.session), Some(value));
        }
    }
}
