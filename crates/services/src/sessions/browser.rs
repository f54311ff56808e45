//! Who is at the other end of a page: a browser, known by two cookies.

use std::net::IpAddr;
use std::sync::Arc;

use authly_crypto::csrf::CsrfKey;
use authly_crypto::master_key::MasterKey;
use authly_crypto::opaque;
use authly_domain::audit::Origin;
use authly_domain::entropy::Entropy;
use authly_domain::secret::{BrowserToken, CsrfToken, DeviceToken, SessionToken};

/// Begins the cookie that binds a browser's requests and forms to it.
const BROWSER_PREFIX: &str = "authly_br_";
/// Begins the session cookie.
pub(super) const SESSION_PREFIX: &str = "authly_se_";

/// A browser that asks for a page.
#[derive(Debug)]
pub struct Browser {
    /// The cookie that binds requests and forms to this browser; made on its first visit.
    pub token: BrowserToken,
    /// The session cookie, if there is one.
    pub session: Option<SessionToken>,
    /// The cookie of a browser in which somebody has logged in before.
    pub device: Option<DeviceToken>,
    /// Where the request came from.
    pub address: IpAddr,
    /// `User-Agent`, cut to 256 characters; empty where absent.
    pub user_agent: String,
    /// The number of the request in the log.
    pub request: Option<String>,
}

impl Browser {
    /// The request, for the audit trail.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            request: self.request.clone(),
            address: Some(self.address),
            user_agent: (!self.user_agent.is_empty()).then(|| self.user_agent.clone()),
        }
    }
}

/// Makes browser cookies, and the tokens that tie forms to them.
pub struct BrowserGuard {
    key: CsrfKey,
    entropy: Arc<dyn Entropy>,
}

impl BrowserGuard {
    /// A guard whose tokens every node with this master key takes.
    #[must_use]
    pub fn new(master: &MasterKey, entropy: Arc<dyn Entropy>) -> Self {
        Self {
            key: CsrfKey::from_master(master),
            entropy,
        }
    }

    pub(super) fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// The cookie for a browser's first visit.
    #[must_use]
    pub fn new_browser(&self) -> BrowserToken {
        BrowserToken::new(opaque::generate(BROWSER_PREFIX, &*self.entropy))
    }

    /// The browser cookie, if its text can be one of ours: prefix, length and alphabet.
    #[must_use]
    pub fn read_browser(&self, cookie: &str) -> Option<BrowserToken> {
        has_form(cookie, BROWSER_PREFIX).then(|| BrowserToken::new(cookie.to_owned()))
    }

    /// The session cookie, if its text can be one of ours.
    #[must_use]
    pub fn read_session(&self, cookie: &str) -> Option<SessionToken> {
        has_form(cookie, SESSION_PREFIX).then(|| SessionToken::new(cookie.to_owned()))
    }

    /// The token for this browser's forms.
    #[must_use]
    pub fn csrf_token(&self, browser: &BrowserToken) -> CsrfToken {
        self.key.token(browser)
    }

    /// Whether a form's token was made for this browser.
    #[must_use]
    pub fn admits(&self, browser: &BrowserToken, presented: &str) -> bool {
        self.key.verify(browser, presented)
    }
}

/// Whether a text is `prefix` and 256 bits in base64url.
pub(super) fn has_form(text: &str, prefix: &str) -> bool {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.len() == 43 && rest.bytes().all(base64url))
}
