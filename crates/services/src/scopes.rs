//! Administration of the catalogue of scopes.

use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::configuration::ConfigurationName;
use authly_domain::scopes::{
    RegisteredScope, ScopeChange, ScopeFilter, ScopeFlaw, ScopeRecord, ScopeToken,
};
use authly_repositories::{DbError, UnitOfWork};

use crate::Context;
use crate::paging::{CursorError, Cursors, PageAsked, Paged, Position};

/// Looks after the catalogue of scopes.
pub struct ScopeAdmin {
    context: Context,
    cursors: Cursors,
}

/// Which scope is changed, in which version, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct ScopeAim<'a> {
    /// The scope.
    pub scope: &'a ScopeToken,
    /// The version that the caller has seen, if the change is to happen to no other.
    pub version: Option<i64>,
    /// Who changes it.
    pub by: &'a Administrator,
    /// Whether it is meant.
    pub run: Run,
}

/// What is done with a scope that clients may ask for when it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InUse {
    /// It is kept, and the deletion refused.
    Keep,
    /// It is taken from them.
    Take,
}

/// Why a scope is not shown or changed. Nothing is stored then.
#[derive(Debug, thiserror::Error)]
pub enum ScopeAdminError {
    /// There is no such scope.
    #[error("there is no such scope")]
    NotFound,
    /// There is one of this name.
    #[error("a scope of this name exists")]
    AlreadyExists,
    /// Something is wrong about it.
    #[error("{} member(s) are wrong", .0.len())]
    Invalid(Vec<ScopeFlaw>),
    /// It has another version than the caller has seen.
    #[error("the scope was changed meanwhile")]
    VersionMismatch,
    /// The server depends on it.
    #[error("the server depends on the scope")]
    Protected,
    /// Clients may ask for it.
    #[error("clients may ask for the scope")]
    InUse,
    /// The cursor is none of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

impl ScopeAdmin {
    /// Looks after the catalogue.
    #[must_use]
    pub const fn new(context: Context, cursors: Cursors) -> Self {
        Self { context, cursors }
    }

    /// A page of the list, by name.
    ///
    /// # Errors
    /// When the cursor is none of this list, or storage fails.
    pub async fn list(
        &self,
        filter: &ScopeFilter,
        page: &PageAsked,
    ) -> Result<Paged<RegisteredScope>, ScopeAdminError> {
        let list = ("scopes", filter);
        let after = self.cursors.open(&list, page)?.map(name_in).transpose()?;
        let conn = self.context.db.connect().await?;
        let rows = page.size.rows_to_read();
        let scopes = conn.reads().scopes();
        let found = scopes.list(filter, after.as_deref(), rows).await?;
        Ok(self.cursors.page(&list, page.size, found, |scope| {
            vec![Some(scope.record.name.to_string())]
        }))
    }

    /// The scope of this name.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn get(&self, name: &ScopeToken) -> Result<RegisteredScope, ScopeAdminError> {
        let conn = self.context.db.connect().await?;
        let found = conn.reads().scopes().find(name).await?;
        found.ok_or(ScopeAdminError::NotFound)
    }

    /// Adds a scope, which a configuration may look after.
    ///
    /// # Errors
    /// When the name is taken or cannot be administered, something else is wrong about it, or storage
    /// fails. Nothing is stored then.
    pub async fn create(
        &self,
        scope: &ScopeRecord,
        managed_by: Option<&ConfigurationName>,
        by: &Administrator,
        run: Run,
    ) -> Result<RegisteredScope, ScopeAdminError> {
        refuse_flaws(scope)?;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("scopes.create").await?;
        if !work.scopes().insert(scope, self.context.now()).await? {
            return Err(ScopeAdminError::AlreadyExists);
        }
        if managed_by.is_some() {
            work.scopes().mark(&scope.name, managed_by).await?;
        }
        let created = present(&work, &scope.name).await?;
        let event = self.context.deed(AuditAction::ScopeCreated, by);
        let event = event.of(&scope.name).marked(managed_by.map(Some));
        self.context.finish(work, run, event).await?;
        Ok(created)
    }

