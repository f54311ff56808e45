//! Changes of clients.

use authly_protocol::admin::ClientPath;
use authly_protocol::admin::clients::{AssignScopes, Create, Delete, Disable, Enable, Update};
use authly_protocol::endpoint::Endpoint;
use authly_services::clients::{Aim, CreatedClient};

use super::{AdminCall, Answer, Clients, change, document};
use crate::admin::repeated::{document_of, written};
use crate::respond::AdminProblem;

/// Which client the call is about, in which version, by whom.
pub(super) fn aim<E: Endpoint<Path = ClientPath>>(call: &AdminCall<E>) -> Aim<'_> {
    Aim {
        client: call.path.client.0,
        version: call.if_match,
        by: &call.caller.identity,
        run: call.run,
    }
}

/// `POST /admin/clients`
pub(super) async fn create(
    call: AdminCall<Create>,
    clients: Clients,
) -> Result<Answer<Create>, AdminProblem> {
    let ordered = change::ordered(&call.body)?;
    let write = |created: &CreatedClient| written(&document::created(created));
    let keyed = call.keyed(&write);
    let by = &call.caller.identity;
    let answered = clients.create(ordered, by, call.run, keyed.as_ref());
    let document = document_of(answered.await?, document::created)?;
    let version = document.client.version;
    Ok(Answer::of(document).in_version(version))
}

/// `PATCH /admin/clients/{client}`
pub(super) async fn update(
    call: AdminCall<Update>,
    clients: Clients,
) -> Result<Answer<Update>, AdminProblem> {
    let change = change::changed(&call.body)?;
    let client = clients.update(aim(&call), change).await?;
    let version = client.client.version;
    Ok(Answer::of(document::client(&client)).in_version(version))
}

/// `PUT /admin/clients/{client}/scopes`
pub(super) async fn assign_scopes(
    call: AdminCall<AssignScopes>,
    clients: Clients,
) -> Result<Answer<AssignScopes>, AdminProblem> {
    let change = change::assigned(&call.body)?;
    let client = clients.assign_scopes(aim(&call), change).await?;
    let version = client.client.version;
    Ok(Answer::of(document::client(&client)).in_version(version))
}

/// `POST /admin/clients/{client}/enable`
pub(super) async fn enable(
    call: AdminCall<Enable>,
    clients: Clients,
) -> Result<Answer<Enable>, AdminProblem> {
    let client = clients.enable(aim(&call)).await?;
    let version = client.client.version;
    Ok(Answer::of(document::client(&client)).in_version(version))
}

/// `POST /admin/clients/{client}/disable`
pub(super) async fn disable(
    call: AdminCall<Disable>,
    clients: Clients,
) -> Result<Answer<Disable>, AdminProblem> {
    let client = clients.disable(aim(&call)).await?;
    let version = client.client.version;
    Ok(Answer::of(document::client(&client)).in_version(version))
}

/// `DELETE /admin/clients/{client}`
pub(super) async fn delete(
    call: AdminCall<Delete>,
    clients: Clients,
) -> Result<Answer<Delete>, AdminProblem> {
    clients.delete(aim(&call)).await?;
    Ok(Answer::done())
}
