//! The authorization service: from the request in the browser to the code, or the page in between.

use std::sync::Arc;

use authly_crypto::opaque;
use authly_domain::authorizations::{
    AuthorizationRequest, NextStep, Situation, StoredRequest, StoredRequestState, next_step,
};
use authly_domain::clients::{Client, ClientId};
use authly_domain::id::AuthorizationRequestId;
use authly_domain::issuer::Issuer;
use authly_domain::refusals::Facts;
use authly_domain::secret::RequestHandle;
use authly_domain::sessions::Session;
use authly_domain::throttle::counted_network;
use authly_domain::users::Subject;
use authly_repositories::DbError;
use authly_repositories::authorizations::{Admission, NewRequest, RequestCaps, RequestKey};

use super::answer::Answered;
use super::failure::{active, uri_facts};
use super::request_objects::RequestObjects;
use super::respond::{Refusal, ReturnAddress, SeenLogin};
use super::steps::{Tried, page_for, page_needed, unmet};
use super::{
    AuthorizationParameters, AuthorizationResponse, AuthorizeFailure, AuthorizeStep, LoginView,
    UnknownClient, validate,
};
use crate::Context;
use crate::clients::ClientCache;
use crate::keys::KeyService;
use crate::policy::LivePolicies;
use crate::resource_servers::ResourceRegistry;
use crate::sessions::{Browser, SessionService};

/// Begins the handle in the address of the pages.
const HANDLE_PREFIX: &str = "authly_rq_";

/// Leads a user through an authorization.
pub struct AuthorizationService {
    pub(super) context: Context,
    pub(super) issuer: Issuer,
    pub(super) requests: RequestObjects,
    pub(super) policies: LivePolicies,
    pub(super) clients: ClientCache,
    pub(super) sessions: SessionService,
    pub(super) keys: Arc<KeyService>,
    pub(super) servers: ResourceRegistry,
}

impl AuthorizationService {
    /// A service that answers as the issuer of its policies, reads signed requests with `requests`, and
    /// knows who may ask, and for which resource servers.
    #[must_use]
    pub fn new(
        context: Context,
        requests: RequestObjects,
        policies: LivePolicies,
        (clients, servers): (ClientCache, ResourceRegistry),
        sessions: SessionService,
        keys: Arc<KeyService>,
    ) -> Self {
        Self {
            context,
            issuer: policies.load().tokens.issuer.clone(),
            requests,
            policies,
            clients,
            sessions,
            keys,
            servers,
        }
    }

    /// Answers a request at the authorization endpoint (OAuth 2.1 §4.1.1): validates it, and either
    /// answers the client at once or stores the request and names the page to show.
    ///
    /// # Errors
    /// When a page has to say what is wrong.
    pub async fn authorize(
        &self,
        parameters: AuthorizationParameters,
        browser: &Browser,
    ) -> Result<AuthorizeStep, AuthorizeFailure> {
        let id = parameters.single_client_id()?;
        let id = id.parse::<ClientId>();
        let id = id.map_err(|_malformed| UnknownClient::Unknown)?;
        let client = self.clients.get(&id).await?;
        let client = client.ok_or(UnknownClient::Unknown)?;
        let refused = match self.try_authorize(&parameters, &client, browser).await? {
            Tried::Settled(step) => return Ok(step),
            Tried::Refused(refused) => Some(refused),
            Tried::Stale => None,
        };
        // The copy of the client is stale, or may be: what it has no room for may be registered by now.
        let present = self.clients.read_anew(&id).await?;
        let present = present.ok_or(UnknownClient::Unknown)?;
        if let Some(refused) = refused
            && present.version == client.version
        {
            return refused;
        }
        match self.try_authorize(&parameters, &present, browser).await? {
            Tried::Settled(step) => Ok(step),
            Tried::Refused(refused) => refused,
            Tried::Stale => Err(AuthorizeFailure::ClientChanging),
        }
    }

