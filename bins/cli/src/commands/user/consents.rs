//! `authly user consents …`.

use authly_admin_client::admin::users::ConsentsQuery;

use super::agreed;
use super::arguments::{ConsentCommand, ListConsents, RevokeConsent};
use super::shown::Agreed;
use crate::caller::Caller;
use crate::commands::named;
use crate::failure::Failure;

/// Lists or revokes.
pub(super) async fn run(command: &ConsentCommand, caller: &Caller) -> Result<(), Failure> {
    match command {
        ConsentCommand::List(asked) => list(asked, caller).await,
        ConsentCommand::Revoke(asked) => revoke(asked, caller).await,
    }
}

async fn list(asked: &ListConsents, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&asked.one.user, caller).await?;
    let page = |cursor, limit| {
        let query = ConsentsQuery {
            limit: Some(u64::from(limit)),
            cursor,
        };
        caller.client.user_consents(user.id.0, &query)
    };
    let consents = caller.gather(&asked.paging, page).await?;
    let consents: Vec<_> = consents.into_iter().map(Agreed).collect();
    caller.output.list(&consents)
}

async fn revoke(asked: &RevokeConsent, caller: &Caller) -> Result<(), Failure> {
    let user = named::user(&asked.one.user, caller).await?;
    let consent = agreed::consent(&user, &asked.client, caller).await?;
    let (name, client) = (&user.username, &consent.client_id);
    let question = format!("Revoke what {name} has agreed to for {client}?");
    asked.destruction.confirm(&question)?;
    let change = asked.destruction.change;
    let call = caller
        .client
        .revoke_user_consent(user.id.0, consent.client.0);
    change.apply(call).await?;
    let done = format!("revoked what {name} had agreed to for {client}");
    caller.output.done(change, &done);
    Ok(())
}
