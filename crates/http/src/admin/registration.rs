//! `/admin/initial-access-tokens`

use std::time::Duration;

use actix_web::web::Data;
use authly_domain::clients::{ClientProfile, NonceRule, PkceRule};
use authly_domain::registration::{
    InitialAccessToken as Record, RegistrationBounds, RegistrationPolicy,
};
use authly_protocol::admin::registration::{
    Create, Delete, InitialAccessToken, List, MadeInitialAccessToken, NewInitialAccessToken,
};
use authly_protocol::admin::{FieldError, Id, Moment};
use authly_protocol::oauth::WireSecret;
use authly_services::registration::{
    InitialAccessOrdered, MadeInitialAccess, RegistrationAdmin, RegistrationAdminError,
};

use super::fields::{Fields, invalid_body};
use super::paging::{foreign_cursor, page_of};
use super::parameters::QueryFields;
use super::repeated::{document_of, written};
use super::{AdminCall, Answer, Table};
use crate::respond::{AdminProblem, IsUnavailable};

/// How long a token lives where nothing is said.
const USUAL_LIFETIME: Duration = Duration::from_hours(24);

/// What looks after the tokens.
type Registrations = Data<RegistrationAdmin>;

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table.with(list).with(create).with(delete)
}

/// `GET /admin/initial-access-tokens`
async fn list(
    call: AdminCall<List>,
    registrations: Registrations,
) -> Result<Answer<List>, AdminProblem> {
    let page = QueryFields::default().finish_with_page(call.query.limit, call.query.cursor)?;
    let found = registrations.list(&page).await?;
    Ok(Answer::of(page_of(found, document)))
}

/// `POST /admin/initial-access-tokens`
async fn create(
    call: AdminCall<Create>,
    registrations: Registrations,
) -> Result<Answer<Create>, AdminProblem> {
    let ordered = ordered(&call.body)?;
    let write = |made: &MadeInitialAccess| written(&made_document(made));
    let keyed = call.keyed(&write);
    let by = &call.caller.identity;
    let answered = registrations.create(ordered, by, call.run, keyed.as_ref());
    Ok(Answer::of(document_of(answered.await?, made_document)?))
}

/// `DELETE /admin/initial-access-tokens/{initial_access_token}`
async fn delete(
    call: AdminCall<Delete>,
    registrations: Registrations,
) -> Result<Answer<Delete>, AdminProblem> {
    let token = call.path.initial_access_token.0;
    registrations
        .delete(token, &call.caller.identity, call.run)
        .await?;
    Ok(Answer::done())
}

fn ordered(new: &NewInitialAccessToken) -> Result<InitialAccessOrdered, AdminProblem> {
    let mut fields = Fields::default();
    let policy = policy(&mut fields, new);
    let ordered = policy.map(|policy| InitialAccessOrdered {
        name: new.name.clone(),
        policy,
        max_clients: new.max_clients.unwrap_or(1),
        lifetime: new.expires_in.map_or(USUAL_LIFETIME, Duration::from_secs),
    });
    fields.finish(ordered)
}

fn policy(fields: &mut Fields, new: &NewInitialAccessToken) -> Option<RegistrationPolicy> {
    let scope = fields.parse("/scope", &new.scope)?;
    let usual = RegistrationBounds::of_scope(scope);
    let grant_types = match &new.grant_types {
        None => usual.grant_types,
        Some(names) => fields.parse_all("/grant_types", names),
    };
    let profile = fields.parse_opt("/profile", new.profile.as_deref());
    Some(RegistrationPolicy {
        bounds: RegistrationBounds {
            grant_types,
            redirect_hosts: new.redirect_hosts.clone().unwrap_or_default(),
            ..usual
        },
        profile: profile.unwrap_or(ClientProfile::Strict),
        pkce: new.require_pkce.unwrap_or(true).into(),
        nonce: new.require_nonce.unwrap_or(true).into(),
    })
}

fn document(record: &Record) -> InitialAccessToken {
    let policy = &record.policy;
    let bounds = &policy.bounds;
    let grants = bounds.grant_types.iter();
    InitialAccessToken {
        id: Id(record.id),
        name: record.name.clone(),
        scope: bounds.scope.to_string(),
        grant_types: grants.map(|grant| grant.as_str().to_owned()).collect(),
        redirect_hosts: bounds.redirect_hosts.clone(),
        profile: policy.profile.as_str().to_owned(),
        require_pkce: policy.pkce == PkceRule::Required,
        require_nonce: policy.nonce == NonceRule::Required,
        clients_left: record.clients_left,
        clients_made: record.clients_made,
        expires_at: Moment(record.expires_at),
        created_at: Moment(record.created_at),
    }
}

fn made_document(made: &MadeInitialAccess) -> MadeInitialAccessToken {
    MadeInitialAccessToken {
        record: document(&made.record),
        token: WireSecret::new(made.token.expose().to_owned()),
    }
}

impl From<RegistrationAdminError> for AdminProblem {
    fn from(error: RegistrationAdminError) -> Self {
        use RegistrationAdminError as Why;
        match error {
            Why::NotFound => Self::not_found("initial access token"),
            Why::Invalid(flaws) => {
                let flaws = flaws.into_iter().map(|flaw| FieldError {
                    pointer: format!("/{}", flaw.member),
                    detail: flaw.what,
                });
                invalid_body(flaws.collect())
            }
            Why::Cursor(error) => foreign_cursor(error),
            Why::Idempotency(error) => error.into(),
            Why::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}
