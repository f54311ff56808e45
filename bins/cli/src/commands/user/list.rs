//! `authly user list`.

use authly_admin_client::admin::users::ListQuery;

use super::arguments::{ListUsers, YesNo};
use super::shown::Listed;
use crate::caller::Caller;
use crate::failure::Failure;

/// Lists users.
pub(super) async fn list(asked: &ListUsers, caller: &Caller) -> Result<(), Failure> {
    let query = |cursor, limit| ListQuery {
        q: asked.search.clone(),
        is_active: asked.active.map(YesNo::is_yes),
        is_admin: asked.admin.map(YesNo::is_yes),
        is_verified: asked.verified.map(YesNo::is_yes),
        requires_password_change: asked.password_change_due.map(YesNo::is_yes),
        created_from: asked.created_from,
        created_before: asked.created_before,
        last_login_from: asked.last_login_from,
        last_login_before: asked.last_login_before,
        sort: asked.sort.clone(),
        limit: Some(u64::from(limit)),
        cursor,
    };
    let page = |cursor, limit| caller.client.users(&query(cursor, limit));
    let users = caller.gather(&asked.paging, page).await?;
    let users: Vec<_> = users.into_iter().map(Listed).collect();
    caller.output.list(&users)
}
