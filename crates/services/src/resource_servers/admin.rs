//! Administration of resource servers.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::{AuditAction, AuditEvent};
use authly_domain::clients::ClientId;
use authly_domain::configuration::ConfigurationName;
use authly_domain::id::ResourceServerId;
use authly_domain::resource_servers::{
    OpenTo, RegisteredServer, ResourceServer, ResourceServerChange, ResourceServerFilter,
    ResourceServerFlaw,
};
use authly_domain::scopes::Resource;
use authly_repositories::resource_servers::TakenFrom;
use authly_repositories::{DbError, UnitOfWork};

use super::ResourceRegistry;
use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Paged, Position};

/// The most clients that an event names; it has their number in any case.
const MAX_NAMED: usize = 100;

/// Looks after the resource servers.
pub struct ResourceServerAdmin {
    context: Context,
    cursors: Cursors,
    registry: ResourceRegistry,
}

/// A resource server to be registered.
#[derive(Debug, Clone)]
pub struct ServerOrdered {
    /// Its identifier.
    pub resource: Resource,
    /// What people know it as.
    pub name: String,
    /// Which clients may ask for tokens for it.
    pub open_to: OpenTo,
    /// Whether tokens are issued for it from the beginning.
    pub is_active: bool,
    /// The configuration that looks after it.
    pub managed_by: Option<ConfigurationName>,
}

/// Which resource server is changed, in which version, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct ServerAim<'a> {
    /// The resource server.
    pub server: ResourceServerId,
    /// The version that the caller has seen, if the change is to happen to no other.
    pub version: Option<i64>,
    /// Who changes it.
    pub by: &'a Administrator,
    /// Whether it is meant.
    pub run: Run,
}

/// What is done with a resource server that clients name when it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUse {
    /// It is kept, and the deletion refused.
    Keep,
    /// It is taken from them.
    Take,
}

/// Why a resource server is not shown or changed. Nothing is stored then.
#[derive(Debug, thiserror::Error)]
pub enum ResourceServerAdminError {
    /// There is no such resource server.
    #[error("there is no such resource server")]
    NotFound,
    /// There is one of this identifier.
    #[error("a resource server of this identifier exists")]
    AlreadyExists,
    /// Something is wrong about it.
    #[error("{} member(s) are wrong", .0.len())]
    Invalid(Vec<ResourceServerFlaw>),
    /// It has another version than the caller has seen.
    #[error("the resource server was changed meanwhile")]
    VersionMismatch,
    /// Clients name it.
    #[error("clients name the resource server")]
    InUse,
    /// It is all that these have as their default audience: without it, their tokens would be for the
    /// issuer, which nobody has granted.
    #[error("it is the whole default audience of {} client(s)", .0.len())]
    OnlyAudience(Vec<ClientId>),
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl ResourceServerAdmin {
    /// Looks after what `registry` knows.
    #[must_use]
    pub const fn new(context: Context, cursors: Cursors, registry: ResourceRegistry) -> Self {
        Self {
            context,
            cursors,
            registry,
        }
    }

    /// What this node knows of them.
    #[must_use]
    pub const fn registry(&self) -> &ResourceRegistry {
        &self.registry
    }

    /// A page of the list, by identifier.
    ///
    /// # Errors
    /// When the cursor is none of this list, or storage fails.
    pub async fn list(
        &self,
        filter: &ResourceServerFilter,
        page: &PageAsked,
    ) -> Result<Paged<RegisteredServer>, ResourceServerAdminError> {
        let list = ("resource_servers", filter);
        let after = self.cursors.open(&list, page)?;
        let after = after.map(resource_in).transpose()?;
        let conn = self.context.db.connect().await?;
        let rows = page.size.rows_to_read();
        let stored = conn.reads().resource_servers();
        let found = stored.list(filter, after.as_deref(), rows).await?;
        Ok(self.cursors.page(&list, page.size, found, |one| {
            vec![Some(one.server.resource.to_string())]
        }))
    }

    /// The resource server with this key.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn get(
        &self,
        server: ResourceServerId,
    ) -> Result<RegisteredServer, ResourceServerAdminError> {
        let conn = self.context.db.connect().await?;
        let found = conn.reads().resource_servers().find(server).await?;
        found.ok_or(ResourceServerAdminError::NotFound)
    }

    /// Registers a resource server.
    ///
    /// # Errors
    /// When one of this identifier is there, something is wrong about it, or storage fails. Nothing is
    /// stored then.
    pub async fn create(
        &self,
        ordered: ServerOrdered,
        by: &Administrator,
        run: Run,
    ) -> Result<RegisteredServer, ResourceServerAdminError> {
        let now = self.context.now();
        let managed_by = ordered.managed_by;
        let server = ResourceServer {
            id: ResourceServerId::generate(now, &*self.context.entropy),
            resource: ordered.resource,
            name: ordered.name,
            open_to: ordered.open_to,
            is_active: ordered.is_active,
        };
        refuse_flaws(&server)?;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("resource_servers.create").await?;
        if !work.resource_servers().insert(&server, now).await? {
            return Err(ResourceServerAdminError::AlreadyExists);
        }
        if managed_by.is_some() {
            let marked = work.resource_servers();
            marked.mark(server.id, managed_by.as_ref()).await?;
        }
        let created = present(&work, server.id).await?;
        let event = self.context.deed(AuditAction::ResourceServerCreated, by);
        let event = event.of(&server.resource);
        let event = event.marked(managed_by.as_ref().map(Some));
        self.finish(work, run, event).await?;
        Ok(created)
    }

