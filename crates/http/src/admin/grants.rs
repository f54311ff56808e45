//! `/admin/grants`, and the grants of a user or a client.

use actix_web::web;
use authly_domain::grants::{GrantRecord, NotAlive};
use authly_domain::page::Shown;
use authly_domain::scopes::Resource;
use authly_protocol::admin::grants::{self, Consents, Grant, GrantStatus, ShownGrants};
use authly_protocol::admin::{Id, Moment, NamedClient, NamedUser};
use authly_services::grants::{
    ConsentFate, GrantAdmin, GrantAdminError, GrantFilter, GrantsToRevoke, RevokedGrants,
};

use super::paging::{foreign_cursor, page_asked, page_of};
use super::{AdminCall, Answer, Table};
use crate::respond::{AdminProblem, IsUnavailable};

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table
        .with(list)
        .with(get)
        .with(revoke)
        .with(revoke_of_user)
        .with(revoke_of_client)
}

/// `GET /admin/grants`
async fn list(
    call: AdminCall<grants::List>,
    admin: web::Data<GrantAdmin>,
) -> Result<Answer<grants::List>, AdminProblem> {
    let query = call.query;
    let filter = GrantFilter {
        user: query.user.map(|id| id.0),
        client: query.client.map(|id| id.0),
        shown: match query.show {
            Some(ShownGrants::Alive) => Shown::Alive,
            Some(ShownGrants::All) | None => Shown::All,
        },
    };
    let asked = page_asked(query.limit, query.cursor)?;
    let page = admin.list(&filter, &asked).await?;
    Ok(Answer::of(page_of(page, grant)))
}

/// `GET /admin/grants/{grant}`
async fn get(
    call: AdminCall<grants::Get>,
    admin: web::Data<GrantAdmin>,
) -> Result<Answer<grants::Get>, AdminProblem> {
    let record = admin.get(call.path.grant.0).await?;
    Ok(Answer::of(grant(&record)))
}

/// `POST /admin/grants/{grant}/revoke`
async fn revoke(
    call: AdminCall<grants::Revoke>,
    admin: web::Data<GrantAdmin>,
) -> Result<Answer<grants::Revoke>, AdminProblem> {
    let (by, run) = (&call.caller.identity, call.run);
    let record = admin.revoke(call.path.grant.0, by, run).await?;
    Ok(Answer::of(grant(&record)))
}

/// `POST /admin/users/{user}/grants/revoke`
async fn revoke_of_user(
    call: AdminCall<grants::RevokeOfUser>,
    admin: web::Data<GrantAdmin>,
) -> Result<Answer<grants::RevokeOfUser>, AdminProblem> {
    let (by, run, user) = (&call.caller.identity, call.run, call.path.user.0);
    let which = call
        .body
        .client
        .map_or(GrantsToRevoke::OfUser(user), |client| {
            GrantsToRevoke::OfUserAtClient(user, client.0)
        });
    let consents = fate(call.body.consents);
    let revoked = admin.revoke_all(&which, consents, by, run).await?;
    Ok(Answer::of(document(revoked)))
}

/// `POST /admin/clients/{client}/grants/revoke`
async fn revoke_of_client(
    call: AdminCall<grants::RevokeOfClient>,
    admin: web::Data<GrantAdmin>,
) -> Result<Answer<grants::RevokeOfClient>, AdminProblem> {
    let (by, run) = (&call.caller.identity, call.run);
    let which = GrantsToRevoke::OfClient(call.path.client.0);
    let consents = fate(call.body.consents);
    let revoked = admin.revoke_all(&which, consents, by, run).await?;
    Ok(Answer::of(document(revoked)))
}

const fn fate(consents: Option<Consents>) -> ConsentFate {
    match consents {
        Some(Consents::Forget) => ConsentFate::Removed,
        Some(Consents::Keep) | None => ConsentFate::Kept,
    }
}

const fn document(revoked: RevokedGrants) -> grants::RevokedGrants {
    grants::RevokedGrants {
        grants: revoked.grants,
        consents: revoked.consents,
    }
}

fn grant(record: &GrantRecord) -> Grant {
    Grant {
        id: Id(record.id),
        user: NamedUser {
            id: Id(record.user),
            username: record.username.as_str().to_owned(),
        },
        client: NamedClient {
            id: Id(record.client),
            client_id: record.client_id.as_str().to_owned(),
        },
        status: match record.is_alive() {
            // A grant is signed by no key.
            Ok(()) | Err(NotAlive::KeyRevoked) => GrantStatus::Alive,
            Err(NotAlive::UserInactive) => GrantStatus::UserInactive,
            Err(NotAlive::ClientInactive) => GrantStatus::ClientInactive,
            Err(NotAlive::GrantRevoked) => GrantStatus::Revoked,
            Err(NotAlive::SessionEnded) => GrantStatus::SessionEnded,
        },
        session: record.session.map(Id),
        scope: record.scope.to_string(),
        resources: record.resources.iter().map(written).collect(),
        auth_time: Moment(record.authentication.auth_time),
        acr: record.authentication.acr.clone(),
        amr: record.authentication.amr.clone(),
        created_at: Moment(record.created_at),
        revoked_at: record.revoked.map(|revoked| Moment(revoked.at)),
        revoked_reason: record
            .revoked
            .map(|revoked| revoked.why.as_str().to_owned()),
    }
}

fn written(resource: &Resource) -> String {
    resource.as_str().to_owned()
}

impl From<GrantAdminError> for AdminProblem {
    fn from(error: GrantAdminError) -> Self {
        match error {
            GrantAdminError::UnknownGrant => Self::not_found("grant"),
            GrantAdminError::UnknownUser => Self::not_found("user"),
            GrantAdminError::UnknownClient => Self::not_found("client"),
            GrantAdminError::Cursor(error) => foreign_cursor(error),
            GrantAdminError::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}
