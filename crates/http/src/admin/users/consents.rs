//! What users have agreed to.

use authly_protocol::admin::users::{Consent, ListConsents, RevokeConsent};
use authly_protocol::admin::{Id, Moment};
use authly_services::users::UserConsent;

use super::{Users, order};
use crate::admin::paging::{page_asked, page_of};
use crate::admin::{AdminCall, Answer};
use crate::respond::AdminProblem;

/// `GET /admin/users/{user}/consents`
pub(super) async fn list(
    call: AdminCall<ListConsents>,
    users: Users,
) -> Result<Answer<ListConsents>, AdminProblem> {
    let asked = page_asked(call.query.limit, call.query.cursor)?;
    let page = users.consents(call.path.user.0, &asked).await?;
    Ok(Answer::of(page_of(page, document)))
}

/// `DELETE /admin/users/{user}/consents/{client}`
pub(super) async fn revoke(
    call: AdminCall<RevokeConsent>,
    users: Users,
) -> Result<Answer<RevokeConsent>, AdminProblem> {
    let (user, client) = (call.path.user.0, call.path.client.0);
    users.revoke_consent(user, client, &order(&call)).await?;
    Ok(Answer::done())
}

fn document(consent: &UserConsent) -> Consent {
    let resources = consent.consent.resources.iter();
    Consent {
        client: Id(consent.client),
        client_id: consent.client_id.as_str().to_owned(),
        client_name: consent.client_name.clone(),
        granted: consent.consent.granted.to_string(),
        declined: consent.consent.declined.to_string(),
        resources: resources.map(ToString::to_string).collect(),
        created_at: Moment(consent.created_at),
        updated_at: Moment(consent.updated_at),
    }
}
