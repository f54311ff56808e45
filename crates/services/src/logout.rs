//! Signing out at the request of a client (OpenID Connect RP-Initiated Logout 1.0), and telling clients of
//! sessions that have ended (Back-Channel Logout 1.0).

mod admin;
mod caller;
mod request;

use std::sync::Arc;

use authly_crypto::pairwise::PairwiseSalt;
use authly_domain::clients::{ClientId, RedirectUri};
use authly_domain::id::SessionId;
use authly_domain::issuer::Issuer;
use authly_domain::refusals::Facts;
use authly_domain::sessions::Session;
use authly_repositories::DbError;
use authly_repositories::logout::ClientInBrowser;
use url::Url;

pub use admin::{LogoutCallAdmin, LogoutCallAdminError, LogoutCallFilter, Retried, ShownCalls};
pub use caller::LogoutCaller;
pub use request::LogoutParameters;
use request::{Request, Said};

use crate::Context;
use crate::authorizations::{UnknownClient, destination};
use crate::clients::ClientCache;
use crate::keys::KeyService;
use crate::sessions::{Browser, SessionService};
use crate::tokens::IdTokenHint;

/// Where a browser goes when its user has been signed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    /// One of the registered `post_logout_redirect_uris`.
    pub uri: RedirectUri,
    /// `state`, byte for byte.
    pub state: Option<String>,
}

impl WayBack {
    /// Where that is, in words that a person can check: a host, or an application's scheme.
    #[must_use]
    pub fn destination(&self) -> String {
        destination(&self.uri)
    }
}

/// What follows now that nobody is signed in any more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SignedOut {
    /// Where the browser goes; `None` where it stays.
    pub way_back: Option<WayBack>,
    /// What it opens in frames before, so that clients sign their users out there (Front-Channel Logout §2).
    pub frames: Vec<Url>,
}

/// What the page that asks first has to be told, by way of its address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// Who asks, where that is known.
    pub client: Option<ClientId>,
    /// Where the browser goes afterwards, where that may be.
    pub way_back: Option<WayBack>,
}

/// What follows a request to sign out.
#[derive(Debug, PartialEq, Eq)]
pub enum LogoutStep {
    /// Nobody is signed in any more: the browser goes back, or sees a page.
    SignedOut(SignedOut),
    /// The user is asked first.
    Ask(Question),
}

/// What the page that asks first says.
#[derive(Debug, PartialEq, Eq)]
pub struct LogoutView {
    /// Who is logged in, if anybody is.
    pub username: Option<String>,
    /// What its form has to be told.
    pub question: Question,
    /// The name of the application that asks.
    pub client_name: Option<String>,
    /// Where the browser goes afterwards, in words that a person can check.
    pub destination: Option<String>,
}

/// Why a page says what is wrong instead. Nothing has ended then.
#[derive(Debug, thiserror::Error)]
pub enum LogoutFailure {
    /// A parameter stands more than once.
    #[error("a parameter stands more than once")]
    Repeated(Box<Facts>),
    /// `client_id` is malformed, unknown or disabled.
    #[error("there is no such client")]
    UnknownClient(UnknownClient),
    /// `post_logout_redirect_uri` is not registered for the client.
    #[error("the post_logout_redirect_uri is not registered for the client")]
    WayBack(Box<Facts>),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// The most frames of a page.
const MOST_FRAMES: i64 = 50;

/// Signs people out.
pub struct LogoutService {
    context: Context,
    issuer: Issuer,
    sessions: SessionService,
    clients: ClientCache,
    keys: Arc<KeyService>,
}

impl LogoutService {
    /// A service that takes the hints of `issuer`.
    #[must_use]
    pub const fn new(
        context: Context,
        issuer: Issuer,
        sessions: SessionService,
        clients: ClientCache,
        keys: Arc<KeyService>,
    ) -> Self {
        Self {
            context,
            issuer,
            sessions,
            clients,
            keys,
        }
    }

