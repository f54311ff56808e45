//! Finding the user or the client that somebody names.

use authly_admin_client::admin::Id;
use authly_admin_client::admin::users::{Consent, ConsentsQuery, ListQuery, User};

use crate::caller::Caller;
use crate::failure::Failure;

/// How many are looked at for the one of that name: what is the name itself comes before what merely
/// begins with it.
const LOOKED_AT: u64 = 10;

/// The user of this name, address or id.
pub(super) async fn user(named: &str, caller: &Caller) -> Result<User, Failure> {
    if let Ok(Id(id)) = named.parse() {
        return Ok(caller.client.user(id).await?);
    }
    let query = ListQuery {
        q: Some(named.to_owned()),
        limit: Some(LOOKED_AT),
        ..ListQuery::default()
    };
    let found = caller.client.users(&query).await?;
    let same = |text: &str| text.to_lowercase() == named.trim().to_lowercase();
    let is_meant = |user: &User| same(&user.username) || user.email.as_deref().is_some_and(same);
    let found = found.items.into_iter().find(is_meant);
    found.ok_or_else(|| {
        Failure::refused(format!("there is no user {named}"))
            .hint("To look for somebody: authly user list --search TEXT")
    })
}

/// What the user has agreed to for the client of this `client_id` or id.
pub(super) async fn consent(
    user: &User,
    client: &str,
    caller: &Caller,
) -> Result<Consent, Failure> {
    let mut query = ConsentsQuery {
        limit: Some(200),
        cursor: None,
    };
    loop {
        let page = caller.client.user_consents(user.id.0, &query).await?;
        let is_meant = |one: &Consent| one.client_id == client || one.client.to_string() == client;
        if let Some(found) = page.items.into_iter().find(is_meant) {
            return Ok(found);
        }
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            let name = &user.username;
            return Err(Failure::refused(format!(
                "{name} has agreed to nothing for a client {client}"
            )));
        }
    }
}
