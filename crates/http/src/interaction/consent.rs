//! The consent page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use authly_domain::refusals::Reason;
use authly_domain::scopes::{Scope, ScopeToken};
use authly_domain::secret::RequestHandle;
use authly_services::authorizations::{
    AuthorizationService, AuthorizeStep, ConsentView, ScopeOption,
};

use crate::extract::{PageForm, Parameters, Visitor, Waiting};
use crate::pages::{ConsentPage, Pages, ScopeEntry};
use crate::places::{CONSENT, LOGIN};
use crate::respond::{PageFailure, PageProblem, follow};

/// `GET /consent`: asks whether the application may.
pub(crate) async fn show(
    visitor: Visitor,
    waiting: Waiting,
    authorizations: web::Data<AuthorizationService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let handle = waiting.required()?;
    let view = authorizations
        .consent_view(&handle, &visitor.browser)
        .await?;
    let page = consent_page(view, &handle, &visitor, &pages);
    visitor.seal(pages.show(StatusCode::OK, &page)?)
}

/// `POST /consent`: passes the answer on.
pub(crate) async fn submit(
    PageForm {
        mut visitor,
        mut fields,
    }: PageForm,
    waiting: Waiting,
    authorizations: web::Data<AuthorizationService>,
    pages: Pages,
) -> Result<HttpResponse, PageFailure> {
    let handle = waiting.required()?;
    let browser = &visitor.browser;
    let step = match Decision::read(&mut fields)? {
        Decision::Approve(ticked) => authorizations.approve(&handle, browser, ticked).await?,
        Decision::Deny => AuthorizeStep::Respond(authorizations.deny(&handle, browser).await?),
    };
    let response = follow(visitor.tell(step), &pages)?;
    visitor.seal(response)
}

/// Which button was pressed.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    /// Allow, with the optional scopes that were ticked.
    Approve(Scope),
    /// Deny.
    Deny,
}

impl Decision {
    fn read(fields: &mut Parameters) -> Result<Self, PageFailure> {
        match fields.take("decision").as_deref() {
            Some("approve") => Ok(Self::Approve(ticked(&fields.take_all("scope")))),
            Some("deny") => Ok(Self::Deny),
            _ => Err(PageFailure::new(PageProblem::Malformed, Reason::NoDecision)),
        }
    }
}

/// The names that were ticked. What is no name cannot have been asked for, and is left out.
fn ticked(names: &[String]) -> Scope {
    names
        .iter()
        .filter_map(|name| name.parse::<ScopeToken>().ok())
        .collect()
}

fn consent_page(
    view: ConsentView,
    handle: &RequestHandle,
    visitor: &Visitor,
    pages: &Pages,
) -> ConsentPage {
    let (optional, required): (Vec<_>, Vec<_>) = view
        .scopes
        .into_iter()
        .partition(|scope| scope.option == ScopeOption::Optional);
    let entries = |scopes: Vec<authly_services::authorizations::ScopeLine>| {
        let entry = |scope: authly_services::authorizations::ScopeLine| ScopeEntry {
            name: scope.name,
            description: scope.description,
        };
        scopes.into_iter().map(entry).collect()
    };
    ConsentPage {
        action: pages.path(CONSENT, Some(handle)),
        csrf: visitor.csrf().expose().to_owned(),
        client_name: view.client_name,
        client_uri: view.client_uri.filter(is_web_address),
        policy_uri: view.policy_uri.filter(is_web_address),
        tos_uri: view.tos_uri.filter(is_web_address),
        username: view.username,
        destination: view.destination,
        services: (!view.services.is_empty()).then(|| view.services.join(", ")),
        switch_account: pages.path(LOGIN, Some(handle)),
        required: entries(required),
        optional: entries(optional),
    }
}

/// Whether a link may lead there: a client's own word must never become a script.
#[expect(clippy::ptr_arg, reason = "Option<String>::filter hands out a &String")]
pub(super) fn is_web_address(text: &String) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn read(form: &str) -> Result<Decision, PageProblem> {
        let mut fields = Parameters::parse(form.as_bytes()).unwrap();
        Decision::read(&mut fields).map_err(|failure| failure.problem())
    }

    #[test]
    fn approval_carries_every_scope_that_was_ticked() {
        let scope = "notes:write profile".parse().unwrap();
        let read = read("decision=approve&scope=notes%3Awrite&scope=profile&scope=%22");
        assert_eq!(read, Ok(Decision::Approve(scope)));
    }

    #[test]
    fn denial_is_denial_whatever_was_ticked() {
        assert_eq!(read("scope=profile&decision=deny"), Ok(Decision::Deny));
    }

    #[test]
    fn without_one_of_the_buttons_nothing_is_decided() {
        for form in ["", "decision=", "decision=Approve", "approve=1"] {
            assert_eq!(read(form), Err(PageProblem::Malformed), "{form}");
        }
    }

    #[test]
    fn links_lead_to_web_addresses_alone() {
        assert!(is_web_address(&"https://app.example/".to_owned()));
        for address in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            " https://a",
        ] {
            assert!(!is_web_address(&address.to_owned()), "{address}");
        }
    }
}
