//! What follows in an authorization: another page, or the answer at the client.

use actix_web::HttpResponse;
use authly_domain::sessions::LoginStep;
use authly_services::authorizations::AuthorizeStep;

use super::{PageFailure, answer_client};
use crate::pages::Pages;
use crate::places::{CONSENT, LOGIN, LOGIN_PASSWORD};

/// Leads the browser on.
pub(crate) fn follow(step: AuthorizeStep, pages: &Pages) -> Result<HttpResponse, PageFailure> {
    match step {
        AuthorizeStep::Respond(answer) => answer_client(&answer, pages),
        AuthorizeStep::LogIn(handle) => Ok(pages.see_other(LOGIN, Some(&handle))),
        AuthorizeStep::FinishLogin(handle, LoginStep::ChangePassword) => {
            Ok(pages.see_other(LOGIN_PASSWORD, Some(&handle)))
        }
        AuthorizeStep::AskConsent(handle) => Ok(pages.see_other(CONSENT, Some(&handle))),
    }
}
