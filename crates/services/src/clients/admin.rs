//! Administration of clients.

mod error;
mod rights;
mod secrets;
mod servers;
mod standing;

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::clients::{
    AuthMethod, Client, ClientChange, ClientFilter, ClientId, ClientOrder, ClientType, Flaw,
    RegisteredClient,
};
use authly_domain::id::ClientKey;
use authly_domain::scopes::Scope;
use authly_domain::secret::ClientSecret;
use authly_repositories::clients::ClientPosition;
use authly_repositories::{DbError, UnitOfWork};

use crate::Context;
use crate::idempotency::{self, Answered, Keyed};
use crate::paging::{CursorError, Cursors, PageAsked, Paged, Position};

pub use error::ClientAdminError;
pub(crate) use rights::check_entitled;
pub use secrets::{GivenSecret, RotatedSecret, Rotation};

/// Looks after the registered clients.
pub struct ClientAdmin {
    context: Context,
    cursors: Cursors,
}

/// A client to be registered.
#[derive(Debug)]
pub struct ClientOrdered {
    /// Its name on the wire; made where there is none.
    pub id: Option<ClientId>,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// What else is said of it.
    pub change: ClientChange,
}

/// A client that was registered.
#[derive(Debug)]
pub struct CreatedClient {
    /// The client.
    pub client: RegisteredClient,
    /// Its secret, unless it is public.
    pub secret: Option<ClientSecret>,
}

/// Which client is changed, in which version, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Aim<'a> {
    /// The client.
    pub client: ClientKey,
    /// The version that the caller has seen, if the change is to happen to no other.
    pub version: Option<i64>,
    /// Who changes it.
    pub by: &'a Administrator,
    /// Whether it is meant.
    pub run: Run,
}

impl ClientAdmin {
    /// Looks after clients.
    #[must_use]
    pub const fn new(context: Context, cursors: Cursors) -> Self {
        Self { context, cursors }
    }

    /// A page of the list.
    ///
    /// # Errors
    /// When the cursor is none of this list, or storage fails.
    pub async fn list(
        &self,
        filter: &ClientFilter,
        order: ClientOrder,
        page: &PageAsked,
    ) -> Result<Paged<RegisteredClient>, ClientAdminError> {
        let list = ("clients", filter, order);
        let after = self.cursors.open(&list, page)?;
        let after = after.map(client_position).transpose()?;
        let conn = self.context.db.connect().await?;
        let rows = page.size.rows_to_read();
        let found = conn
            .reads()
            .clients()
            .list(filter, order, after.as_ref(), rows)
            .await?;
        let cut = self.cursors.page(&list, page.size, found, |(_, at)| {
            vec![Some(at.key.clone()), Some(at.id.to_string())]
        });
        let now = self.context.now();
        Ok(cut.map(|(client, _)| client.with_live_secrets(now)))
    }

