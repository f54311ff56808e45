//! What is done with one client.

use std::time::Duration;

use authly_admin_client::admin::clients::{
    AssignedScopes, Client, EntitledScopes, NewClient, RotateSecret,
};
use authly_admin_client::admin::grants::{self, Grant, ShownGrants};

use super::document::{Created, Rotated, Shown};
use crate::args::{Change, Destruction, Paging};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::failure::Failure;

pub(super) async fn create(
    new: &NewClient,
    change: Change,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let call = || caller.client.create_client(new);
    let look = match &new.client_id {
        Some(id) => format!("authly client show {id}"),
        None => "authly client list --sort -created_at".to_owned(),
    };
    let created = caller.once(change, call, &look).await?;
    warn(&created.client, caller);
    let secret = created
        .client_secret
        .clone()
        .filter(|_shown| !change.dry_run);
    caller.output.sheet(&Created {
        client: Shown(created.client),
        client_secret: secret,
    })?;
    Ok(Exit::Ok)
}

pub(super) async fn rotate(
    client: &Client,
    keep_old: Duration,
    destruction: Destruction,
    caller: &Caller,
) -> Result<Exit, Failure> {
    if keep_old.is_zero() {
        let question = format!("End the secret of {} at once?", client.client_id);
        destruction.confirm(&question)?;
    }
    let how = RotateSecret {
        old_secret_valid_for: keep_old.as_secs(),
    };
    let call = || caller.client.rotate_client_secret(client.id, &how);
    let look = format!("authly client show {}", client.client_id);
    let rotated = caller.once(destruction.change, call, &look).await?;
    let secret = (!destruction.change.dry_run).then_some(rotated.client_secret);
    caller.output.sheet(&Rotated {
        client_id: rotated.client_id,
        client_secret: secret,
        old_secret_expires_at: rotated.old_secret_expires_at,
        version: rotated.version,
    })?;
    Ok(Exit::Ok)
}

pub(super) async fn grants(
    client: &Client,
    show: Option<ShownGrants>,
    paging: &Paging,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let page = |cursor, size: u32| {
        caller.client.list_grants().query(&grants::ListQuery {
            client: Some(client.id),
            show,
            limit: Some(u64::from(size)),
            cursor,
            ..grants::ListQuery::default()
        })
    };
    let found: Vec<Grant> = caller.gather(paging, page).await?;
    caller.output.list(&found)?;
    Ok(Exit::Ok)
}

pub(super) async fn revoke(
    client: &Client,
    destruction: Destruction,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let name = &client.client_id;
    destruction.confirm(&format!("Revoke every grant and token of {name}?"))?;
    let call = caller.client.revoke_tokens_of_client(client.id.0);
    let revoked = destruction.change.apply(call).await?;
    caller.output.done(
        destruction.change,
        &format!(
            "revoked {} grants of {name}, and {} tokens of its own",
            revoked.grants, revoked.own_tokens
        ),
    );
    Ok(Exit::Ok)
}

pub(super) fn show(client: Client, caller: &Caller) -> Result<Exit, Failure> {
    warn(&client, caller);
    caller.output.sheet(&Shown(client))?;
    Ok(Exit::Ok)
}

/// Says what of its registration weakens the client.
fn warn(client: &Client, caller: &Caller) {
    for warning in &client.warnings {
        caller.output.warn(warning);
    }
}

/// Replaces what a client may ask for.
pub(super) async fn assign(
    client: &Client,
    scopes: &AssignedScopes,
    change: Change,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let call = caller.client.assign_client_scopes(client.id, scopes);
    let call = change.apply(call.if_match(client.version));
    show(call.await?, caller)
}

/// Replaces what a client may administer for itself.
pub(super) async fn entitle(
    client: &Client,
    to: &EntitledScopes,
    change: Change,
    caller: &Caller,
) -> Result<Exit, Failure> {
    let call = caller.client.entitle_client(client.id, to);
    let call = change.apply(call.if_match(client.version));
    show(call.await?, caller)
}
