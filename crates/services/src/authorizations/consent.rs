//! The consent page: what it says, and what its answer does.

use authly_domain::audit::{Actor, AuditAction, AuditEvent};
use authly_domain::authorizations::{NextStep, StoredRequest};
use authly_domain::clients::{Client, RedirectUri};
use authly_domain::consents::answered;
use authly_domain::refusals::{Facts, Reason};
use authly_domain::scopes::{Resource, Scope, ScopeRecord};
use authly_domain::secret::RequestHandle;
use authly_domain::sessions::Session;
use url::Url;

use super::answer::Answered;
use super::respond::{Refusal, SeenLogin};
use super::{
    AuthorizationErrorCode, AuthorizationResponse, AuthorizationService, AuthorizeFailure,
    AuthorizeStep, ConsentView, ScopeLine, ScopeOption,
};
use crate::sessions::Browser;

impl AuthorizationService {
    /// What the consent page says for a stored request; notes that it was shown to this session.
    ///
    /// # Errors
    /// When the request does not wait in this browser, or nobody is logged in as it asks
    /// ([`AuthorizeFailure::SessionChanged`]).
    pub async fn consent_view(
        &self,
        handle: &RequestHandle,
        browser: &Browser,
    ) -> Result<ConsentView, AuthorizeFailure> {
        let (stored, client) = self.waiting(handle, browser).await?;
        let session = self.logged_in(&stored, &client, browser).await?;
        let asked = stored.request.asked_scope();
        let services = self.names_of(stored.request.audience(&client)).await?;
        let conn = self.context.db.connect().await?;
        conn.reads()
            .authorization_requests()
            .note_shown(stored.id, session.id)
            .await?;
        let records = conn.reads().scopes().of_names(&asked).await?;
        Ok(ConsentView {
            client_name: client.name.clone(),
            client_uri: client.client_uri.clone(),
            policy_uri: client.policy_uri.clone(),
            tos_uri: client.tos_uri.clone(),
            username: session.username.to_string(),
            destination: destination(&stored.request.redirect_uri),
            services,
            scopes: lines(&asked, &records, &client),
        })
    }

    /// Approves a stored request, with the optional scopes that were ticked.
    ///
    /// # Errors
    /// When the request does not wait in this browser for this session.
    pub async fn approve(
        &self,
        handle: &RequestHandle,
        browser: &Browser,
        ticked: Scope,
    ) -> Result<AuthorizeStep, AuthorizeFailure> {
        let (stored, client) = self.waiting(handle, browser).await?;
        let session = self.logged_in(&stored, &client, browser).await?;
        if stored.shown_to != Some(session.id) {
            return Err(AuthorizeFailure::SessionChanged);
        }
        let request = &stored.request;
        let audience = request.audience(&client);
        let consent = answered(&client, &request.asked_scope(), audience, &ticked);
        // Not for a client that anyone's program could pass for (decisions 19).
        let remembered = (!client.is_unproven_at(&request.redirect_uri)).then_some(&consent);
        let actor = Actor::User(session.user);
        let given = self
            .context
            .event(AuditAction::ConsentGiven, actor, browser.origin())
            .of_user(session.user)
            .of_client(client.key)
            .of_session(session.id)
            .with("granted", &consent.granted)
            .with("declined", &consent.declined)
            .with("resources", spelled(&consent.resources));
        let said = Answered {
            remembered,
            given: Some(&given),
        };
        let response = self
            .answer_stored(&stored, &client, &session, &consent.granted, said)
            .await?;
        Ok(AuthorizeStep::Respond(response))
    }

    /// Denies a stored request: the client gets `access_denied`. Works from the login page too.
    ///
    /// # Errors
    /// When the request does not wait in this browser.
    pub async fn deny(
        &self,
        handle: &RequestHandle,
        browser: &Browser,
    ) -> Result<AuthorizationResponse, AuthorizeFailure> {
        let (stored, client) = self.waiting(handle, browser).await?;
        let session = self.sessions.current(browser).await?;
        let seen = SeenLogin::by(&client, &stored.request, session.as_ref());
        let user = session.as_ref().map(|session| session.user);
        let event = self
            .context
            .event(
                AuditAction::ConsentDenied,
                user.map_or(Actor::Anonymous, Actor::User),
                browser.origin(),
            )
            .of_user(user)
            .of_client(stored.request.client)
            .of_session(session.map(|session| session.id))
            .refused();
        self.close_noting(&stored, &event).await?;
        let refusal = Refusal::new(
            AuthorizationErrorCode::AccessDenied,
            Reason::DeniedByUser,
            "the user has denied the request",
        )
        .with(Facts::default().of_client(client.id.as_str()));
        let to = (&stored.request).into();
        let refused = AuthorizationResponse::refused(to, refusal, &self.issuer);
        Ok(refused.having_seen(seen))
    }

    /// Closes a request that was denied, and writes that down.
    async fn close_noting(
        &self,
        stored: &StoredRequest,
        event: &AuditEvent,
    ) -> Result<(), AuthorizeFailure> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("authorizations.deny").await?;
        let requests = work.authorization_requests();
        if !requests.answer(stored.id, self.context.now()).await? {
            return Err(AuthorizeFailure::AlreadyAnswered);
        }
        self.context.note(&work, event).await?;
        Ok(work.commit().await?)
    }

    /// The session, if its login is all that the request asks for.
    async fn logged_in(
        &self,
        stored: &StoredRequest,
        client: &Client,
        browser: &Browser,
    ) -> Result<Session, AuthorizeFailure> {
        match self.next(&stored.request, client, browser).await? {
            (Some(session), NextStep::AskConsent | NextStep::Answer(_)) => Ok(session),
            _ => Err(AuthorizeFailure::SessionChanged),
        }
    }
}

/// Identifiers divided by spaces, which none of them holds.
fn spelled(resources: &[Resource]) -> String {
    let spelled: Vec<&str> = resources.iter().map(Resource::as_str).collect();
    spelled.join(" ")
}

/// The lines of the page in the order of the request.
fn lines(scope: &Scope, records: &[ScopeRecord], client: &Client) -> Vec<ScopeLine> {
    let line = |name: &str| {
        let record = records.iter().find(|record| record.name.as_str() == name);
        let is_optional = name != "openid" && client.optional_scope.contains(name);
        ScopeLine {
            name: name.to_owned(),
            description: record.map_or_else(|| name.to_owned(), |one| one.description.clone()),
            option: if is_optional {
                ScopeOption::Optional
            } else {
                ScopeOption::Required
            },
        }
    };
    scope.iter().map(|name| line(name.as_str())).collect()
}

/// Where the answer goes, in words that a person can check: a host, or an application's scheme.
pub(crate) fn destination(redirect_uri: &RedirectUri) -> String {
    match Url::parse(redirect_uri.as_str()) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => {
            let host = url.host_str().unwrap_or_default();
            url.port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
        }
        Ok(url) => url.scheme().to_owned(),
        Err(_never_stored) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_a_host_or_a_scheme() {
        let of = |uri: &str| destination(&uri.parse().unwrap());
        assert_eq!(of("https://app.example.com/cb"), "app.example.com");
        assert_eq!(of("http://localhost:9000/callback"), "localhost:9000");
        assert_eq!(of("com.example.app:/cb"), "com.example.app");
    }
}
