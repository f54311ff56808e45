//! Making the code that answers a request.

use authly_crypto::opaque;
use authly_domain::audit::AuditEvent;
use authly_domain::authorizations::{AuthorizationRequest, NewCode, StoredRequest};
use authly_domain::clients::Client;
use authly_domain::consents::Consent;
use authly_domain::id::CodeId;
use authly_domain::scopes::Scope;
use authly_domain::secret::AuthorizationCode;
use authly_domain::sessions::Session;
use authly_domain::users::RequestedClaim;
use authly_repositories::DbError;

use super::respond::{AuthorizationAnswer, SeenLogin};
use super::{AuthorizationResponse, AuthorizationService, AuthorizeFailure, UnknownClient};

/// Begins every authorization code.
const CODE_PREFIX: &str = "authly_ac_";

/// What the user has said to a request, if they were asked.
#[derive(Clone, Copy, Default)]
pub(super) struct Answered<'a> {
    /// What is remembered of it.
    pub(super) remembered: Option<&'a Consent>,
    /// That they said it.
    pub(super) given: Option<&'a AuditEvent>,
}

impl AuthorizationService {
    /// Answers a request that never had to wait: one statement. `None` where the copy of the client
    /// is stale.
    pub(super) async fn answer_at_once(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
        session: &Session,
        scope: &Scope,
    ) -> Result<Option<AuthorizationResponse>, DbError> {
        let (value, code) = self.new_code(request, session, scope);
        let conn = self.context.db.connect().await?;
        let stored = conn
            .reads()
            .authorization_codes()
            .insert(&code, client.version)
            .await?;
        let seen = SeenLogin::by(client, request, Some(session));
        Ok(stored.then(|| self.code_response(request, value).having_seen(seen)))
    }

    /// Answers a stored request, in one transaction: the request is answered once, the consent is
    /// remembered where there is a new one, and the code is stored. `client` was read before; where
    /// its copy is stale, it is read anew once.
    pub(super) async fn answer_stored(
        &self,
        stored: &StoredRequest,
        client: &Client,
        session: &Session,
        scope: &Scope,
        consent: Answered<'_>,
    ) -> Result<AuthorizationResponse, AuthorizeFailure> {
        let (value, code) = self.new_code(&stored.request, session, scope);
        let seen = SeenLogin::by(client, &stored.request, Some(session));
        if self
            .store_answer(stored, client.version, session, &code, consent)
            .await?
        {
            return Ok(self.code_response(&stored.request, value).having_seen(seen));
        }
        let present = self.clients.read_anew(&client.id).await?;
        let present = present.ok_or(UnknownClient::Unknown)?;
        if !self.is_still_allowed(&stored.request, &present).await? {
            return Err(AuthorizeFailure::NoLongerAllowed);
        }
        if self
            .store_answer(stored, present.version, session, &code, consent)
            .await?
        {
            return Ok(self.code_response(&stored.request, value).having_seen(seen));
        }
        Err(AuthorizeFailure::ClientChanging)
    }

    /// Whether the client's version was the present one; if not, nothing is stored.
    async fn store_answer(
        &self,
        stored: &StoredRequest,
        client_version: i64,
        session: &Session,
        code: &NewCode,
        consent: Answered<'_>,
    ) -> Result<bool, AuthorizeFailure> {
        let now = self.context.now();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("authorizations.answer").await?;
        if !work.authorization_requests().answer(stored.id, now).await? {
            return Err(AuthorizeFailure::AlreadyAnswered);
        }
        if let Some(newer) = consent.remembered {
            let consents = work.consents();
            let older = consents
                .lock(session.user, code.client)
                .await?
                .unwrap_or_default();
            let all = older.updated_by(newer);
            consents
                .remember(session.user, code.client, &all, now)
                .await?;
        }
        if !work
            .authorization_codes()
            .insert(code, client_version)
            .await?
        {
            return Ok(false);
        }
        if let Some(given) = consent.given {
            self.context.note(&work, given).await?;
        }
        work.commit().await?;
        Ok(true)
    }

    /// A code for what `scope` allows of the request.
    fn new_code(
        &self,
        request: &AuthorizationRequest,
        session: &Session,
        scope: &Scope,
    ) -> (AuthorizationCode, NewCode) {
        let now = self.context.now();
        let entropy = &*self.context.entropy;
        let value = opaque::generate(CODE_PREFIX, entropy);
        let allowed = |one: &&RequestedClaim| scope.contains(one.claim.scope());
        let claims = request.claims.iter().filter(allowed).cloned().collect();
        let code = NewCode {
            id: CodeId::generate(now, entropy),
            digest: opaque::digest(&value),
            client: request.client,
            user: session.user,
            session: session.id,
            claims,
            scope: request.scope.intersection(scope),
            resources: request.resources.clone(),
            redirect_uri: request.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            nonce: request.nonce.clone(),
            authentication: session.authentication.clone(),
            issued_at: now,
            expires_at: now.plus(self.policies.load().authorization.code_lifetime),
        };
        (AuthorizationCode::new(value), code)
    }

    fn code_response(
        &self,
        request: &AuthorizationRequest,
        value: AuthorizationCode,
    ) -> AuthorizationResponse {
        self.context.metrics.codes_issued.add(());
        let answer = AuthorizationAnswer::Code(value);
        AuthorizationResponse::new(request.into(), answer, &self.issuer)
    }
}
