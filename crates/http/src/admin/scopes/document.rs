//! Scopes as documents.

use authly_domain::scopes::RegisteredScope;
use authly_protocol::admin::Moment;
use authly_protocol::admin::scopes::Scope;

/// A scope as it is shown.
pub(super) fn scope(registered: &RegisteredScope) -> Scope {
    let record = &registered.record;
    Scope {
        name: record.name.to_string(),
        description: record.description.clone(),
        is_default: record.is_default,
        is_active: record.is_active,
        is_system: record.is_system,
        managed_by: registered.managed_by.as_ref().map(ToString::to_string),
        is_in_use: registered.is_in_use,
        version: registered.version,
        created_at: Moment(registered.created_at),
        updated_at: Moment(registered.updated_at),
    }
}
