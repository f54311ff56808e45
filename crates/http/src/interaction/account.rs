//! The page where people see what has access in their name, and end it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use authly_domain::grants::Application;
use authly_domain::id::{ClientKey, SessionId};
use authly_domain::refusals::Reason;
use authly_domain::sessions::{Device, LoginStep, SessionRecord};
use authly_protocol::admin::Id;
use authly_services::account::{AccountError, AccountService, AccountView, Ended};
use authly_services::logout::{LogoutParameters, LogoutService};

use super::consent::is_web_address;
use crate::extract::{PageForm, Parameters, Visitor};
use crate::pages::{AccountPage, ApplicationEntry, Moment, Pages, ScopeEntry, SessionEntry, Text};
use crate::places::{ACCOUNT, ACCOUNT_APPLICATIONS, ACCOUNT_SESSIONS, LOGIN, LOGIN_PASSWORD};
use crate::respond::{PageFailure, PageProblem, signed_out};

/// `GET /account`: sessions and applications.
pub(crate) async fn show(
    request: HttpRequest,
    visitor: Visitor,
    account: web::Data<AccountService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let view = match account.view(&visitor.browser).await {
        Ok(view) => view,
        Err(error) => return log_in_first(error, &pages),
    };
    let mut page = account_page(view, &visitor, &pages);
    let query = Parameters::parse(request.query_string().as_bytes())?;
    page.done = query.get("done").and_then(done);
    visitor.seal(pages.show(StatusCode::OK, &page)?)
}

/// `POST /account/sessions`: ends the session of the button that was pressed, or all others.
pub(crate) async fn end_sessions(
    PageForm {
        mut visitor,
        mut fields,
    }: PageForm,
    account: web::Data<AccountService>,
    logout: web::Data<LogoutService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let pressed = fields.take("session").unwrap_or_default();
    if pressed == "others" {
        return match account.end_other_sessions(&visitor.browser).await {
            Ok(()) => Ok(pages.see_other_with(ACCOUNT, &[("done", "others")])),
            Err(error) => log_in_first(error, &pages),
        };
    }
    let session: Id<SessionId> = pressed.parse().map_err(no_id)?;
    match account.end_session(session.0, &visitor.browser).await {
        Ok(Ended::This) => {
            let confirmed = logout.confirm(LogoutParameters::default(), &visitor.browser);
            let done = confirmed.await?;
            visitor.end_session();
            visitor.seal(signed_out(&done, &pages)?)
        }
        Ok(Ended::Another) => Ok(pages.see_other_with(ACCOUNT, &[("done", "session")])),
        Err(error) => log_in_first(error, &pages),
    }
}

/// `POST /account/applications`: takes access from the application of the button that was pressed.
pub(crate) async fn end_application(
    PageForm {
        visitor,
        mut fields,
    }: PageForm,
    account: web::Data<AccountService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let pressed = fields.take("application").unwrap_or_default();
    let client: Id<ClientKey> = pressed.parse().map_err(no_id)?;
    match account.end_application(client.0, &visitor.browser).await {
        Ok(()) => Ok(pages.see_other_with(ACCOUNT, &[("done", "application")])),
        Err(error) => log_in_first(error, &pages),
    }
}

/// What the page says of the button that was pressed before, as its address names it.
fn done(what: &str) -> Option<Text> {
    match what {
        "session" => Some(Text::key("account-ended-session")),
        "others" => Some(Text::key("account-ended-others")),
        "application" => Some(Text::key("account-ended-application")),
        _ => None,
    }
}

fn no_id<E>(_odd: E) -> PageFailure {
    PageFailure::new(PageProblem::Malformed, Reason::NothingNamed)
}

/// Leads to the login, or to the step of it that is left.
fn log_in_first(error: AccountError, pages: &Pages) -> Result<HttpResponse, PageFailure> {
    match error {
        AccountError::NotLoggedIn => Ok(pages.see_other(LOGIN, None)),
        AccountError::StepLeft(LoginStep::ChangePassword) => {
            Ok(pages.see_other(LOGIN_PASSWORD, None))
        }
        AccountError::Storage(ref storage) => {
            let problem = if storage.is_unavailable() {
                PageProblem::Unavailable
            } else {
                PageProblem::Failed
            };
            Err(PageFailure::new(problem, error))
        }
    }
}

fn account_page(view: AccountView, visitor: &Visitor, pages: &Pages) -> AccountPage {
    let (this, now) = (view.session.id, view.now);
    let session = |record: SessionRecord| SessionEntry {
        id: record.id.as_uuid().to_string(),
        device: device(&record.user_agent),
        address: record.address.to_string(),
        signed_in: Moment::of(record.authentication.auth_time, now),
        last_used: Moment::of(record.last_seen_at, now),
        is_this: record.id == this,
    };
    let known = view.scopes;
    let describe = |name: &str| {
        let record = known.iter().find(|record| record.name.as_str() == name);
        ScopeEntry {
            name: name.to_owned(),
            description: record.map_or_else(|| name.to_owned(), |one| one.description.clone()),
        }
    };
    let application = |one: Application| ApplicationEntry {
        id: one.client.as_uuid().to_string(),
        name: one.name,
        uri: one.client_uri.filter(is_web_address),
        scopes: one
            .scope
            .iter()
            .map(|name| describe(name.as_str()))
            .collect(),
        since: Moment::of(one.since, now),
        works_offline: one.works_offline,
    };
    AccountPage {
        address: pages.path(ACCOUNT, None),
        csrf: visitor.csrf().expose().to_owned(),
        username: view.session.username.as_str().to_owned(),
        done: None,
        sessions_action: pages.path(ACCOUNT_SESSIONS, None),
        sessions: view.sessions.into_iter().map(session).collect(),
        applications_action: pages.path(ACCOUNT_APPLICATIONS, None),
        applications: view.applications.into_iter().map(application).collect(),
    }
}

/// A browser in words.
fn device(user_agent: &str) -> Text {
    match Device::of(user_agent) {
        Device {
            browser: Some(browser),
            system: Some(system),
        } => Text::key("account-device")
            .with_name("browser", browser)
            .with_name("system", system),
        Device {
            browser: Some(browser),
            system: None,
        } => Text::key("account-device-browser").with_name("browser", browser),
        Device {
            browser: None,
            system: Some(system),
        } => Text::key("account-device-system").with_name("system", system),
        Device {
            browser: None,
            system: None,
        } => Text::key("account-device-unknown"),
    }
}
