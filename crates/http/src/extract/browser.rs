//! The browser at the other end of a page.

use std::future::{Ready, ready};

use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::USER_AGENT;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use authly_domain::audit::Origin;
use authly_domain::secret::{CsrfToken, DeviceToken, SessionToken};
use authly_services::authorizations::{AuthorizationResponse, AuthorizeStep};
use authly_services::sessions::{Browser, BrowserGuard, BrowserState, DeviceCookie, Presence};
use url::Url;

use super::cookies::STATE_COOKIE;
use super::{Cookies, Misconfigured, client_address, collaborator};
use crate::middleware::RequestId;
use crate::respond::PageFailure;

/// How much of `User-Agent` is kept, in characters.
const MAX_USER_AGENT: usize = 256;

/// Whether a browser has been here before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// It has no cookie of ours yet.
    First,
    /// It has.
    Known,
    /// A page of another site posted a form here, and the browser kept our cookies back because
    /// they are `SameSite=Lax`: who it is shows after a redirect only.
    Withheld,
}

/// What becomes of the session cookie with the answer.
enum SessionCookie {
    Unchanged,
    Set(Cookie<'static>),
    Removed,
}

/// A browser that asks for a page, and what its cookies become with the answer.
pub(crate) struct Visitor {
    /// Who it is.
    pub(crate) browser: Browser,
    /// Whether it has been here before.
    pub(crate) visit: Visit,
    session_cookie: SessionCookie,
    device_cookie: Option<Cookie<'static>>,
    /// What scripts are told of the login; `None` where nothing was said yet, or cannot be.
    state: Option<BrowserState>,
    state_cookie: Option<Cookie<'static>>,
    cookies: web::Data<Cookies>,
    guard: web::Data<BrowserGuard>,
}

impl Visitor {
    /// Reads the cookies; makes a browser token for a first visit.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Misconfigured> {
        let cookies = collaborator::<Cookies>(request)?;
        let guard = collaborator::<BrowserGuard>(request)?;
        let value = |name: &str| Cookies::value(request.headers(), name);
        let known = value(&cookies.browser).and_then(|text| guard.read_browser(&text));
        let session = value(&cookies.session).and_then(|text| guard.read_session(&text));
        let state = value(STATE_COOKIE).and_then(|text| guard.read_state(&text));
        let visit = match known {
            Some(_) => Visit::Known,
            None if is_posted_by_another_site(request) => Visit::Withheld,
            None => Visit::First,
        };
        Ok(Self {
            browser: Browser {
                token: known.unwrap_or_else(|| guard.new_browser()),
                session,
                device: value(&cookies.device).map(DeviceToken::new),
                address: client_address(request)?,
                user_agent: user_agent(request),
                request: request_number(request),
            },
            visit,
            session_cookie: SessionCookie::Unchanged,
            device_cookie: None,
            state: state.filter(|_state| cookies.has_state()),
            state_cookie: None,
            cookies,
            guard,
        })
    }

    /// The token for this browser's forms.
    pub(crate) fn csrf(&self) -> CsrfToken {
        self.guard.csrf_token(&self.browser.token)
    }

    /// Whether a form's token was made for this browser. On a first visit there is none.
    pub(super) fn admits(&self, presented: &str) -> bool {
        self.visit == Visit::Known && self.guard.admits(&self.browser.token, presented)
    }

    /// The browser has this session from now on.
    pub(crate) fn begin_session(&mut self, token: SessionToken) {
        self.session_cookie = SessionCookie::Set(self.cookies.session(&token));
        self.browser.session = Some(token);
        self.renew_state(Presence::LoggedIn);
    }

    /// The browser is known again from now on.
    pub(crate) fn remember(&mut self, device: DeviceCookie) {
        self.device_cookie = Some(self.cookies.device(&device));
        self.browser.device = Some(device.token);
    }

    /// The browser has no session from now on. A request that shows nothing of it changes no cookie: the
    /// session may live, and any ID token of anybody's leads a page of another site here.
    pub(crate) fn end_session(&mut self) {
        if !self.shows_the_login() {
            return;
        }
        self.session_cookie = SessionCookie::Removed;
        self.browser.session = None;
        self.renew_state(Presence::Nobody);
    }

