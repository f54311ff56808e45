//! Logins of the command line with a password (RFC 6749 §4.3, which OAuth 2.1 has dropped): for our
//! own client alone, from where the admin API may be called, and only for administration.

use std::net::IpAddr;
use std::sync::Arc;

use authly_crypto::opaque;
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clients::{Client, GrantType};
use authly_domain::grants::NewGrant;
use authly_domain::id::GrantId;
use authly_domain::refusals::Facts;
use authly_domain::scopes::{Resource, Scope};
use authly_domain::secret::{Password, PresentedToken};
use authly_domain::sessions::LoginStep;
use authly_domain::users::Subject;
use authly_repositories::DbError;
use authly_repositories::grants::GrantWithTokens;
use authly_repositories::tokens::Asker;

use super::issue::{AccessOrder, OnBehalfOf};
use super::service::still_stale;
use super::{
    InvalidScope, IssuedTokens, RefreshTokenGrant, TokenError, TokenGrant, TokenService, facts,
};
use crate::bootstrap::COMMAND_LINE;
use crate::clients::AuthenticatedClient;
use crate::metrics::LoginOutcome;
use crate::sessions::{LoginError, Proof, SessionService};

/// Who logs in with a password, and for what.
#[derive(Debug)]
pub struct PasswordGrant {
    /// User name or address.
    pub username: String,
    /// The password.
    pub password: Password,
    /// What the login is to allow.
    pub scope: Scope,
    /// From where.
    pub address: IpAddr,
    /// With what program; empty where it does not say.
    pub program: String,
    /// The number of the request in the log.
    pub request: Option<String>,
}

impl PasswordGrant {
    /// The request, for the audit trail.
    fn origin(&self) -> Origin {
        Origin {
            request: self.request.clone(),
            address: Some(self.address),
            user_agent: (!self.program.is_empty()).then(|| self.program.clone()),
        }
    }
}

