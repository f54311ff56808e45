//! Who calls.

use actix_web::web;
use authly_domain::admin::Administrator;
use authly_protocol::admin::whoami::{Caller, CallingClient, CallingUser, WhoAmI};
use authly_protocol::admin::{Id, Moment};
use authly_services::admin::AdminRight;

use super::{AdminCall, Answer};
use crate::respond::AdminProblem;
use crate::settings::HttpSettings;

/// `GET /admin/whoami`
pub(super) async fn whoami(
    call: AdminCall<WhoAmI>,
    settings: web::Data<HttpSettings>,
) -> Result<Answer<WhoAmI>, AdminProblem> {
    let caller = call.caller;
    let user = match caller.identity {
        Administrator::User { id, username, .. } => Some(CallingUser {
            id: Id(id),
            username: username.as_str().to_owned(),
        }),
        Administrator::Client { .. } => None,
    };
    Ok(Answer::of(Caller {
        issuer: settings.issuer.as_str().to_owned(),
        user,
        client: CallingClient {
            id: Id(caller.client),
            client_id: caller.client_id.as_str().to_owned(),
        },
        scope: caller.scope.to_string(),
        expires_at: Moment(caller.expires_at),
        is_admin: caller.right == AdminRight::Held,
    }))
}
