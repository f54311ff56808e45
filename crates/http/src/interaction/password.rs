//! The change of password that stands before everything else.

use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::{HttpResponse, web};
use authly_domain::refusals::Reason;
use authly_domain::secret::{Password, RequestHandle};
use authly_domain::sessions::LoginStep;
use authly_domain::users::{NewPasswordError, PasswordFormError};
use authly_services::authorizations::AuthorizationService;
use authly_services::sessions::{ChangePasswordError, LoginError, SessionService};

use super::login::{enter, lead_on};
use crate::extract::{PageForm, Parameters, Visitor, Waiting};
use crate::pages::{ChangePasswordPage, FormProblem, Pages, Text};
use crate::places::{LOGIN, LOGIN_PASSWORD};
use crate::respond::{Cause, PageFailure, PageProblem, RETRY_SOON, Refused, retry_seconds};

/// `GET /login/password`: asks for a new password where that is the next step of the login.
pub(crate) async fn show(
    visitor: Visitor,
    Waiting(waiting): Waiting,
    sessions: web::Data<SessionService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let page = password_page(&visitor, waiting.as_ref(), &sessions, &pages).await?;
    let response = match page {
        Some(page) => pages.show(StatusCode::OK, &page)?,
        None => pages.see_other(LOGIN, waiting.as_ref()),
    };
    visitor.seal(response)
}

/// `POST /login/password`: changes the password and goes on with the login.
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
    let refused = match typed_twice(&mut fields) {
        None => {
            let text = Text::key("password-differs");
            let problem = FormProblem {
                text,
                fields: REPEATED,
            };
            Some(Refusal::wrong(problem, Reason::PasswordsDiffer))
        }
        Some(new) => match sessions.change_password(new, &visitor.browser).await {
            Ok(logged_in) => {
                let next = enter(&mut visitor, logged_in);
                let response = lead_on(&mut visitor, waiting, next, &authorizations, &pages).await;
                return visitor.seal(response);
            }
            Err(error) => Refusal::of(error)?,
        },
    };
    let page = password_page(&visitor, waiting.as_ref(), &sessions, &pages).await?;
    let (Some(refusal), Some(page)) = (refused, page) else {
        return Ok(pages.see_other(LOGIN, waiting.as_ref()));
    };
    refusal.show(page, &pages)
}

/// The page, where a change is due in this browser.
async fn password_page(
    visitor: &Visitor,
    waiting: Option<&RequestHandle>,
    sessions: &SessionService,
    pages: &Pages,
) -> Result<Option<ChangePasswordPage>, PageFailure> {
    let session = sessions
        .current(&visitor.browser)
        .await
        .map_err(LoginError::Storage)?;
    let due = session.filter(|session| session.next_step() == Some(LoginStep::ChangePassword));
    Ok(due.map(|session| ChangePasswordPage {
        action: pages.path(LOGIN_PASSWORD, waiting),
        csrf: visitor.csrf().expose().to_owned(),
        username: session.username.as_str().to_owned(),
        minimum_length: sessions.password_rules().minimum_length,
        problem: None,
    }))
}

/// The new password, where both fields hold the same. Nothing secret is compared that the sender
/// does not know.
fn typed_twice(fields: &mut Parameters) -> Option<Password> {
    let new = fields.take("new_password").unwrap_or_default();
    let repeated = fields.take("repeat_password").unwrap_or_default();
    (new == repeated).then(|| Password::new(new))
}

/// A new password that was refused, said on the page itself; 422 as on the login page.
struct Refusal {
    status: StatusCode,
    problem: FormProblem,
    cause: Cause,
}

/// The field of the new password.
const NEW: &[&str] = &["new_password"];
/// The field that repeats it.
const REPEATED: &[&str] = &["repeat_password"];

impl Refusal {
    fn wrong(problem: FormProblem, cause: impl Into<Cause>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            problem,
            cause: cause.into(),
        }
    }

    /// The words for a refusal; `None` where no change is due; or the failure that needs a page of
    /// its own.
    fn of(error: ChangePasswordError) -> Result<Option<Self>, PageFailure> {
        let refusal = match &error {
            ChangePasswordError::NotDue => return Ok(None),
            ChangePasswordError::Refused(reason) => {
                let text = words(*reason);
                Self::wrong(FormProblem { text, fields: NEW }, error)
            }
            ChangePasswordError::Busy => Self {
                status: StatusCode::SERVICE_UNAVAILABLE,
                problem: FormProblem {
                    text: Text::key("login-busy").with_wait(RETRY_SOON),
                    fields: &[],
                },
                cause: error.into(),
            },
            ChangePasswordError::Hashing(_) | ChangePasswordError::Storage(_) => {
                return Err(error.into());
            }
        };
        Ok(Some(refusal))
    }

    /// The page with what it says.
    fn show(
        self,
        mut page: ChangePasswordPage,
        pages: &Pages,
    ) -> Result<HttpResponse, PageFailure> {
        page.problem = Some(self.problem);
        let mut response = pages.show(self.status, &page)?;
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response
                .headers_mut()
                .insert(RETRY_AFTER, retry_seconds(RETRY_SOON).into());
        }
        response.extensions_mut().insert(Refused {
            error: "password_refused",
            cause: self.cause,
        });
        Ok(response)
    }
}

/// What a person is told about a new password that is not good enough.
fn words(reason: NewPasswordError) -> Text {
    match reason {
        NewPasswordError::Form(PasswordFormError::Empty) => Text::key("password-missing"),
        NewPasswordError::Form(PasswordFormError::TooLong) => Text::key("password-too-long"),
        NewPasswordError::Form(PasswordFormError::Nul) => Text::key("password-character"),
        NewPasswordError::TooShort { minimum } => {
            Text::key("password-too-short").with("minimum", minimum.try_into().unwrap_or(u64::MAX))
        }
        NewPasswordError::Unchanged => Text::key("password-unchanged"),
        NewPasswordError::HoldsName => Text::key("password-holds-name"),
    }
}

impl From<ChangePasswordError> for PageFailure {
    fn from(error: ChangePasswordError) -> Self {
        let problem = match &error {
            ChangePasswordError::Storage(storage) if storage.is_unavailable() => {
                PageProblem::Unavailable
            }
            ChangePasswordError::Busy => PageProblem::Busy,
            ChangePasswordError::NotDue
            | ChangePasswordError::Refused(_)
            | ChangePasswordError::Hashing(_)
            | ChangePasswordError::Storage(_) => PageProblem::Failed,
        };
        Self::new(problem, error)
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn both_fields_have_to_hold_the_same() {
        let typed = |form: &str| {
            let mut fields = Parameters::parse(form.as_bytes()).unwrap();
            typed_twice(&mut fields).map(|new| new.expose().to_owned())
        };
        assert_eq!(
            typed("new_password=a+b&repeat_password=a%20b").as_deref(),
            Some("a b")
        );
        assert_eq!(typed("new_password=a&repeat_password=b"), None);
        assert_eq!(typed("new_password=a"), None);
        assert_eq!(typed("").as_deref(), Some(""));
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let short = words(NewPasswordError::TooShort { minimum: 12 });
        assert_eq!(short, Text::key("password-too-short").with("minimum", 12));
        let refused = ChangePasswordError::Refused(NewPasswordError::HoldsName);
        let refusal = Refusal::of(refused).unwrap().unwrap();
        assert_eq!(refusal.status.as_u16(), 422);
    }

    #[test]
    fn where_no_change_is_due_there_is_nothing_to_say() {
        assert!(Refusal::of(ChangePasswordError::NotDue).unwrap().is_none());
    }
}
