//! Who may administer: both layers of it, asked at every call of the admin API.

use authly_crypto::opaque;
use authly_domain::admin::Administrator;
use authly_domain::audit::Origin;
use authly_domain::clients::ClientId;
use authly_domain::clock::Timestamp;
use authly_domain::id::ClientKey;
use authly_domain::issuer::Issuer;
use authly_domain::refusals::Facts;
use authly_domain::scopes::{AdminScope, Scope};
use authly_domain::secret::AccessToken;
use authly_domain::tokens::{TokenNotAlive, TokenRecord};
use authly_repositories::DbError;
use authly_repositories::tokens::CallerRecord;

use crate::Context;
use crate::tokens::{of_audience, of_dead_token, of_scope, of_token};

/// Who calls the admin API, after every check.
#[derive(Debug, Clone)]
pub struct AdminCaller {
    /// Who acts.
    pub identity: Administrator,
    /// The client that got the token.
    pub client: ClientKey,
    /// Its name on the wire.
    pub client_id: ClientId,
    /// What the token allows.
    pub scope: Scope,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// Whether the caller may administer, as far as the token's scope goes.
    pub right: AdminRight,
}

impl AdminCaller {
    /// What the caller may administer with this token: nobody hands on more than that. None of it where
    /// an administrator has not entitled the service client to all that its token says.
    #[must_use]
    pub fn admin_scopes(&self) -> Vec<AdminScope> {
        let held = |scope: &&AdminScope| self.scope.contains(scope.as_str());
        match self.right {
            AdminRight::Held => AdminScope::ALL.iter().filter(held).copied().collect(),
            AdminRight::Missing => Vec::new(),
        }
    }
}

/// Whether somebody may administer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminRight {
    /// They may.
    Held,
    /// They may not, whatever their token's scope says.
    Missing,
}

/// Why a token does not open an endpoint.
#[derive(Debug, thiserror::Error)]
pub enum AdmissionError {
    /// It is none of ours.
    #[error("there is no such access token")]
    Unknown,
    /// It does not count any more.
    #[error("the access token does not count")]
    NotAlive(#[source] TokenNotAlive, Box<Facts>),
    /// It is for other resource servers.
    #[error("the access token is for another audience")]
    OtherAudience(Box<Facts>),
    /// It lacks the scope of the endpoint.
    #[error("the access token lacks the scope {0}")]
    InsufficientScope(AdminScope, Box<Facts>),
    /// Its user is no administrator.
    #[error("the user is no administrator")]
    NoAdministrator(Box<Facts>),
    /// Its client is not entitled.
    #[error("the client is not entitled to {0}")]
    NotEntitled(AdminScope, Box<Facts>),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Asks who calls, and whether they may.
pub struct AdminGate {
    context: Context,
    issuer: Issuer,
}

impl AdminGate {
    /// A gate for tokens whose audience holds `issuer`.
    #[must_use]
    pub const fn new(context: Context, issuer: Issuer) -> Self {
        Self { context, issuer }
    }

    /// Lets the bearer of `token` through to an endpoint that asks for `scope`, or to one that every
    /// token opens. One round trip: our own token is found by its digest, and the match is the proof.
    ///
    /// # Errors
    /// When the token does not open it, or storage fails.
    pub async fn admit(
        &self,
        token: &AccessToken,
        scope: Option<AdminScope>,
    ) -> Result<AdminCaller, AdmissionError> {
        let digest = opaque::digest(token.expose());
        let conn = self.context.db.connect().await?;
        let found = conn.reads().tokens().find_caller(&digest).await?;
        let record = found.ok_or(AdmissionError::Unknown)?;
        let alive = record.token.is_alive(self.context.now());
        alive.map_err(|why| {
            AdmissionError::NotAlive(why, of_dead_token(&record.token, why).into())
        })?;
        // Decisions 10: our own endpoints take tokens whose `aud` holds the issuer.
        let audience = &record.token.audience;
        if !audience.iter().any(|one| one == self.issuer.as_str()) {
            let facts = of_audience(&record.token, &self.issuer);
            return Err(AdmissionError::OtherAudience(facts.into()));
        }
        if let Some(scope) = scope {
            admits(&record, scope)?;
        }
        caller(record)
    }
}

/// Both layers: what the token says, and what stands behind it.
fn admits(record: &CallerRecord, scope: AdminScope) -> Result<(), AdmissionError> {
    if !record.token.scope.contains(scope.as_str()) {
        let facts = of_scope(&record.token, scope.as_str());
        return Err(AdmissionError::InsufficientScope(scope, facts.into()));
    }
    match record.user {
        Some(user) if user.is_admin => Ok(()),
        Some(user) => {
            let facts = of_token(&record.token)
                .of_user(user.id)
                .expected("an administrator")
                .came("a user who is none");
            Err(AdmissionError::NoAdministrator(facts.into()))
        }
        None if record.entitled_to.contains(&scope) => Ok(()),
        None => {
            let facts = of_token(&record.token)
                .expected(format!("a client that is entitled to {scope}"))
                .came("a client that is not");
            Err(AdmissionError::NotEntitled(scope, facts.into()))
        }
    }
}

fn caller(record: CallerRecord) -> Result<AdminCaller, AdmissionError> {
    let right = right(&record);
    let TokenRecord {
        client,
        client_id,
        scope,
        expires_at,
        username,
        ..
    } = record.token;
    let identity = match (record.user, username) {
        (Some(user), Some(username)) => Administrator::User {
            id: user.id,
            username,
            origin: Origin::default(),
        },
        (None, _) => Administrator::Client {
            key: client,
            client_id: client_id.clone(),
            origin: Origin::default(),
        },
        // A user always has a name.
        (Some(_), None) => return Err(AdmissionError::Unknown),
    };
    Ok(AdminCaller {
        identity,
        client,
        client_id,
        scope,
        expires_at,
        right,
    })
}

/// What the caller may do as far as the token's scope goes.
fn right(record: &CallerRecord) -> AdminRight {
    let asked = AdminScope::ALL
        .iter()
        .filter(|scope| record.token.scope.contains(scope.as_str()))
        .collect::<Vec<_>>();
    let held = match record.user {
        Some(user) => user.is_admin,
        None => !asked.is_empty() && asked.iter().all(|one| record.entitled_to.contains(one)),
    };
    if held {
        AdminRight::Held
    } else {
        AdminRight::Missing
    }
}