    /// Changes what is named, and keeps the rest. The clients that may ask for it notice at once.
    ///
    /// # Errors
    /// When there is no such scope, it has another version, the server depends on what would be
    /// changed, or storage fails. Nothing is stored then.
    pub async fn change(
        &self,
        aim: ScopeAim<'_>,
        what: AuditAction,
        change: ScopeChange,
    ) -> Result<RegisteredScope, ScopeAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("scopes.change").await?;
        let mut scope = aimed_at(&work, aim).await?.record;
        let mark = change.managed_by.clone();
        let ends = change.is_active == Some(false) || matches!(mark, Some(Some(_)));
        if scope.is_system && ends {
            return Err(ScopeAdminError::Protected);
        }
        change.apply(&mut scope);
        refuse_flaws(&scope)?;
        work.scopes().lock_clients(aim.scope).await?;
        work.scopes().upsert(&scope, self.context.now()).await?;
        if let Some(mark) = &mark {
            work.scopes().mark(aim.scope, mark.as_ref()).await?;
        }
        let changed = present(&work, aim.scope).await?;
        let event = self.context.deed(what, aim.by).of(aim.scope);
        let event = event.marked(mark.as_ref().map(Option::as_ref));
        self.context.finish(work, aim.run, event).await?;
        Ok(changed)
    }

    /// Removes a scope; one that clients may ask for only by [`InUse::Take`].
    ///
    /// # Errors
    /// When there is no such scope, it has another version, the server depends on it, it is in use, or
    /// storage fails. Nothing is stored then.
    pub async fn delete(&self, aim: ScopeAim<'_>, in_use: InUse) -> Result<(), ScopeAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("scopes.delete").await?;
        if aimed_at(&work, aim).await?.record.is_system {
            return Err(ScopeAdminError::Protected);
        }
        let scopes = work.scopes();
        if in_use == InUse::Take {
            scopes.lock_clients(aim.scope).await?;
            scopes.take_from_clients(aim.scope).await?;
        }
        let deleted = scopes.delete(aim.scope).await;
        deleted.map_err(|error| match error {
            error if error.violates("client_scopes_scope_fkey") => ScopeAdminError::InUse,
            error => error.into(),
        })?;
        let event = self.context.deed(AuditAction::ScopeDeleted, aim.by);
        let event = event.of(aim.scope);
        Ok(self.context.finish(work, aim.run, event).await?)
    }
}

fn refuse_flaws(scope: &ScopeRecord) -> Result<(), ScopeAdminError> {
    let flaws = scope.flaws();
    if flaws.is_empty() {
        Ok(())
    } else {
        Err(ScopeAdminError::Invalid(flaws))
    }
}

/// The scope that is to be changed, kept from everybody else, in the version that the caller has seen.
async fn aimed_at(
    work: &UnitOfWork<'_>,
    aim: ScopeAim<'_>,
) -> Result<RegisteredScope, ScopeAdminError> {
    if !work.scopes().lock(aim.scope).await? {
        return Err(ScopeAdminError::NotFound);
    }
    let found = present(work, aim.scope).await?;
    match aim.version {
        Some(seen) if seen != found.version => Err(ScopeAdminError::VersionMismatch),
        _ => Ok(found),
    }
}

async fn present(
    work: &UnitOfWork<'_>,
    name: &ScopeToken,
) -> Result<RegisteredScope, ScopeAdminError> {
    let found = work.scopes().find(name).await?;
    found.ok_or(ScopeAdminError::NotFound)
}

/// The name that a cursor of ours holds.
fn name_in(position: Position) -> Result<String, CursorError> {
    let [name] = <[_; 1]>::try_from(position).map_err(|_other| CursorError)?;
    name.ok_or(CursorError)
}
