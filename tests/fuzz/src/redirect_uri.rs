//! Redirect URIs: what is registered in the first line, what a request names in the rest.

use authly_domain::clients::{ApplicationType, MAX_REDIRECT_URI_LENGTH, RedirectUri};
use url::Url;

use crate::{Check, first_line, of_text};

pub(crate) fn start() -> Check {
    of_text(|case| {
        let (registered, presented) = first_line(case);
        registration(registered);
        request(registered, presented);
    })
}

/// What can be registered leads where its text says.
fn registration(text: &str) {
    let Ok(uri) = text.parse::<RedirectUri>() else {
        return;
    };
    assert_eq!(uri.as_str(), text);
    assert!(text.len() <= MAX_REDIRECT_URI_LENGTH);
    assert!(!text.contains('#'));
    let url = Url::parse(text).expect("a redirect URI is a URL");
    assert_eq!(
        url.as_str().trim_end_matches('/'),
        text.trim_end_matches('/')
    );
    assert!(url.username().is_empty() && url.password().is_none());
    let scheme = url.scheme();
    assert!(scheme == "https" || scheme.contains('.') || (scheme == "http" && uri.is_local()));
    for application in [ApplicationType::Web, ApplicationType::Native] {
        assert!(uri.admits(text, application));
    }
}

/// What a request may name is what is registered, but for the port of a loopback host.
fn request(registered: &str, presented: &str) {
    let stored = RedirectUri::from_stored(registered.to_owned());
    for application in [ApplicationType::Web, ApplicationType::Native] {
        if !stored.admits(presented, application) || presented == registered {
            continue;
        }
        assert!(presented.len() <= MAX_REDIRECT_URI_LENGTH + ":65535".len());
        let [mut there, mut here] = [presented, registered]
            .map(|text| Url::parse(text).expect("what is admitted is a URL"));
        assert_eq!(here.scheme(), "http");
        // The port is all that differs, and it is written as browsers write it.
        assert_eq!(
            without_port(presented, &there),
            without_port(registered, &here)
        );
        assert!(there.set_port(None).is_ok() && here.set_port(None).is_ok());
        assert_eq!(there, here);
        let host = here.host_str().expect("a loopback URL has a host");
        assert!(["127.0.0.1", "[::1]", "localhost"].contains(&host));
        assert!(host != "localhost" || application == ApplicationType::Native);
    }
}

/// The text without its port, which has to be written as browsers write it.
fn without_port(text: &str, url: &Url) -> String {
    let host = url.host_str().expect("a loopback URL has a host");
    let rest = text.strip_prefix(&format!("http://{host}"));
    let rest = rest.expect("the text begins with scheme and host");
    let port = format!(":{}", url.port_or_known_default().expect("http has a port"));
    format!("{host}{}", rest.strip_prefix(&port).unwrap_or(rest))
}
