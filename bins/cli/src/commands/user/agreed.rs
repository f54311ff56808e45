//! Finding what a user has agreed to for the client that somebody names.

use authly_admin_client::admin::users::{Consent, ConsentsQuery, User};

use crate::caller::Caller;
use crate::failure::Failure;

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
