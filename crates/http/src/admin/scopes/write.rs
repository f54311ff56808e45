//! Changes of scopes.

use authly_domain::audit::AuditAction;
use authly_domain::scopes::{ScopeChange, ScopeRecord, ScopeToken};
use authly_protocol::admin::ScopePath;
use authly_protocol::admin::scopes::{Create, Delete, Disable, Enable, Update};
use authly_protocol::endpoint::Endpoint;
use authly_services::scopes::{InUse, ScopeAim};

use super::read::named;
use super::{AdminCall, Answer, Scopes, document};
use crate::admin::fields::Fields;
use crate::respond::AdminProblem;

/// A scope that may be asked for.
const ENABLED: ScopeChange = ScopeChange {
    description: None,
    is_default: None,
    is_active: Some(true),
    managed_by: None,
};

/// A scope that may not be asked for.
const DISABLED: ScopeChange = ScopeChange {
    is_active: Some(false),
    ..ENABLED
};

fn aim<'a, E: Endpoint<Path = ScopePath>>(
    call: &'a AdminCall<E>,
    scope: &'a ScopeToken,
) -> ScopeAim<'a> {
    ScopeAim {
        scope,
        version: call.if_match,
        by: &call.caller.identity,
        run: call.run,
    }
}

/// `POST /admin/scopes`
pub(super) async fn create(
    call: AdminCall<Create>,
    scopes: Scopes,
) -> Result<Answer<Create>, AdminProblem> {
    let mut fields = Fields::default();
    let name = fields.parse("/name", &call.body.name);
    let scope = name.map(|name| ScopeRecord {
        name,
        description: call.body.description.clone(),
        is_default: call.body.is_default,
        is_active: true,
        is_system: false,
    });
    let managed_by = fields.parse_opt("/managed_by", call.body.managed_by.as_deref());
    let scope = fields.finish(scope)?;
    let by = &call.caller.identity;
    let created = scopes.create(&scope, managed_by.as_ref(), by, call.run);
    let created = created.await?;
    let version = created.version;
    Ok(Answer::of(document::scope(&created)).in_version(version))
}

/// `PATCH /admin/scopes/{scope}`
pub(super) async fn update(
    call: AdminCall<Update>,
    scopes: Scopes,
) -> Result<Answer<Update>, AdminProblem> {
    let mut fields = Fields::default();
    let change = ScopeChange {
        description: fields.required("/description", call.body.description.clone()),
        is_default: fields.required("/is_default", call.body.is_default),
        is_active: None,
        managed_by: fields.mark(&call.body.managed_by),
    };
    let change = fields.finish(Some(change))?;
    let name = named(&call.path)?;
    let changed = scopes.change(aim(&call, &name), AuditAction::ScopeUpdated, change);
    let changed = changed.await?;
    Ok(Answer::of(document::scope(&changed)).in_version(changed.version))
}

/// `POST /admin/scopes/{scope}/enable`
pub(super) async fn enable(
    call: AdminCall<Enable>,
    scopes: Scopes,
) -> Result<Answer<Enable>, AdminProblem> {
    let name = named(&call.path)?;
    let changed = scopes.change(aim(&call, &name), AuditAction::ScopeEnabled, ENABLED);
    let changed = changed.await?;
    Ok(Answer::of(document::scope(&changed)).in_version(changed.version))
}

/// `POST /admin/scopes/{scope}/disable`
pub(super) async fn disable(
    call: AdminCall<Disable>,
    scopes: Scopes,
) -> Result<Answer<Disable>, AdminProblem> {
    let name = named(&call.path)?;
    let changed = scopes.change(aim(&call, &name), AuditAction::ScopeDisabled, DISABLED);
    let changed = changed.await?;
    Ok(Answer::of(document::scope(&changed)).in_version(changed.version))
}

/// `DELETE /admin/scopes/{scope}`
pub(super) async fn delete(
    call: AdminCall<Delete>,
    scopes: Scopes,
) -> Result<Answer<Delete>, AdminProblem> {
    let name = named(&call.path)?;
    let in_use = match call.query.force {
        Some(true) => InUse::Take,
        Some(false) | None => InUse::Keep,
    };
    scopes.delete(aim(&call, &name), in_use).await?;
    Ok(Answer::done())
}