/// Why a login with a password fails.
#[derive(Debug, thiserror::Error)]
pub enum PasswordLoginError {
    /// The setting is off.
    #[error("logins with a password are switched off")]
    Off,
    /// The client is not the command line.
    #[error("the client is not the command line")]
    OtherClient(Box<Facts>),
    /// Name or password is wrong, or the attempt was not let through.
    #[error("the login failed")]
    Login(#[from] LoginError),
    /// The password is right, and something is left to do that a browser is needed for.
    #[error("the step {} of the login is left", .0.as_str())]
    StepLeft(LoginStep, Box<Facts>),
    /// No tokens were issued.
    #[error("no tokens were issued")]
    Tokens(#[from] TokenError),
}

impl From<DbError> for PasswordLoginError {
    fn from(error: DbError) -> Self {
        Self::Tokens(error.into())
    }
}

/// Logs people in at the command line, without a browser.
pub struct PasswordLogins {
    tokens: Arc<TokenService>,
    sessions: SessionService,
}

impl PasswordLogins {
    /// Logins that `sessions` checks, and for which `tokens` issues.
    #[must_use]
    pub const fn new(tokens: Arc<TokenService>, sessions: SessionService) -> Self {
        Self { tokens, sessions }
    }

    /// Checks a password as the login page does, and answers with tokens that hang on a session of
    /// their own. What is asked for was listed where the password was typed, which counts as the
    /// answer to a consent page; nothing of it is remembered.
    ///
    /// # Errors
    /// When the login is refused, or a step of it is left that the command line cannot do.
    pub async fn log_in(
        &self,
        client: &AuthenticatedClient,
        asked: &PasswordGrant,
    ) -> Result<IssuedTokens, PasswordLoginError> {
        if !self.tokens.issuer.policies.load().admin.password_login {
            return Err(PasswordLoginError::Off);
        }
        is_command_line(client)?;
        check_scope(client.client(), &asked.scope)?;
        let answer = self.check_password(client, asked).await;
        let outcome = match &answer {
            Ok(_) | Err(PasswordLoginError::StepLeft(..)) => LoginOutcome::Succeeded,
            Err(PasswordLoginError::Login(error)) => LoginOutcome::of(error),
            Err(_) => LoginOutcome::Failed,
        };
        self.tokens.context.metrics.logins.add(outcome);
        answer
    }

    /// Refreshes what a login has got, as the token endpoint does.
    ///
    /// # Errors
    /// The refusal; or that signing or storage failed.
    pub async fn refresh(
        &self,
        client: &AuthenticatedClient,
        grant: RefreshTokenGrant,
        from: impl Into<Origin>,
    ) -> Result<IssuedTokens, PasswordLoginError> {
        is_command_line(client)?;
        let grant = TokenGrant::RefreshToken(grant);
        Ok(self.tokens.exchange(client, grant, from).await?)
    }

    /// Ends the grant of a refresh token, and the session that it hangs on. A token of another client,
    /// or none at all, changes nothing and is no error.
    ///
    /// # Errors
    /// When the client is another, or storage fails.
    pub async fn log_out(
        &self,
        client: &AuthenticatedClient,
        token: &PresentedToken,
        from: impl Into<Origin>,
    ) -> Result<(), PasswordLoginError> {
        is_command_line(client)?;
        let from = from.into();
        if self.end(client.client(), token, &from).await? {
            return Ok(());
        }
        let renewed = self.renew(client).await?;
        if self.end(renewed.client(), token, &from).await? {
            return Ok(());
        }
        Err(still_stale().into())
    }

    async fn check_password(
        &self,
        client: &AuthenticatedClient,
        asked: &PasswordGrant,
    ) -> Result<IssuedTokens, PasswordLoginError> {
        let sessions = &self.sessions;
        let origin = asked.origin();
        let from = (asked.address, &origin);
        let checked = sessions.prove(&asked.username, &asked.password, from, None);
        let proof = checked.await?;
        if let Some(step) = proof.steps_left().first() {
            sessions.forgive(&proof).await?;
            let facts = Facts::default().of_user(proof.user.id);
            let facts = facts.expected("no step left").came(step.as_str());
            return Err(PasswordLoginError::StepLeft(*step, facts.into()));
        }
        if let Some(tokens) = self.open(client.client(), &proof, asked).await? {
            return Ok(tokens);
        }
        // The copy of the client was stale.
        let renewed = self.renew(client).await?;
        check_scope(renewed.client(), &asked.scope)?;
        let tokens = self.open(renewed.client(), &proof, asked).await?;
        tokens.ok_or_else(|| still_stale().into())
    }

    /// One transaction: the login is noted, a session begins and on it a grant with its tokens, and
    /// what the throttle counted is taken back. `None` where the copy of the client is stale.
    async fn open(
        &self,
        client: &Client,
        proof: &Proof,
        asked: &PasswordGrant,
    ) -> Result<Option<IssuedTokens>, PasswordLoginError> {
        let context = &self.tokens.context;
        let now = context.now();
        let mut conn = context.db.connect().await?;
        let work = conn.begin("tokens.log_in").await?;
        let subject = proof.note(&work, now).await?;
        let from = (asked.address, asked.program.as_str());
        let sessions = &self.sessions;
        let opening = sessions.open_without_browser(&work, &proof.user, from, now);
        let (session, authentication) = opening.await?;
        let grant = NewGrant {
            id: GrantId::generate(now, &*context.entropy),
            client: client.key,
            user: proof.user.id,
            session: Some(session),
            scope: asked.scope.clone(),
            resources: Vec::new(),
            claims: Vec::new(),
            pairwise_subject: self.tokens.issuer.pairwise_subject(client, &subject),
            authentication,
            created_at: now,
        };
        let audience = self.tokens.audience(&work, client, &[]).await?;
        let (opened, tokens) = self.tokens_for(client, &subject, grant, &audience)?;
        if !work.grants().open(&opened, client.version, now).await? {
            return Ok(None);
        }
        let actor = Actor::User(proof.user.id);
        let event = context
            .event(AuditAction::LoggedIn, actor, asked.origin())
            .of_user(proof.user.id)
            .of_client(client.key)
            .of_session(session);
        context.note(&work, &event).await?;
        proof.forgive(&work).await?;
        work.commit().await?;
        Ok(Some(tokens))
    }

    fn tokens_for(
        &self,
        client: &Client,
        subject: &Subject,
        grant: NewGrant,
        audience: &[Resource],
    ) -> Result<(GrantWithTokens, IssuedTokens), TokenError> {
        let (maker, now) = (&self.tokens.issuer, grant.created_at);
        let user = OnBehalfOf {
            user: grant.user,
            subject: grant.pairwise_subject.as_ref().unwrap_or(subject),
            grant: grant.id,
            authentication: &grant.authentication,
        };
        let order = AccessOrder {
            client,
            user: Some(user),
            scope: grant.scope.clone(),
            audience,
        };
        let (access_token, access) = maker.access_token(order, now)?;
        let granted = (&grant.scope, [].as_slice());
        let refresh = client
            .may_use(GrantType::RefreshToken)
            .then(|| maker.refresh_token(&user, client, granted, now, now));
        let (refresh_token, refresh) = refresh.unzip();
        let tokens = IssuedTokens {
            access_token,
            expires_in: access.expires_at.since(now),
            scope: grant.scope.clone(),
            refresh_token,
            id_token: None,
        };
        let opened = GrantWithTokens {
            grant,
            access,
            refresh,
        };
        Ok((opened, tokens))
    }

    /// Whether the copy of the client was the present one; if not, nothing has ended.
    async fn end(
        &self,
        client: &Client,
        token: &PresentedToken,
        from: &Origin,
    ) -> Result<bool, DbError> {
        let digest = opaque::digest(token.expose());
        let asker = Asker {
            key: client.key,
            version: client.version,
        };
        let context = &self.tokens.context;
        // The statement knows whose login it ends.
        let event = context
            .event(AuditAction::LoggedOut, Actor::Anonymous, from.clone())
            .of_client(client.key);
        let event = context.written(&event);
        let conn = context.db.connect().await?;
        let tokens = conn.reads().tokens();
        tokens.log_out_for(&digest, asker, &event).await
    }

    async fn renew(&self, client: &AuthenticatedClient) -> Result<AuthenticatedClient, TokenError> {
        Ok(self.tokens.authenticator.renew(client).await?)
    }
}

fn is_command_line(client: &AuthenticatedClient) -> Result<(), PasswordLoginError> {
    let came = client.client().id.as_str();
    if came == COMMAND_LINE {
        return Ok(());
    }
    let facts = Facts::default().expected(COMMAND_LINE).came(came);
    Err(PasswordLoginError::OtherClient(facts.into()))
}

/// Administration is all there is to get here: what tells a program who somebody is, and what outlives
/// a session, needs the consent page.
fn check_scope(client: &Client, asked: &Scope) -> Result<(), TokenError> {
    if asked.only_administers() && client.scope.covers(asked) {
        Ok(())
    } else {
        Err(facts::other_scope(
            InvalidScope::NotAllowed,
            &client.scope,
            asked,
        ))
    }
}