    /// Answers a request at the logout endpoint (RP-Initiated Logout §2). A hint that is right for the
    /// browser's session ends it at once; in every other case the user is asked first, so that no
    /// link can sign anybody out. Where nobody is signed in, there is nothing to ask: doing it twice
    /// does no harm.
    ///
    /// # Errors
    /// When a page has to say what is wrong.
    pub async fn begin(
        &self,
        parameters: LogoutParameters,
        browser: &Browser,
    ) -> Result<LogoutStep, LogoutFailure> {
        let request = self.read(parameters).await?;
        let Said::Hint(hint) = &request.said else {
            return Ok(LogoutStep::Ask(request.into_question()));
        };
        let mut frames = Vec::new();
        match self.sessions.current(browser).await? {
            Some(session) if self.means(hint, &request, &session) => {
                frames = self.frames(session.id).await?;
                self.sessions.end(&session, browser).await?;
            }
            Some(_other) => {
                tracing::info!("the hint speaks of another session: the user is asked");
                return Ok(LogoutStep::Ask(request.into_question()));
            }
            // One that has merely expired ends as well: refresh tokens may hang on it.
            None => self.sessions.log_out(browser).await?,
        }
        let way_back = request.way_back;
        Ok(LogoutStep::SignedOut(SignedOut { way_back, frames }))
    }

    /// What the page that asks first says.
    ///
    /// # Errors
    /// When a page has to say what is wrong.
    pub async fn view(
        &self,
        parameters: LogoutParameters,
        browser: &Browser,
    ) -> Result<LogoutView, LogoutFailure> {
        let request = self.read(parameters).await?;
        let session = self.sessions.current(browser).await?;
        Ok(LogoutView {
            username: session.map(|session| session.username.as_str().to_owned()),
            client_name: request.client.as_ref().map(|client| client.name.clone()),
            destination: request.way_back.as_ref().map(|way| destination(&way.uri)),
            question: request.into_question(),
        })
    }

    /// Ends the browser's session because its user said so on that page, and answers where the
    /// browser goes then.
    ///
    /// # Errors
    /// When a page has to say what is wrong.
    pub async fn confirm(
        &self,
        parameters: LogoutParameters,
        browser: &Browser,
    ) -> Result<SignedOut, LogoutFailure> {
        let request = self.read(parameters).await?;
        let frames = match self.sessions.current(browser).await? {
            Some(session) => self.frames(session.id).await?,
            None => Vec::new(),
        };
        self.sessions.log_out(browser).await?;
        let way_back = request.way_back;
        Ok(SignedOut { way_back, frames })
    }

    /// What clients of a session have the browser open, with the issuer and the session as they know it.
    async fn frames(&self, session: SessionId) -> Result<Vec<Url>, DbError> {
        let conn = self.context.db.connect().await?;
        let calls = conn.reads().logout_calls();
        let (clients, all) = calls.in_browser(session, MOST_FRAMES).await?;
        if all > MOST_FRAMES {
            tracing::warn!(
                session.id = %session,
                clients = all,
                frames = MOST_FRAMES,
                "more clients sign their users out in the browser than frames are opened: some are not told"
            );
        }
        let salt = self.keys.pairwise();
        let frame = |client: ClientInBrowser| {
            let mut url = client.uri.as_url().clone();
            let sid = match &client.pairwise_subject {
                Some(subject) => salt.session(subject, session),
                None => session.as_uuid().to_string(),
            };
            url.query_pairs_mut()
                .append_pair("iss", self.issuer.as_str())
                .append_pair("sid", &sid);
            url
        };
        Ok(clients.into_iter().map(frame).collect())
    }

    /// Whether the hint was made for this session, and `logout_hint` does not say otherwise.
    fn means(&self, hint: &IdTokenHint, request: &Request, session: &Session) -> bool {
        let salt = self.keys.pairwise();
        let is_hinted = match &hint.sid {
            Some(sid) => is_sid(sid, hint, session, &salt),
            None => request.client.as_ref().is_some_and(|client| {
                let sector = client.pairwise_sector();
                let pairwise = sector.map(|sector| salt.subject(&sector, &session.subject));
                hint.subject == session.subject || Some(&hint.subject) == pairwise.as_ref()
            }),
        };
        let is_named = request.logout_hint.as_ref().is_none_or(|name| {
            name.eq_ignore_ascii_case(session.username.as_str())
                || *name == *hint.subject.as_str()
                || hint.sid.as_ref() == Some(name)
        });
        is_hinted && is_named
    }
}

/// Whether that is what the client of the hint calls this session (ADR 0017).
fn is_sid(sid: &str, hint: &IdTokenHint, session: &Session, salt: &PairwiseSalt) -> bool {
    sid == session.id.as_uuid().to_string() || sid == salt.session(&hint.subject, session.id)
}
