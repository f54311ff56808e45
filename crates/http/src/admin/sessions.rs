//! `/admin/sessions`, and the sessions of a user.

use actix_web::web;
use authly_domain::page::Shown;
use authly_domain::sessions as domain;
use authly_protocol::admin::sessions::{self, Session, SessionState, ShownSessions};
use authly_protocol::admin::{FieldError, Id, Moment, NamedUser};
use authly_services::sessions::{SessionAdmin, SessionAdminError, SessionFilter, SessionView};

use super::fields::invalid_body;
use super::paging::{foreign_cursor, page_asked, page_of};
use super::{AdminCall, Answer, Table};
use crate::respond::{AdminProblem, IsUnavailable};

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table.with(list).with(get).with(end).with(end_all)
}

/// `GET /admin/sessions`
async fn list(
    call: AdminCall<sessions::List>,
    admin: web::Data<SessionAdmin>,
) -> Result<Answer<sessions::List>, AdminProblem> {
    let query = call.query;
    let filter = SessionFilter {
        user: query.user.map(|id| id.0),
        shown: match query.show {
            Some(ShownSessions::Live) => Shown::Alive,
            Some(ShownSessions::All) | None => Shown::All,
        },
    };
    let asked = page_asked(query.limit, query.cursor)?;
    let page = admin.list(&filter, &asked).await?;
    Ok(Answer::of(page_of(page, session)))
}

/// `GET /admin/sessions/{session}`
async fn get(
    call: AdminCall<sessions::Get>,
    admin: web::Data<SessionAdmin>,
) -> Result<Answer<sessions::Get>, AdminProblem> {
    let view = admin.get(call.path.session.0).await?;
    Ok(Answer::of(session(&view)))
}

/// `POST /admin/sessions/{session}/end`
async fn end(
    call: AdminCall<sessions::End>,
    admin: web::Data<SessionAdmin>,
) -> Result<Answer<sessions::End>, AdminProblem> {
    let (by, run) = (&call.caller.identity, call.run);
    let view = admin.end(call.path.session.0, by, run).await?;
    Ok(Answer::of(session(&view)))
}

/// `POST /admin/users/{user}/sessions/end`
async fn end_all(
    call: AdminCall<sessions::EndAll>,
    admin: web::Data<SessionAdmin>,
) -> Result<Answer<sessions::EndAll>, AdminProblem> {
    let (by, run) = (&call.caller.identity, call.run);
    let kept = call.body.except.map(|id| id.0);
    let sessions = admin.end_all_of(call.path.user.0, kept, by, run).await?;
    Ok(Answer::of(sessions::EndedSessions { sessions }))
}

fn session(view: &SessionView) -> Session {
    let SessionView { record, state } = view;
    Session {
        id: Id(record.id),
        user: NamedUser {
            id: Id(record.user),
            username: record.username.as_str().to_owned(),
        },
        state: match state {
            domain::SessionState::Active => SessionState::Active,
            domain::SessionState::Pending => SessionState::Pending,
            domain::SessionState::Ended => SessionState::Ended,
            domain::SessionState::UserInactive => SessionState::UserInactive,
            domain::SessionState::Expired => SessionState::Expired,
            domain::SessionState::Idle => SessionState::Idle,
        },
        auth_time: Moment(record.authentication.auth_time),
        acr: record.authentication.acr.clone(),
        amr: record.authentication.amr.clone(),
        address: record.address.to_string(),
        user_agent: record.user_agent.clone(),
        created_at: Moment(record.created_at),
        last_seen_at: Moment(record.last_seen_at),
        expires_at: Moment(record.expires_at),
        ended_at: record.ended.map(|ended| Moment(ended.at)),
        ended_reason: record.ended.map(|ended| ended.why.as_str().to_owned()),
    }
}

impl From<SessionAdminError> for AdminProblem {
    fn from(error: SessionAdminError) -> Self {
        match error {
            SessionAdminError::UnknownSession => Self::not_found("session"),
            SessionAdminError::UnknownUser => Self::not_found("user"),
            SessionAdminError::KeptIsOfSomebodyElse => invalid_body(vec![FieldError {
                pointer: "/except".to_owned(),
                detail: "it is no session of this user".to_owned(),
            }]),
            SessionAdminError::Cursor(error) => foreign_cursor(error),
            SessionAdminError::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}