    /// What comes of a request by this copy of the client.
    async fn try_authorize(
        &self,
        parameters: &AuthorizationParameters,
        client: &Client,
        browser: &Browser,
    ) -> Result<Tried, AuthorizeFailure> {
        if !client.is_active {
            return Ok(Tried::Refused(Err(UnknownClient::Disabled.into())));
        }
        let signed = match self.requests.open(parameters, client).await {
            Ok(signed) => signed,
            Err(refusal) => {
                let refused = self.refuse_unopened(parameters, client, refusal);
                return Ok(Tried::Refused(refused));
            }
        };
        let parameters = signed.as_ref().unwrap_or(parameters);
        let redirect_uri = match validate::redirect_uri(parameters, client) {
            Ok(redirect_uri) => redirect_uri,
            Err(why) => {
                let facts = uri_facts(parameters, client).into();
                return Ok(Tried::Refused(Err(AuthorizeFailure::RedirectUri(
                    why, facts,
                ))));
            }
        };

        let to = validate::return_address(parameters, redirect_uri);
        let now = self.context.now();
        let validated = validate::validate(parameters, client, &to, now)
            .and_then(|request| self.with_hint(request, parameters, client));
        let validated = match validated {
            Ok(request) => self.with_servers(request, client).await?,
            refused => refused,
        };
        match validated {
            Ok(request) => self.go_on(&request, to, client, browser).await,
            Err(refusal) => Ok(Tried::Refused(Ok(self.refuse(to, refusal)))),
        }
    }

    /// What comes of a request that is in order.
    async fn go_on(
        &self,
        request: &AuthorizationRequest,
        to: ReturnAddress,
        client: &Client,
        browser: &Browser,
    ) -> Result<Tried, AuthorizeFailure> {
        let (session, step) = self.next(request, client, browser).await?;
        let seen = SeenLogin::by(client, request, session.as_ref());
        if step.forbidden_by(request.prompt) {
            let refused = self.refuse(to, page_needed(&step));
            return Ok(Tried::Settled(refused.having_seen(seen)));
        }
        match (step, &session) {
            (NextStep::Answer(scope), Some(session)) => {
                let response = self
                    .answer_at_once(request, client, session, &scope)
                    .await?;
                let response = response.map(AuthorizeStep::Respond);
                Ok(response.map_or(Tried::Stale, Tried::Settled))
            }
            (NextStep::Refuse(why), _) => {
                let refused = self.refuse(to, unmet(why));
                Ok(Tried::Settled(refused.having_seen(seen)))
            }
            (step, _) => {
                let kept = self.keep(request, client, browser).await?;
                let page = kept.map(|handle| page_for(&step, handle, session.as_ref()));
                Ok(page.map_or(Tried::Stale, Tried::Settled))
            }
        }
    }

    /// What follows for a stored request now that the browser's session has changed: after a login
    /// or one of its steps.
    ///
    /// # Errors
    /// When the request does not wait in this browser.
    pub async fn resume(
        &self,
        handle: RequestHandle,
        browser: &Browser,
    ) -> Result<AuthorizeStep, AuthorizeFailure> {
        let (stored, client) = self.waiting(&handle, browser).await?;
        let (session, step) = self.next(&stored.request, &client, browser).await?;
        match (step, &session) {
            (NextStep::Answer(scope), Some(session)) => {
                let response = self
                    .answer_stored(&stored, &client, session, &scope, Answered::default())
                    .await?;
                Ok(AuthorizeStep::Respond(response))
            }
            (NextStep::Refuse(why), _) => {
                self.close(&stored).await?;
                let facts = Facts::default().of_client(client.id.as_str());
                let seen = SeenLogin::by(&client, &stored.request, session.as_ref());
                let refused = self.refuse((&stored.request).into(), unmet(why).with(facts));
                Ok(refused.having_seen(seen))
            }
            (step, _) => Ok(page_for(&step, handle, session.as_ref())),
        }
    }

    /// What the login page says for a stored request.
    ///
    /// # Errors
    /// When the request does not wait in this browser.
    pub async fn login_view(
        &self,
        handle: &RequestHandle,
        browser: &Browser,
    ) -> Result<LoginView, AuthorizeFailure> {
        let (stored, client) = self.waiting(handle, browser).await?;
        Ok(LoginView {
            client_name: client.name.clone(),
            login_hint: stored.request.login_hint,
        })
    }

    /// The browser's session, and what stands between the request and its answer.
    pub(super) async fn next(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
        browser: &Browser,
    ) -> Result<(Option<Session>, NextStep), DbError> {
        let found = self
            .sessions
            .current_with_consent(browser, Some(client.key))
            .await?;
        let (session, consent) = found.unzip();
        let consent = consent.flatten();
        let now = self.context.now();
        let subject = session
            .as_ref()
            .map(|session| self.subject_for(client, session));
        let situation = Situation {
            client,
            session: session.as_ref(),
            subject: subject.as_ref(),
            consent: consent.as_ref(),
            now,
        };
        let step = next_step(request, &situation);
        Ok((session, step))
    }