    /// Changes what is named, and keeps the rest. This node goes by it at once, others within two
    /// seconds.
    ///
    /// # Errors
    /// When there is no such resource server, it has another version, it would not be right then, or
    /// storage fails. Nothing is stored then.
    pub async fn change(
        &self,
        aim: ServerAim<'_>,
        what: AuditAction,
        change: ResourceServerChange,
    ) -> Result<RegisteredServer, ResourceServerAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("resource_servers.change").await?;
        let mut server = aimed_at(&work, aim).await?.server;
        let mark = change.managed_by.clone();
        change.apply(&mut server);
        refuse_flaws(&server)?;
        work.resource_servers().update(&server).await?;
        if let Some(mark) = &mark {
            let marked = work.resource_servers();
            marked.mark(server.id, mark.as_ref()).await?;
        }
        let changed = present(&work, server.id).await?;
        let event = self.context.deed(what, aim.by).of(&server.resource);
        let event = event.marked(mark.as_ref().map(Option::as_ref));
        self.finish(work, aim.run, event).await?;
        Ok(changed)
    }

    /// Removes a resource server; one that clients name only by [`InUse::Take`], and one that is the whole
    /// default audience of a client not at all.
    ///
    /// # Errors
    /// When there is no such resource server, it has another version, it is in use, or storage fails.
    /// Nothing is stored then.
    pub async fn delete(
        &self,
        aim: ServerAim<'_>,
        in_use: InUse,
    ) -> Result<(), ResourceServerAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("resource_servers.delete").await?;
        let server = aimed_at(&work, aim).await?.server;
        let stored = work.resource_servers();
        let taken = match in_use {
            InUse::Take => stored.take_from_clients(&server.resource).await?,
            InUse::Keep if stored.clients_of(&server.resource).await? > 0 => {
                return Err(ResourceServerAdminError::InUse);
            }
            InUse::Keep => Vec::new(),
        };
        refuse_losses(&taken)?;
        stored.delete(server.id).await?;
        let action = AuditAction::ResourceServerDeleted;
        let event = self.context.deed(action, aim.by).of(&server.resource);
        let event = with_clients(event, &taken);
        Ok(self.finish(work, aim.run, event).await?)
    }

    /// Ends a change: makes it last, if it is meant, and lets this node go by it.
    async fn finish(
        &self,
        work: UnitOfWork<'_>,
        run: Run,
        event: AuditEvent,
    ) -> Result<(), DbError> {
        let stored = work.resource_servers().all().await?;
        self.context.finish(work, run, event).await?;
        if run == Run::ForReal {
            self.registry.adopt(stored);
        }
        Ok(())
    }
}

fn refuse_flaws(server: &ResourceServer) -> Result<(), ResourceServerAdminError> {
    let flaws = server.flaws();
    if flaws.is_empty() {
        Ok(())
    } else {
        Err(ResourceServerAdminError::Invalid(flaws))
    }
}

fn refuse_losses(taken: &[TakenFrom]) -> Result<(), ResourceServerAdminError> {
    let lost = taken.iter().filter(|one| one.has_lost_audience);
    let lost: Vec<_> = lost.map(|one| one.client.clone()).collect();
    if lost.is_empty() {
        Ok(())
    } else {
        Err(ResourceServerAdminError::OnlyAudience(lost))
    }
}

/// The event with the clients that have lost the resource server.
fn with_clients(event: AuditEvent, taken: &[TakenFrom]) -> AuditEvent {
    if taken.is_empty() {
        return event;
    }
    let first = taken.iter().take(MAX_NAMED).map(|one| one.client.as_str());
    let first: Vec<_> = first.collect();
    let event = event.with("taken_from", taken.len());
    event.with("client_ids", first.join(" "))
}

/// The resource server that is to be changed, kept from everybody else, in the version that the caller
/// has seen.
async fn aimed_at(
    work: &UnitOfWork<'_>,
    aim: ServerAim<'_>,
) -> Result<RegisteredServer, ResourceServerAdminError> {
    let found = work.resource_servers().lock(aim.server).await?;
    let found = found.ok_or(ResourceServerAdminError::NotFound)?;
    match aim.version {
        Some(seen) if seen != found.version => Err(ResourceServerAdminError::VersionMismatch),
        _ => Ok(found),
    }
}

async fn present(
    work: &UnitOfWork<'_>,
    server: ResourceServerId,
) -> Result<RegisteredServer, ResourceServerAdminError> {
    let found = work.resource_servers().find(server).await?;
    found.ok_or(ResourceServerAdminError::NotFound)
}

/// The identifier that a cursor of ours holds.
fn resource_in(position: Position) -> Result<String, CursorError> {
    let [resource] = <[_; 1]>::try_from(position).map_err(|_other| CursorError)?;
    resource.ok_or(CursorError)
}
