//! `/admin/logout-calls`.

use actix_web::web;
use authly_domain::logout as domain;
use authly_protocol::admin::logout_calls::{
    self, CallState, LogoutCall, RetriedCall, ShownCalls as Asked,
};
use authly_protocol::admin::{Id, Moment, NamedClient, ProblemCode};
use authly_services::logout::{
    LogoutCallAdmin, LogoutCallAdminError, LogoutCallFilter, ShownCalls,
};

use super::paging::{foreign_cursor, page_asked, page_of};
use super::{AdminCall, Answer, Table};
use crate::respond::{AdminProblem, IsUnavailable};

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table.with(list).with(get).with(retry)
}

/// `GET /admin/logout-calls`
async fn list(
    call: AdminCall<logout_calls::List>,
    admin: web::Data<LogoutCallAdmin>,
) -> Result<Answer<logout_calls::List>, AdminProblem> {
    let query = call.query;
    let filter = LogoutCallFilter {
        client: query.client.map(|id| id.0),
        shown: match query.show {
            Some(Asked::GivenUp) => ShownCalls::GivenUp,
            Some(Asked::All) | None => ShownCalls::All,
        },
    };
    let asked = page_asked(query.limit, query.cursor)?;
    let page = admin.list(&filter, &asked).await?;
    Ok(Answer::of(page_of(page, logout_call)))
}

/// `GET /admin/logout-calls/{call}`
async fn get(
    call: AdminCall<logout_calls::Get>,
    admin: web::Data<LogoutCallAdmin>,
) -> Result<Answer<logout_calls::Get>, AdminProblem> {
    let found = admin.get(call.path.call.0).await?;
    Ok(Answer::of(logout_call(&found)))
}

/// `POST /admin/logout-calls/{call}/retry`
async fn retry(
    call: AdminCall<logout_calls::Retry>,
    admin: web::Data<LogoutCallAdmin>,
) -> Result<Answer<logout_calls::Retry>, AdminProblem> {
    let (by, run) = (&call.caller.identity, call.run);
    let retried = admin.retry(call.path.call.0, by, run).await?;
    Ok(Answer::of(RetriedCall {
        call: logout_call(&retried.call),
        is_retried: retried.is_retried,
    }))
}

fn logout_call(call: &domain::LogoutCall) -> LogoutCall {
    let (state, due_at) = match call.state {
        domain::CallState::Waiting(at) => (CallState::Waiting, Some(Moment(at))),
        domain::CallState::GivenUp(_at) => (CallState::GivenUp, None),
    };
    LogoutCall {
        id: Id(call.id),
        client: NamedClient {
            id: Id(call.client),
            client_id: call.client_id.as_str().to_owned(),
        },
        session: Id(call.session),
        created_at: Moment(call.created_at),
        state,
        due_at,
        attempts: call.attempts,
        last_failed_at: call.last_failure.map(|(at, _why)| Moment(at)),
        last_failure: call.last_failure.map(|(_at, why)| why.to_string()),
    }
}

impl From<LogoutCallAdminError> for AdminProblem {
    fn from(error: LogoutCallAdminError) -> Self {
        match error {
            LogoutCallAdminError::UnknownCall => Self::not_found("logout call"),
            LogoutCallAdminError::NotWanted => Self::new(
                ProblemCode::Conflict,
                "Its client is disabled, or has no backchannel_logout_uri any more: it is told of nothing.",
            ),
            LogoutCallAdminError::Cursor(error) => foreign_cursor(error),
            LogoutCallAdminError::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}