    /// What the client calls the user of a session.
    fn subject_for(&self, client: &Client, session: &Session) -> Subject {
        let salt = self.keys.pairwise();
        let sector = client.pairwise_sector();
        sector.map_or_else(
            || session.subject.clone(),
            |sector| salt.subject(&sector, &session.subject),
        )
    }

    /// Marks a stored request as answered, unless it was before.
    pub(super) async fn close(&self, stored: &StoredRequest) -> Result<(), AuthorizeFailure> {
        let conn = self.context.db.connect().await?;
        let requests = conn.reads().authorization_requests();
        if requests.answer(stored.id, self.context.now()).await? {
            Ok(())
        } else {
            Err(AuthorizeFailure::AlreadyAnswered)
        }
    }

    /// The request of this handle, if it still waits in this browser, and its client, if that may
    /// still ask for it.
    pub(super) async fn waiting(
        &self,
        handle: &RequestHandle,
        browser: &Browser,
    ) -> Result<(StoredRequest, Arc<Client>), AuthorizeFailure> {
        let conn = self.context.db.connect().await?;
        let requests = conn.reads().authorization_requests();
        let found = requests
            .find(&key_of(handle, browser), self.context.now())
            .await?;
        drop(conn);
        let stored = found.ok_or(AuthorizeFailure::RequestUnknown)?;
        match stored.state {
            StoredRequestState::Open => {}
            StoredRequestState::Answered => return Err(AuthorizeFailure::AlreadyAnswered),
            StoredRequestState::Expired => return Err(AuthorizeFailure::RequestExpired),
        }
        let client = active(self.clients.get(&stored.client_id).await?)?;
        if self.is_still_allowed(&stored.request, &client).await? {
            return Ok((stored, client));
        }
        // The copy may be older than the request.
        let client = active(self.clients.read_anew(&stored.client_id).await?)?;
        if self.is_still_allowed(&stored.request, &client).await? {
            return Ok((stored, client));
        }
        Err(AuthorizeFailure::NoLongerAllowed)
    }

    /// Stores a request while the user is asked; `None` where the copy of the client turned out to be
    /// stale.
    async fn keep(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
        browser: &Browser,
    ) -> Result<Option<RequestHandle>, AuthorizeFailure> {
        let now = self.context.now();
        let entropy = &*self.context.entropy;
        let policy = self.policies.load().authorization;
        let handle = RequestHandle::new(opaque::generate(HANDLE_PREFIX, entropy));
        let new = NewRequest {
            id: AuthorizationRequestId::generate(now, entropy),
            key: key_of(&handle, browser),
            request,
            client_version: client.version,
            network: counted_network(browser.address),
            expires_at: now.plus(policy.request_lifetime),
        };
        let caps = RequestCaps {
            per_network: policy.requests_per_address,
            in_all: policy.requests_in_all,
        };
        let conn = self.context.db.connect().await?;
        let requests = conn.reads().authorization_requests();
        match requests.insert(&new, caps).await? {
            Admission::Stored => Ok(Some(handle)),
            Admission::OfAnotherVersion => Ok(None),
            Admission::NetworkFull => Err(AuthorizeFailure::TooManyRequests),
            Admission::Full => Err(AuthorizeFailure::Crowded),
        }
    }

    /// What nobody has signed may say where that is told, as it may in any other request.
    fn refuse_unopened(
        &self,
        parameters: &AuthorizationParameters,
        client: &Client,
        refusal: Refusal,
    ) -> Result<AuthorizeStep, AuthorizeFailure> {
        match validate::redirect_uri(parameters, client) {
            Ok(redirect_uri) => {
                let to = validate::return_address(parameters, redirect_uri);
                Ok(self.refuse(to, refusal))
            }
            Err(_unusable) => Err(refusal.into_failure()),
        }
    }

    fn refuse(&self, to: ReturnAddress, refusal: Refusal) -> AuthorizeStep {
        AuthorizeStep::Respond(AuthorizationResponse::refused(to, refusal, &self.issuer))
    }
}

fn key_of(handle: &RequestHandle, browser: &Browser) -> RequestKey {
    RequestKey {
        handle: opaque::digest(handle.expose()),
        browser: opaque::digest(browser.token.expose()),
    }
}
