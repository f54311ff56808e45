//! Which calls look at what tells of people, and leave an event in the audit trail: one for each call.

use authly_domain::admin::Administrator;
use authly_domain::id::{ClientKey, SessionId, UserId, UuidBacked};
use authly_domain::scopes::AdminScope;
use authly_protocol::admin::{Id, refusals};
use authly_protocol::endpoint::{Access, Endpoint, PathValues as _};
use authly_services::audit::{Glance, Look, TrailError};
use serde_json::Value;

use super::AdminCall;
use crate::respond::AdminProblem;

/// Whose answers name people and addresses, though they are asked for with a scope that is about the server.
const ALSO: [&str; 2] = [refusals::List::NAME, refusals::Explain::NAME];

/// Who looks, and at what; `None` where nothing of it tells of people.
pub(super) fn of<E: Endpoint>(call: &AdminCall<E>) -> Option<(Administrator, Look)> {
    let Access::Scope(scope) = E::ACCESS else {
        return None;
    };
    let query = serde_json::to_value(&call.query).unwrap_or_default();
    let goes_on = query.get("cursor").or_else(|| query.get("after")).is_some();
    let glance = match scope {
        AdminScope::AuditRead if goes_on => Glance::GoesOn,
        AdminScope::UsersRead | AdminScope::TokensRead | AdminScope::AuditRead => Glance::Begins,
        _ if ALSO.contains(&E::NAME) => Glance::Begins,
        _ => return None,
    };
    let values = call.path.values();
    let text_of = |name: &str| {
        let mut named = E::Path::NAMES.iter().zip(&values);
        let in_path = named.find_map(|(one, value)| (*one == name).then_some(value.as_str()));
        in_path.or_else(|| query.get(name).and_then(Value::as_str))
    };
    let look = Look {
        what: E::NAME,
        user: text_of("user").and_then(id::<UserId>),
        client: text_of("client").and_then(id::<ClientKey>),
        session: text_of("session").and_then(id::<SessionId>),
        glance,
    };
    Some((call.caller.identity.clone(), look))
}

fn id<T: UuidBacked>(text: &str) -> Option<T> {
    let id: Id<T> = text.parse().ok()?;
    Some(id.0)
}

/// Without its event, there is no answer.
pub(super) fn unnoted(error: TrailError) -> AdminProblem {
    error.into()
}