    /// Scripts are told another state from now on.
    fn renew_state(&mut self, presence: Presence) {
        let state = self.guard.new_state(presence);
        self.state_cookie = self.cookies.state(&state);
        self.state = self.state_cookie.is_some().then_some(state);
    }

    /// Whether the request shows who is logged in. One out of another site's page may come with the state
    /// alone, and says nothing of the session then.
    const fn shows_the_login(&self) -> bool {
        let has_our_cookies = matches!(self.visit, Visit::Known) || self.browser.session.is_some();
        has_our_cookies || self.state.is_none()
    }

    /// Somebody was found to be logged in here, or nobody: the state becomes another one where it says
    /// otherwise, since a session may have ended elsewhere. Answers whether the state is right.
    pub(crate) fn meets(&mut self, presence: Presence) -> bool {
        let said = self.state.as_ref().map(BrowserState::presence);
        if said == Some(presence) {
            return true;
        }
        if !self.shows_the_login() {
            return false;
        }
        self.renew_state(presence);
        true
    }

    /// Tells the client that is answered of the login in this browser (Session Management §2), if its
    /// scripts can ask about that later.
    pub(crate) fn tell(&mut self, step: AuthorizeStep) -> AuthorizeStep {
        match step {
            AuthorizeStep::Respond(mut answer) => {
                answer.session_state = self.session_state(&answer);
                AuthorizeStep::Respond(answer)
            }
            page => page,
        }
    }

    fn session_state(&mut self, answer: &AuthorizationResponse) -> Option<String> {
        let seen = answer.seen.as_ref()?;
        let origin = Url::parse(answer.redirect_uri.as_str()).ok()?.origin();
        if !origin.is_tuple() || !self.meets(seen.presence) {
            return None;
        }
        let state = self.state.as_ref()?;
        let origin = origin.ascii_serialization();
        Some(self.guard.session_state(&seen.client, &origin, state))
    }

    /// Adds the cookies to the answer: the browser cookie on a first visit, the others where they
    /// changed.
    pub(crate) fn seal(self, mut response: HttpResponse) -> Result<HttpResponse, PageFailure> {
        if self.visit == Visit::First {
            let cookie = self.cookies.browser(&self.browser.token);
            response.add_cookie(&cookie).map_err(PageFailure::failed)?;
        }
        self.seal_changes(response)
    }

    /// Adds the cookies that changed to an answer after which nothing waits for this browser, so that it
    /// needs none to be known by.
    pub(crate) fn seal_changes(
        self,
        mut response: HttpResponse,
    ) -> Result<HttpResponse, PageFailure> {
        let session_cookie = match self.session_cookie {
            SessionCookie::Unchanged => None,
            SessionCookie::Set(cookie) => Some(cookie),
            SessionCookie::Removed => Some(self.cookies.no_session()),
        };
        let changed = [session_cookie, self.device_cookie, self.state_cookie];
        for cookie in changed.iter().flatten() {
            response.add_cookie(cookie).map_err(PageFailure::failed)?;
        }
        Ok(response)
    }
}

impl FromRequest for Visitor {
    type Error = PageFailure;
    type Future = Ready<Result<Self, PageFailure>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Self::of(request).map_err(PageFailure::failed))
    }
}

/// Whether a page of another site sent this form, as browsers say by themselves (Fetch Metadata).
fn is_posted_by_another_site(request: &HttpRequest) -> bool {
    let site = request.headers().get("sec-fetch-site");
    request.method() == Method::POST && site.is_some_and(|site| site == "cross-site")
}

/// The request, for the audit trail. What a program calls itself is cut as a browser's is.
pub(crate) fn origin(request: &HttpRequest) -> Origin {
    let user_agent = user_agent(request);
    Origin {
        request: request_number(request),
        address: client_address(request).ok(),
        user_agent: (!user_agent.is_empty()).then_some(user_agent),
    }
}

/// The number of the request in the log.
fn request_number(request: &HttpRequest) -> Option<String> {
    let extensions = request.extensions();
    let id = extensions.get::<RequestId>();
    id.map(|id| id.as_str().to_owned())
}

/// How the caller names itself, cut short.
pub(super) fn user_agent(request: &HttpRequest) -> String {
    let header = request.headers().get(USER_AGENT);
    let text = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.chars().take(MAX_USER_AGENT).collect()
}
