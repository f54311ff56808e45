//! The list of users.

use authly_domain::page::Direction;
use authly_domain::users::{TimeRange, UserFilter, UserOrder};
use authly_protocol::admin::Moment;
use authly_protocol::admin::users::{List, ListQuery};
use authly_services::users::UserList;

use super::{Users, document};
use crate::admin::paging::page_of;
use crate::admin::parameters::QueryFields;
use crate::admin::{AdminCall, Answer};
use crate::respond::AdminProblem;

/// `GET /admin/users`
pub(super) async fn list(
    call: AdminCall<List>,
    users: Users,
) -> Result<Answer<List>, AdminProblem> {
    let query = call.query;
    let mut fields = QueryFields::default();
    let order = order(&mut fields, &query);
    let asked = fields.finish_with_page(query.limit, query.cursor)?;
    let list = UserList {
        filter: UserFilter {
            is_active: query.is_active,
            is_admin: query.is_admin,
            is_verified: query.is_verified,
            requires_password_change: query.requires_password_change,
        },
        order: order.unwrap_or(UserOrder::Username(Direction::Ascending)),
    };
    let page = users.list(&list, &asked).await?;
    Ok(Answer::of(page_of(page, document)))
}

/// A range of time, if there is one.
fn range(from: Option<Moment>, before: Option<Moment>) -> Option<TimeRange> {
    let range = TimeRange {
        from: from.map(|moment| moment.0),
        before: before.map(|moment| moment.0),
    };
    Some(range).filter(|range| *range != TimeRange::default())
}

/// In which order the list goes, unless something is wrong about it. What there is no index for is
/// not offered.
fn order(fields: &mut QueryFields, query: &ListQuery) -> Option<UserOrder> {
    let created = range(query.created_from, query.created_before);
    let logged_in = range(query.last_login_from, query.last_login_before);
    let otherwise = match (&query.q, created, logged_in) {
        (Some(text), None, None) if query.sort.is_none() => return search(fields, text),
        (Some(_), _, _) => {
            fields.wrong(
                "q",
                "a search has its own order, and goes with no range of time",
            );
            return None;
        }
        (None, Some(_), Some(_)) => {
            fields.wrong("last_login_from", "a list goes by one range of time");
            return None;
        }
        (None, Some(_), None) => "created_at",
        (None, None, Some(_)) => "last_login_at",
        (None, None, None) => "username",
    };
    let sort = query.sort.as_deref().unwrap_or(otherwise);
    let (name, direction) = match sort.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (sort, Direction::Ascending),
    };
    match (name, created, logged_in) {
        ("created_at", range, None) => {
            Some(UserOrder::CreatedAt(direction, range.unwrap_or_default()))
        }
        ("last_login_at", None, range) => {
            Some(UserOrder::LastLoginAt(direction, range.unwrap_or_default()))
        }
        ("username", None, None) => Some(UserOrder::Username(direction)),
        ("email", None, None) => Some(UserOrder::Email(direction)),
        ("created_at" | "last_login_at" | "username" | "email", _, _) => {
            fields.wrong(
                "sort",
                "a range of time goes with the order by that time alone",
            );
            None
        }
        _ => {
            let names =
                "it is username, email, created_at or last_login_at, or one of them behind -";
            fields.wrong("sort", names);
            None
        }
    }
}

/// What is searched for.
fn search(fields: &mut QueryFields, text: &str) -> Option<UserOrder> {
    match text.parse() {
        Ok(search) => Some(UserOrder::Search(search)),
        Err(error) => {
            fields.wrong("q", error);
            None
        }
    }
}
