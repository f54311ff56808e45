//! Clients that look after their registration (RFC 7592).

use authly_crypto::{compare, opaque};
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clients::{Client, ClientChange, ClientId, Flaw, RegisteredClient};
use authly_domain::registration::RegistrationBounds;
use authly_domain::secret::{AccessToken, ClientSecret};
use authly_repositories::UnitOfWork;
use authly_repositories::registration::Registration;

use super::{
    Asked, OwnRegistration, RegistrationError, RegistrationService, check_scopes, present, refuse,
    type_of,
};
use crate::clients::store_scopes;

/// Which registration, and who asks for it.
#[derive(Debug, Clone, Copy)]
pub struct OwnAim<'a> {
    /// The registration access token.
    pub token: &'a AccessToken,
    /// The client's name on the wire, as the address has it.
    pub id: &'a str,
}

impl RegistrationService {
    /// What is registered of the client whose token this is (RFC 7592 §2.1).
    ///
    /// # Errors
    /// When the token is not the client's, or storage fails.
    pub async fn read(&self, aim: OwnAim<'_>) -> Result<OwnRegistration, RegistrationError> {
        Ok(self.found(aim).await?.0)
    }

    /// Replaces what a client has said of itself by what it says now (RFC 7592 §2.2). What an
    /// administrator has said of it stays.
    ///
    /// # Errors
    /// When the token is not the client's, something is wrong with what it says, or storage fails.
    /// Nothing is stored then.
    pub async fn replace(
        &self,
        aim: OwnAim<'_>,
        asked: Asked,
        origin: Origin,
    ) -> Result<OwnRegistration, RegistrationError> {
        let (seen, registration) = self.found(aim).await?;
        let before = &seen.client.client;
        let planned = replaced(before, &registration.bounds, asked.change)?;
        refuse(asked.said.flaws())?;
        self.check_sector(&planned).await?;
        let now = self.context.now();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("registration.replace").await?;
        check_scopes(&work, &planned).await?;
        self.hold(&work, aim, before).await?;
        let found = present(&work, planned.key, now).await?;
        self.check_secret(&found, asked.secret.as_ref())?;
        work.clients().upsert(&planned, now).await?;
        store_scopes(&work, &planned).await?;
        work.registrations()
            .replace_said(planned.key, &asked.said)
            .await?;
        let client = present(&work, planned.key, now).await?;
        let actor = Actor::Client(planned.key);
        let event = self
            .context
            .event(AuditAction::RegistrationReplaced, actor, origin)
            .of_client(planned.key);
        self.context.note(&work, &event).await?;
        work.commit().await?;
        let said = asked.said;
        Ok(OwnRegistration { client, said })
    }

    /// Removes a client that wants to be (RFC 7592 §2.3), with everything of its.
    ///
    /// # Errors
    /// When the token is not the client's, or storage fails.
    pub async fn delete(&self, aim: OwnAim<'_>, origin: Origin) -> Result<(), RegistrationError> {
        let (seen, _) = self.found(aim).await?;
        let key = seen.client.client.key;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("registration.delete").await?;
        if !work.clients().lock(key).await? {
            return Err(RegistrationError::Token);
        }
        self.clients.end_access(&work, key).await?;
        let event = |action| {
            let actor = Actor::Client(key);
            let event = self.context.event(action, actor, origin.clone());
            event.of_client(key)
        };
        self.context
            .note(&work, &event(AuditAction::ClientDisabled))
            .await?;
        work.commit().await?;
        let event = event(AuditAction::RegistrationDeleted);
        Ok(self.clients.remove(&mut conn, key, event).await?)
    }

    async fn found(
        &self,
        aim: OwnAim<'_>,
    ) -> Result<(OwnRegistration, Registration), RegistrationError> {
        let digest = opaque::digest(aim.token.expose());
        let conn = self.context.db.connect().await?;
        let registration = conn.reads().registrations().find(&digest).await?;
        let registration = registration.ok_or(RegistrationError::Token)?;
        let clients = conn.reads().clients();
        let found = clients.find_registered(registration.client).await?;
        let named: Option<ClientId> = aim.id.parse().ok();
        let client = found.filter(|found| Some(&found.client.id) == named.as_ref());
        let client = client.ok_or(RegistrationError::Token)?;
        let said = registration.said.clone();
        let client = client.with_live_secrets(self.context.now());
        Ok((OwnRegistration { client, said }, registration))
    }

    /// Keeps a client from everybody else, if it is what was seen and its token still opens it.
    async fn hold(
        &self,
        work: &UnitOfWork<'_>,
        aim: OwnAim<'_>,
        seen: &Client,
    ) -> Result<(), RegistrationError> {
        let digest = opaque::digest(aim.token.expose());
        if !work.clients().lock(seen.key).await? {
            return Err(RegistrationError::Token);
        }
        let registration = work.registrations().find(&digest).await?;
        registration.ok_or(RegistrationError::Token)?;
        let found = present(work, seen.key, self.context.now()).await?;
        if found.client.version != seen.version {
            // What is planned would be laid over what is no more.
            return Err(RegistrationError::Changing);
        }
        Ok(())
    }

    /// A client chooses no secret: where it names one, it is its own (RFC 7592 §2.2).
    fn check_secret(
        &self,
        found: &RegisteredClient,
        named: Option<&ClientSecret>,
    ) -> Result<(), RegistrationError> {
        let Some(named) = named else {
            return Ok(());
        };
        let now = self.context.now();
        let digest = opaque::digest(named.expose());
        let is_own = found.client.secrets.iter().any(|secret| {
            let same = compare::bytes_equal(secret.digest.as_bytes(), digest.as_bytes());
            secret.is_valid_at(now) && same
        });
        if is_own {
            return Ok(());
        }
        let what = "client_secret is not the client's";
        refuse(vec![Flaw::of("client_secret", what)])
    }
}

/// The client as it is to be from now on: what it does not say any more is as if it had never been
/// said, and what only an administrator says stays.
fn replaced(
    before: &Client,
    bounds: &RegistrationBounds,
    asked: ClientChange,
) -> Result<Client, RegistrationError> {
    let mut client = Client {
        scope: before.scope.clone(),
        client_type: before.client_type,
        profile: before.profile,
        secrets: before.secrets.clone(),
        resources: before.resources.clone(),
        default_audience: before.default_audience.clone(),
        pkce: before.pkce,
        nonce: before.nonce,
        consent: before.consent,
        refresh_rotation: before.refresh_rotation,
        lifetimes: before.lifetimes,
        is_active: before.is_active,
        version: before.version,
        ..Client::new(before.key, before.id.clone())
    };
    asked.apply(&mut client);
    let mut flaws = client.flaws();
    flaws.extend(bounds.exceeded(&client));
    let is_alike = type_of(&client) == before.client_type
        && client.auth_method.is_by_secret() == before.auth_method.is_by_secret();
    if !is_alike {
        let what = "a client keeps its kind: with a secret, with keys, or with neither";
        flaws.push(Flaw::of("token_endpoint_auth_method", what));
    }
    refuse(flaws)?;
    Ok(client)
}
