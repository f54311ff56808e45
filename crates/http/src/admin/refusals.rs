//! `/admin/system/requests`: why requests were refused.

use actix_web::web;
use authly_domain::refusals::KeptRefusal;
use authly_protocol::admin::refusals::{self, Refusal};
use authly_protocol::admin::{Id, Moment, ProblemCode};
use authly_services::refusals::{RefusalAdmin, RefusalError};

use super::paging::{foreign_cursor, page_asked, page_of};
use super::{AdminCall, Answer, Table};
use crate::respond::{AdminProblem, IsUnavailable};

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table.with(list).with(explain)
}

/// `GET /admin/system/requests`
async fn list(
    call: AdminCall<refusals::List>,
    admin: web::Data<RefusalAdmin>,
) -> Result<Answer<refusals::List>, AdminProblem> {
    let query = call.query;
    let asked = page_asked(query.limit, query.cursor)?;
    let page = admin.list(query.client, &asked).await?;
    Ok(Answer::of(page_of(page, refusal)))
}

/// `GET /admin/system/requests/{request}`
async fn explain(
    call: AdminCall<refusals::Explain>,
    admin: web::Data<RefusalAdmin>,
) -> Result<Answer<refusals::Explain>, AdminProblem> {
    let found = admin.of_request(&call.path.request).await?;
    Ok(Answer::of(refusal(&found)))
}

fn refusal(kept: &KeptRefusal) -> Refusal {
    let one = kept.refusal.clone();
    Refusal {
        request_id: one.request_id,
        at: Moment(one.at),
        method: one.method,
        endpoint: one.endpoint,
        status: one.status,
        error: one.error,
        reason: one.reason,
        explanation: one.sentence,
        expected: one.expected,
        came: one.came,
        client_id: one.client_id,
        user: one.user.map(Id),
        address: one.address.map(|address| address.to_string()),
    }
}

impl From<RefusalError> for AdminProblem {
    fn from(error: RefusalError) -> Self {
        match error {
            RefusalError::Unknown => {
                let detail = "Nothing is known of this request: it was not refused, or longer ago \
                              than seven days, or before 100,000 others, or too many were refused \
                              at that moment to keep them all.";
                Self::new(ProblemCode::NotFound, detail)
            }
            RefusalError::Cursor(error) => foreign_cursor(error),
            RefusalError::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}
