//! The login page.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, web};
use authly_domain::secret::{Password, RequestHandle};
use authly_domain::sessions::{LoginStep, Session};
use authly_domain::users::PasswordFormError;
use authly_services::authorizations::AuthorizationService;
use authly_services::sessions::{LoggedIn, LoginError, Presence, SessionService};

use crate::extract::{PageForm, Visitor, Waiting};
use crate::pages::{FormProblem, LoginPage, Pages, SignedInPage, Text, Waiter};
use crate::places::{ACCOUNT, CONSENT, LOGIN, LOGIN_PASSWORD, LOGOUT};
use crate::respond::{Cause, PageFailure, PageProblem, RETRY_SOON, Refused, follow, retry_seconds};

/// `GET /login`: asks for user name and password, or says who is logged in where no application
/// waits.
pub(crate) async fn show(
    mut visitor: Visitor,
    Waiting(waiting): Waiting,
    sessions: web::Data<SessionService>,
    authorizations: web::Data<AuthorizationService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let mut session = None;
    if waiting.is_none() {
        let current = sessions.current(&visitor.browser).await;
        session = current.map_err(LoginError::Storage)?;
        visitor.meets(Presence::of(session.as_ref()));
    }
    let response = if let Some(session) = session {
        signed_in(&session, &pages)?
    } else {
        let page = login_page(&visitor, waiting.as_ref(), &authorizations, &pages).await?;
        pages.show(StatusCode::OK, &page)?
    };
    visitor.seal(response)
}

/// `POST /login`: checks user name and password.
pub(crate) async fn submit(
    PageForm {
        mut visitor,
        mut fields,
    }: PageForm,
    Waiting(waiting): Waiting,
    sessions: web::Data<SessionService>,
    authorizations: web::Data<AuthorizationService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let username = fields.take("username").unwrap_or_default();
    let password = Password::new(fields.take("password").unwrap_or_default());
    match sessions.log_in(&username, password, &visitor.browser).await {
        Ok(logged_in) => {
            let next = enter(&mut visitor, logged_in);
            let response = lead_on(&mut visitor, waiting, next, &authorizations, &pages).await;
            visitor.seal(response)
        }
        Err(error) => {
            let refusal = Refusal::of(error)?;
            let mut page = login_page(&visitor, waiting.as_ref(), &authorizations, &pages).await?;
            page.username = username;
            visitor.seal(refusal.show(page, &pages)?)
        }
    }
}

/// Gives the browser its new session; what is left of the login.
pub(super) fn enter(visitor: &mut Visitor, logged_in: LoggedIn) -> Option<LoginStep> {
    visitor.begin_session(logged_in.session);
    visitor.remember(logged_in.device);
    logged_in.next
}

/// Leads on after a step of the login. The session counts whatever becomes of the request that
/// waits, so that a failure is an answer here, which still sets the cookie.
pub(super) async fn lead_on(
    visitor: &mut Visitor,
    waiting: Option<RequestHandle>,
    next: Option<LoginStep>,
    authorizations: &AuthorizationService,
    pages: &Pages,
) -> HttpResponse {
    let Some(handle) = waiting else {
        let path = match next {
            Some(LoginStep::ChangePassword) => LOGIN_PASSWORD,
            None => LOGIN,
        };
        return pages.see_other(path, None);
    };
    let step = authorizations.resume(handle, &visitor.browser).await;
    let answer = step
        .map_err(PageFailure::from)
        .and_then(|step| follow(visitor.tell(step), pages));
    answer.unwrap_or_else(HttpResponse::from_error)
}

/// Who is logged in; or the step that is left, where there is one.
fn signed_in(session: &Session, pages: &Pages) -> Result<HttpResponse, PageFailure> {
    match session.next_step() {
        Some(LoginStep::ChangePassword) => Ok(pages.see_other(LOGIN_PASSWORD, None)),
        None => pages.show(
            StatusCode::OK,
            &SignedInPage {
                username: session.username.as_str().to_owned(),
                address: pages.path(LOGIN, None),
                account: pages.path(ACCOUNT, None),
                logout: pages.path(LOGOUT, None),
            },
        ),
    }
}

async fn login_page(
    visitor: &Visitor,
    waiting: Option<&RequestHandle>,
    authorizations: &AuthorizationService,
    pages: &Pages,
) -> Result<LoginPage, PageFailure> {
    let mut page = LoginPage {
        action: pages.path(LOGIN, waiting),
        csrf: visitor.csrf().expose().to_owned(),
        username: String::new(),
        problem: None,
        leads_to: None,
    };
    if let Some(handle) = waiting {
        let view = authorizations.login_view(handle, &visitor.browser).await?;
        page.username = view.login_hint.unwrap_or_default();
        page.leads_to = Some(Waiter {
            client_name: view.client_name,
            cancel_action: pages.path(CONSENT, waiting),
        });
    }
    Ok(page)
}

