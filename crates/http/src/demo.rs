//! The demonstration of embedded mode (decisions 35): the front door says what is running, and "Try
//! sign-in" shows what an application sees. It is mounted only where the server says so.

mod acts;
mod sign_in;
mod view;

use std::path::PathBuf;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use authly_domain::refusals::Reason;
use authly_services::demo::{DemoError, DemoService};

use crate::extract::Visitor;
use crate::pages::{DemoHomePage, Pages};
use crate::places::{DEMO_START, HEALTH, JWKS, OPENID_CONFIGURATION};
use crate::respond::{Cause, OAuthFailure, PageFailure, PageProblem};
use crate::settings::HttpSettings;

pub(crate) use acts::{introspect, refresh, revoke, sign_out};
pub(crate) use sign_in::{callback, start};
pub(crate) use view::show;

/// What the demonstration works with; cheap to clone.
#[derive(Clone)]
pub struct Demo {
    /// Plays the application.
    pub service: Arc<DemoService>,
    /// Whom a newcomer can sign in as.
    pub administrator: Arc<FirstAdministrator>,
}

/// The account that a first start makes.
#[derive(Debug)]
pub struct FirstAdministrator {
    /// Its name.
    pub username: String,
    /// The file with the password that was made for its first login, if there is one.
    pub password_file: Option<PathBuf>,
}

/// `GET /`: what is running, and the way in.
pub(crate) async fn home(
    visitor: Visitor,
    demo: web::Data<Demo>,
    settings: web::Data<HttpSettings>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let page = home_page(&visitor, &demo, &settings, &pages);
    visitor.seal(pages.show(StatusCode::OK, &page)?)
}

fn home_page(
    visitor: &Visitor,
    demo: &Demo,
    settings: &HttpSettings,
    pages: &Pages,
) -> DemoHomePage {
    let administrator = &demo.administrator;
    let password_file = administrator.password_file.as_ref();
    DemoHomePage {
        address: pages.path("/", None),
        issuer: settings.issuer.as_str().to_owned(),
        version: env!("CARGO_PKG_VERSION"),
        start: pages.path(DEMO_START, None),
        csrf: visitor.csrf().expose().to_owned(),
        username: administrator.username.clone(),
        password_file: password_file.map(|path| path.display().to_string()),
        metadata: settings.issuer.url_of(OPENID_CONFIGURATION),
        keys: settings.issuer.url_of(JWKS),
        health: settings.issuer.url_of(HEALTH),
        refused: None,
    }
}

impl From<DemoError> for PageFailure {
    fn from(error: DemoError) -> Self {
        let problem = match &error {
            DemoError::NotAsked | DemoError::Refused { .. } => PageProblem::RequestUnknown,
            DemoError::IdToken => PageProblem::Failed,
            DemoError::Client(_) | DemoError::Token(_) => PageProblem::Unavailable,
        };
        Self::new(problem, error)
    }
}

/// The code with which the token endpoint would have refused, where it was a refusal.
fn refusal_of(error: DemoError) -> Result<&'static str, PageFailure> {
    match error {
        DemoError::Token(error) => {
            let failure = OAuthFailure::from(error);
            if failure.code().status() < 500 {
                Ok(failure.code().as_str())
            } else {
                let cause = Cause::outage(Reason::Unavailable, failure.to_string());
                Err(PageFailure::new(PageProblem::Unavailable, cause))
            }
        }
        other => Err(other.into()),
    }
}
