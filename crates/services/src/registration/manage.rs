//! Clients that look after their registration (RFC 7592).

use std::net::IpAddr;

use authly_crypto::{compare, opaque};
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clients::{
    Client, ClientChange, ClientId, Flaw, NonceRule, PkceRule, RegisteredClient,
};
use authly_domain::id::ClientKey;
use authly_domain::registration::RegistrationBounds;
use authly_domain::secret::{AccessToken, ClientSecret, SecretDigest};
use authly_repositories::UnitOfWork;
use authly_repositories::registration::Registration;

use super::{
    Asked, OwnRegistration, RegistrationError, RegistrationService, check_scopes, present, refuse,
    type_of,
};
use crate::clients::{check_entitled, store_scopes};

/// Which registration, and who asks for it.
#[derive(Debug, Clone, Copy)]
pub struct OwnAim<'a> {
    /// The registration access token.
    pub token: &'a AccessToken,
    /// The client's name on the wire, as the address has it.
    pub id: &'a str,
}

/// A registration that its token has opened.
#[derive(Debug)]
pub struct Opened {
    own: OwnRegistration,
    registration: Registration,
    digest: SecretDigest,
}

impl Opened {
    /// What is registered.
    #[must_use]
    pub fn into_own(self) -> OwnRegistration {
        self.own
    }

    const fn key(&self) -> ClientKey {
        self.registration.client
    }
}

impl RegistrationService {
    /// The registration of the client whose token this is (RFC 7592 §2.1).
    ///
    /// # Errors
    /// When the token is not the client's, or storage fails.
    pub async fn open(&self, aim: OwnAim<'_>) -> Result<Opened, RegistrationError> {
        let digest = opaque::digest(aim.token.expose());
        let conn = self.context.db.connect().await?;
        let registration = conn.reads().registrations().find(&digest).await?;
        let registration = registration.ok_or(RegistrationError::Token)?;
        let clients = conn.reads().clients();
        let found = clients.find_registered(registration.client).await?;
        let named: Option<ClientId> = aim.id.parse().ok();
        let client = found.filter(|found| Some(&found.client.id) == named.as_ref());
        let client = client.ok_or(RegistrationError::Token)?;
        let own = OwnRegistration {
            client: client.with_live_secrets(self.context.now()),
            said: registration.said.clone(),
        };
        Ok(Opened {
            own,
            registration,
            digest,
        })
    }

    /// Replaces what a client has said of itself by what it says now (RFC 7592 §2.2). What an
    /// administrator has said of it stays. Where no token was needed to register, it counts as another
    /// registration does.
    ///
    /// # Errors
    /// When something is wrong with what it says, too many came from this address, the registration was
    /// changed or closed meanwhile, or storage fails. Nothing is stored then.
    pub async fn replace(
        &self,
        opened: &Opened,
        asked: Asked,
        from: IpAddr,
        origin: Origin,
    ) -> Result<OwnRegistration, RegistrationError> {
        if opened.registration.initial.is_none() {
            self.count(from).await?;
        }
        let planned = replaced(
            &opened.own.client,
            &opened.registration.bounds,
            asked.change,
        )?;
        refuse(asked.said.flaws())?;
        self.check_sector(&planned).await?;
        let now = self.context.now();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("registration.replace").await?;
        check_scopes(&work, &planned).await?;
        let found = self.hold(&work, opened).await?;
        if found.client.version != opened.own.client.client.version {
            // What is planned would be laid over what is no more.
            return Err(RegistrationError::Changing);
        }
        self.check_secret(&found, asked.secret.as_ref())?;
        work.clients().upsert(&planned, now).await?;
        store_scopes(&work, &planned).await?;
        let registrations = work.registrations();
        registrations.replace_said(planned.key, &asked.said).await?;
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
    /// When the registration was closed meanwhile, or storage fails.
    pub async fn delete(&self, opened: &Opened, origin: Origin) -> Result<(), RegistrationError> {
        let key = opened.key();
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("registration.delete").await?;
        self.hold(&work, opened).await?;
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

    /// Keeps a client from everybody else, if its token still opens it: as others have left it.
    async fn hold(
        &self,
        work: &UnitOfWork<'_>,
        opened: &Opened,
    ) -> Result<RegisteredClient, RegistrationError> {
        if !work.clients().lock(opened.key()).await? {
            return Err(RegistrationError::Token);
        }
        let registration = work.registrations().find(&opened.digest).await?;
        registration.ok_or(RegistrationError::Token)?;
        present(work, opened.key(), self.context.now()).await
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
    present: &RegisteredClient,
    bounds: &RegistrationBounds,
    asked: ClientChange,
) -> Result<Client, RegistrationError> {
    let before = &present.client;
    let mut client = unsaid(before);
    asked.apply(&mut client);
    client.optional_scope = client.optional_scope.intersection(&client.scope);
    client.default_scope = client.default_scope.intersection(&client.scope);
    if !client.can_be_exempted() {
        client.pkce = PkceRule::Required;
        client.nonce = NonceRule::Required;
    }
    let mut flaws = client.flaws();
    flaws.extend(bounds.exceeded(&client, Some(before)));
    check_entitled(present, &client, &mut flaws);
    let is_alike = type_of(&client) == before.client_type
        && client.auth_method.is_by_secret() == before.auth_method.is_by_secret();
    if !is_alike {
        let what = "a client keeps its kind: with a secret, with keys, or with neither";
        flaws.push(Flaw::of("token_endpoint_auth_method", what));
    }
    refuse(flaws)?;
    Ok(client)
}

/// The client without what it can say of itself, but for its scope, which stays where it says none.
fn unsaid(before: &Client) -> Client {
    let blank = Client::new(before.key, before.id.clone());
    Client {
        name: blank.name,
        application_type: blank.application_type,
        auth_method: blank.auth_method,
        assertion_alg: blank.assertion_alg,
        redirect_uris: blank.redirect_uris,
        post_logout_redirect_uris: blank.post_logout_redirect_uris,
        grant_types: blank.grant_types,
        jwks: blank.jwks,
        jwks_uri: blank.jwks_uri,
        requests: blank.requests,
        openid: blank.openid,
        logout: blank.logout,
        client_uri: blank.client_uri,
        policy_uri: blank.policy_uri,
        tos_uri: blank.tos_uri,
        ..before.clone()
    }
}