/// A login that failed, said on the login page itself.
struct Refusal {
    status: StatusCode,
    problem: FormProblem,
    retry_after: Option<Duration>,
    cause: Cause,
}

/// How a refusal is said: its status, the words, and how long to wait.
type Words = (StatusCode, FormProblem, Option<Duration>);

impl Refusal {
    /// The words for a failed login, or the failure that needs a page of its own.
    ///
    /// The status is 422: the form was understood and what it says refused. 401 would need a
    /// `WWW-Authenticate` (RFC 9110 §15.5.2), for which no browser has a login form.
    fn of(error: LoginError) -> Result<Self, PageFailure> {
        let (status, problem, retry_after) = match &error {
            LoginError::WrongCredentials => {
                Self::wrong(Text::key("login-wrong"), &["username", "password"])
            }
            LoginError::Form(PasswordFormError::Empty) => {
                Self::wrong(Text::key("login-password-missing"), &["password"])
            }
            LoginError::Form(PasswordFormError::TooLong) => {
                Self::wrong(Text::key("login-password-too-long"), &["password"])
            }
            LoginError::Form(PasswordFormError::Nul) => {
                Self::wrong(Text::key("password-character"), &["password"])
            }
            LoginError::Throttled { retry_after, .. } => Self::wait(
                StatusCode::TOO_MANY_REQUESTS,
                Text::key("login-throttled").with_wait(*retry_after),
                *retry_after,
            ),
            LoginError::Busy => Self::wait(
                StatusCode::SERVICE_UNAVAILABLE,
                Text::key("login-busy").with_wait(RETRY_SOON),
                RETRY_SOON,
            ),
            LoginError::Hashing(_) | LoginError::Storage(_) => return Err(error.into()),
        };
        Ok(Self {
            status,
            problem,
            retry_after,
            cause: error.into(),
        })
    }

    fn wrong(text: Text, fields: &'static [&'static str]) -> Words {
        let problem = FormProblem { text, fields };
        (StatusCode::UNPROCESSABLE_ENTITY, problem, None)
    }

    const fn wait(status: StatusCode, text: Text, wait: Duration) -> Words {
        (status, FormProblem { text, fields: &[] }, Some(wait))
    }

    /// The page with what it says.
    fn show(self, mut page: LoginPage, pages: &Pages) -> Result<HttpResponse, PageFailure> {
        page.problem = Some(self.problem);
        let mut response = pages.show(self.status, &page)?;
        if let Some(wait) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, retry_seconds(wait).into());
        }
        response.extensions_mut().insert(Refused {
            error: "login_refused",
            cause: self.cause,
        });
        Ok(response)
    }
}

impl From<LoginError> for PageFailure {
    fn from(error: LoginError) -> Self {
        let problem = match &error {
            LoginError::Storage(storage) if storage.is_unavailable() => PageProblem::Unavailable,
            LoginError::Busy | LoginError::Throttled { .. } => PageProblem::Busy,
            LoginError::WrongCredentials
            | LoginError::Form(_)
            | LoginError::Hashing(_)
            | LoginError::Storage(_) => PageProblem::Failed,
        };
        Self::new(problem, error)
    }
}

#[cfg(test)]
mod tests {
    use authly_domain::throttle::ThrottleKind;
    use pretty_assertions::assert_eq;

    use super::*;

    fn refusal(error: LoginError) -> (u16, Option<Duration>) {
        let refusal = Refusal::of(error).unwrap();
        (refusal.status.as_u16(), refusal.retry_after)
    }

    #[test]
    fn what_was_typed_wrong_is_said_on_the_page_without_saying_what_exists() {
        for error in [
            LoginError::WrongCredentials,
            LoginError::Form(PasswordFormError::Empty),
            LoginError::Form(PasswordFormError::TooLong),
            LoginError::Form(PasswordFormError::Nul),
        ] {
            assert_eq!(refusal(error), (422, None));
        }
    }

    #[test]
    fn waiting_is_said_with_its_length() {
        let wait = Duration::from_mins(1);
        let throttled = LoginError::Throttled {
            by: ThrottleKind::LoginAddress,
            retry_after: wait,
        };
        assert_eq!(refusal(throttled), (429, Some(wait)));
        assert_eq!(refusal(LoginError::Busy), (503, Some(RETRY_SOON)));
    }
}