    /// The client with this key.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn get(&self, client: ClientKey) -> Result<RegisteredClient, ClientAdminError> {
        let conn = self.context.db.connect().await?;
        let found = conn.reads().clients().find_registered(client).await?;
        let found = found.ok_or(ClientAdminError::NotFound)?;
        Ok(found.with_live_secrets(self.context.now()))
    }

    /// Registers a client; a confidential one gets a secret.
    ///
    /// # Errors
    /// When the name is taken, something is wrong with the registration, the idempotency key belongs
    /// to another request, or storage fails. Nothing is stored then.
    pub async fn create(
        &self,
        ordered: ClientOrdered,
        by: &Administrator,
        run: Run,
        keyed: Option<&Keyed<'_, CreatedClient>>,
    ) -> Result<Answered<CreatedClient>, ClientAdminError> {
        let now = self.context.now();
        let managed_by = ordered.change.managed_by.clone().flatten();
        let named = servers::named_by(&ordered.change);
        let mut client = self.planned(ordered)?;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("clients.create").await?;
        if let Some(before) = idempotency::claim(&work, keyed, now).await? {
            return Ok(Answered::Before(before));
        }
        let known = work.scopes().hold(&client.scope).await?;
        let held = work.resource_servers().hold(&named).await?;
        let mut flaws = servers::name_registered(&mut client, &named, &held);
        if !work.clients().insert(&client, now).await? {
            return Err(ClientAdminError::AlreadyExists);
        }
        flaws.extend(unknown_scopes(&client.scope.without(&known)));
        refuse_flaws(flaws)?;
        if managed_by.is_some() {
            work.clients().mark(client.key, managed_by.as_ref()).await?;
        }
        store_scopes(&work, &client).await?;
        let secret = self.first_secret(&work, &client).await?;
        let created = CreatedClient {
            client: self.present(&work, client.key).await?,
            secret,
        };
        idempotency::keep(&work, keyed, &created, &*self.context.entropy).await?;
        let event = self.context.deed(AuditAction::ClientCreated, by);
        let event = event.of_client(client.key);
        let event = event.marked(managed_by.as_ref().map(Some));
        self.context.finish(work, run, event).await?;
        Ok(Answered::Now(created))
    }

    /// Changes what is named, and keeps the rest.
    ///
    /// # Errors
    /// When there is no such client, it has another version, it would not be right then, or the server
    /// depends on what would be changed; or storage fails. Nothing is stored then.
    pub async fn update(
        &self,
        aim: Aim<'_>,
        change: ClientChange,
    ) -> Result<RegisteredClient, ClientAdminError> {
        self.store(aim, AuditAction::ClientUpdated, change).await
    }

    /// Changes what the client may ask for: the members `scope` and `optional_scope` of a change.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    pub async fn assign_scopes(
        &self,
        aim: Aim<'_>,
        change: ClientChange,
    ) -> Result<RegisteredClient, ClientAdminError> {
        self.store(aim, AuditAction::ClientScopesAssigned, change)
            .await
    }

    async fn store(
        &self,
        aim: Aim<'_>,
        action: AuditAction,
        change: ClientChange,
    ) -> Result<RegisteredClient, ClientAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("clients.update").await?;
        let unknown = match &change.scope {
            Some(scope) => scope.without(&work.scopes().hold(scope).await?),
            None => Scope::empty(),
        };
        let named = servers::named_by(&change);
        let held = work.resource_servers().hold(&named).await?;
        let found = self.aimed_at(&work, aim).await?;
        if found.is_system && !change.keeps_the_shape() {
            return Err(ClientAdminError::Protected);
        }
        let scope_changes = change.scope.is_some() || change.optional_scope.is_some();
        let mark = change.managed_by.clone();
        let (names_scope, names_grants) = (change.scope.is_some(), change.grant_types.is_some());
        let mut client = found.client.clone();
        change.apply(&mut client);
        let mut flaws = client.flaws();
        check_entitled(&found, &client, &mut flaws);
        flaws.extend(unknown_scopes(&unknown));
        flaws.extend(servers::name_registered(&mut client, &named, &held));
        refuse_flaws(flaws)?;
        work.clients().upsert(&client, self.context.now()).await?;
        if let Some(mark) = &mark {
            work.clients().mark(client.key, mark.as_ref()).await?;
        }
        if scope_changes {
            store_scopes(&work, &client).await?;
        }
        if names_scope || names_grants {
            // One that has registered itself goes by what was said last.
            let scope = names_scope.then_some(&client.scope);
            let grants = names_grants.then_some(client.grant_types.as_slice());
            let registrations = work.registrations();
            registrations.bound(client.key, scope, grants).await?;
        }
        let changed = self.present(&work, client.key).await?;
        let event = self.context.deed(action, aim.by).of_client(aim.client);
        let event = event.marked(mark.as_ref().map(Option::as_ref));
        self.context.finish(work, aim.run, event).await?;
        Ok(changed)
    }

    /// Ends a change of a client: writes it down and makes it last, if it is meant.
    async fn finish(
        &self,
        work: UnitOfWork<'_>,
        aim: Aim<'_>,
        action: AuditAction,
    ) -> Result<(), ClientAdminError> {
        let event = self.context.deed(action, aim.by).of_client(aim.client);
        Ok(self.context.finish(work, aim.run, event).await?)
    }

    /// The client that is to be changed, kept from everybody else, in the version that the caller has
    /// seen.
    async fn aimed_at(
        &self,
        work: &UnitOfWork<'_>,
        aim: Aim<'_>,
    ) -> Result<RegisteredClient, ClientAdminError> {
        if !work.clients().lock(aim.client).await? {
            return Err(ClientAdminError::NotFound);
        }
        let found = self.present(work, aim.client).await?;
        match aim.version {
            Some(seen) if seen != found.client.version => Err(ClientAdminError::VersionMismatch),
            _ => Ok(found),
        }
    }

    /// The client as this unit of work has left it.
    async fn present(
        &self,
        work: &UnitOfWork<'_>,
        client: ClientKey,
    ) -> Result<RegisteredClient, ClientAdminError> {
        let found = work.clients().find_registered(client).await?;
        let found = found.ok_or(ClientAdminError::NotFound)?;
        Ok(found.with_live_secrets(self.context.now()))
    }

    /// The client as it is to be stored.
    fn planned(&self, ordered: ClientOrdered) -> Result<Client, ClientAdminError> {
        let key = ClientKey::generate(self.context.now(), &*self.context.entropy);
        let mut flaws = Vec::new();
        let id = match ordered.id {
            Some(id) => {
                if let Err(reserved) = id.check_chosen() {
                    flaws.push(Flaw::of("client_id", reserved.to_string()));
                }
                id
            }
            None => made_id(key)?,
        };
        let mut client = Client::new(key, id);
        client.client_type = ordered.client_type;
        if client.client_type == ClientType::Public {
            client.auth_method = AuthMethod::None;
        }
        ordered.change.apply(&mut client);
        flaws.extend(client.flaws());
        refuse_flaws(flaws)?;
        Ok(client)
    }
}

/// Stores what the client may ask for. The scopes are known, and held.
pub(crate) async fn store_scopes(work: &UnitOfWork<'_>, client: &Client) -> Result<(), DbError> {
    let (scope, optional) = (&client.scope, &client.optional_scope);
    let clients = work.clients();
    clients.replace_scopes(client.key, scope, optional).await
}

pub(crate) fn unknown_scopes(unknown: &Scope) -> Vec<Flaw> {
    let flaw = |name| Flaw::of("scope", format!("there is no scope {name}"));
    unknown.iter().map(flaw).collect()
}

fn refuse_flaws(flaws: Vec<Flaw>) -> Result<(), ClientAdminError> {
    if flaws.is_empty() {
        Ok(())
    } else {
        Err(ClientAdminError::Invalid(flaws))
    }
}

/// A name that nobody chose. It looks like no subject (decisions 12).
pub(crate) fn made_id(key: ClientKey) -> Result<ClientId, ClientAdminError> {
    let made = format!("client-{}", key.as_uuid().simple()).parse();
    made.map_err(|_malformed| ClientAdminError::AlreadyExists)
}

/// The position that a cursor of ours holds.
fn client_position(position: Position) -> Result<ClientPosition, CursorError> {
    let [key, id] = <[_; 2]>::try_from(position).map_err(|_other| CursorError)?;
    let id = id.and_then(|id| id.parse().ok());
    let position = key.zip(id);
    let (key, id) = position.ok_or(CursorError)?;
    Ok(ClientPosition { key, id })
}
