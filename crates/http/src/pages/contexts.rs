//! What each template is told: no words, only what they are about. Everything inserted is escaped
//! by the template engine.

mod account;
mod api_docs;
mod signing_out;

use serde::Serialize;

pub(crate) use self::account::{AccountPage, ApplicationEntry, Moment, SessionEntry};

pub(crate) use self::api_docs::{ApiDocsPage, ApiGroup, ApiMember, ApiOperation, ApiSchema};
pub(crate) use self::signing_out::{Onward, SigningOutPage};
use super::text::Text;
use crate::respond::PageProblem;

/// A page with its template.
pub(crate) trait Page: Serialize {
    /// The template's name.
    const TEMPLATE: &'static str;

    /// What stands in the page in any case, or it does not work: a template of a deployer's own is
    /// held to that.
    const NEEDS: &'static [&'static str] = &[];

    /// The address under which the page can be had again, in another language.
    fn address(&self) -> Option<&str> {
        None
    }
}

/// What went wrong with a form.
#[derive(Debug, Serialize)]
pub(crate) struct FormProblem {
    /// What is said about it.
    pub(crate) text: Text,
    /// The names of the fields to blame; none where it is no field's fault.
    pub(crate) fields: &'static [&'static str],
}

/// Asks for user name and password. Fields: `username`, `password`.
#[derive(Debug, Serialize)]
pub(crate) struct LoginPage {
    /// Where the form goes.
    pub(crate) action: String,
    /// The token of the form.
    pub(crate) csrf: String,
    /// What stands in the first field.
    pub(crate) username: String,
    /// What went wrong before.
    pub(crate) problem: Option<FormProblem>,
    /// Where the login leads; `None` where no application waits.
    pub(crate) leads_to: Option<Waiter>,
}

/// An application that waits for the login.
#[derive(Debug, Serialize)]
pub(crate) struct Waiter {
    /// Its name.
    pub(crate) client_name: String,
    /// Where the form goes that gives up and returns.
    pub(crate) cancel_action: String,
}

/// Asks for a new password. Fields: `new_password`, `repeat_password`.
#[derive(Debug, Serialize)]
pub(crate) struct ChangePasswordPage {
    /// Where the form goes.
    pub(crate) action: String,
    /// The token of the form.
    pub(crate) csrf: String,
    /// Whose password it is; browsers store it with the name.
    pub(crate) username: String,
    /// The fewest characters of a password.
    pub(crate) minimum_length: usize,
    /// What went wrong before.
    pub(crate) problem: Option<FormProblem>,
}

/// Asks whether the application may. Buttons: `decision` is `approve` or `deny`.
#[derive(Debug, Serialize)]
pub(crate) struct ConsentPage {
    /// Where the form goes.
    pub(crate) action: String,
    /// The token of the form.
    pub(crate) csrf: String,
    /// Who asks.
    pub(crate) client_name: String,
    /// A page about them.
    pub(crate) client_uri: Option<String>,
    /// Their privacy policy.
    pub(crate) policy_uri: Option<String>,
    /// Their terms of service.
    pub(crate) tos_uri: Option<String>,
    /// Who is logged in.
    pub(crate) username: String,
    /// Where the answer goes.
    pub(crate) destination: String,
    /// The names of the services that the access is for, where the request names any.
    pub(crate) services: Option<String>,
    /// Where to log in as somebody else.
    pub(crate) switch_account: String,
    /// What comes with the rest.
    pub(crate) required: Vec<ScopeEntry>,
    /// What can be declined.
    pub(crate) optional: Vec<ScopeEntry>,
}

/// One scope on the consent page.
#[derive(Debug, Serialize)]
pub(crate) struct ScopeEntry {
    /// Its name, and the value of its field.
    pub(crate) name: String,
    /// What it means.
    pub(crate) description: String,
}

/// Says who is logged in.
#[derive(Debug, Serialize)]
pub(crate) struct SignedInPage {
    /// Who.
    pub(crate) username: String,
    /// This page.
    pub(crate) address: String,
    /// The page with what has access in their name.
    pub(crate) account: String,
    /// The logout page.
    pub(crate) logout: String,
}

/// Asks whether to sign out.
#[derive(Debug, Serialize)]
pub(crate) struct LogoutPage {
    /// Where the form goes.
    pub(crate) action: String,
    /// The token of the form.
    pub(crate) csrf: String,
    /// Who is logged in, if anybody is.
    pub(crate) username: Option<String>,
    /// The application that asks to sign them out.
    pub(crate) client_name: Option<String>,
    /// Where they go then: a host, or an application's scheme.
    pub(crate) destination: Option<String>,
}

/// Says that nobody is logged in any more.
#[derive(Debug, Serialize)]
pub(crate) struct SignedOutPage {
    /// The login page.
    pub(crate) login: String,
}

/// Posts the answer to the client.
#[derive(Debug, Serialize)]
pub(crate) struct FormPostPage<'a> {
    /// The redirect URI.
    pub(crate) action: String,
    /// Where that is, for people.
    pub(crate) destination: String,
    /// The answer.
    pub(crate) parameters: Vec<PostedParameter<'a>>,
    /// The script that sends the form; its digest is in the page's policy.
    pub(crate) script: &'static str,
}

/// One parameter of the answer.
#[derive(Serialize)]
pub(crate) struct PostedParameter<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its value: a code may be among them.
    pub(crate) value: &'a str,
}

impl std::fmt::Debug for PostedParameter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PostedParameter({}, [redacted])", self.name)
    }
}

/// Says what is wrong and what to do next: keys of texts.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorPage {
    /// The heading.
    pub(crate) title: &'static str,
    /// What happened.
    pub(crate) what: &'static str,
    /// What to do next.
    pub(crate) next: &'static str,
    /// By which the people who run the service find it in their logs.
    pub(crate) request_id: String,
}

impl ErrorPage {
    /// The page about this problem of this request.
    pub(crate) fn about(problem: PageProblem, request_id: String) -> Self {
        let entry = problem.entry();
        Self {
            title: entry.title,
            what: entry.what,
            next: entry.next,
            request_id,
        }
    }
}

/// The front door of the demonstration.
#[derive(Debug, Serialize)]
pub(crate) struct DemoHomePage {
    /// This page.
    pub(crate) address: String,
    /// The issuer.
    pub(crate) issuer: String,
    /// The server's version.
    pub(crate) version: &'static str,
    /// Where the form goes that begins.
    pub(crate) start: String,
    /// The token of the form.
    pub(crate) csrf: String,
    /// The first administrator.
    pub(crate) username: String,
    /// The file with the password of the first login.
    pub(crate) password_file: Option<String>,
    /// The discovery document.
    pub(crate) metadata: String,
    /// The keys.
    pub(crate) keys: String,
    /// The health document.
    pub(crate) health: String,
    /// The error with which a sign-in ended.
    pub(crate) refused: Option<String>,
}

/// What the application of the demonstration holds: tokens, so that there is no `Debug`.
#[derive(Serialize)]
pub(crate) struct DemoPage {
    /// This page.
    pub(crate) address: String,
    /// The token of the forms.
    pub(crate) csrf: String,
    /// Where the form goes that refreshes.
    pub(crate) refresh: String,
    /// Where the form goes that asks about the access token.
    pub(crate) introspect: String,
    /// Where the form goes that ends the grant.
    pub(crate) revoke: String,
    /// Where the form goes that ends the session.
    pub(crate) sign_out: String,
    /// What was granted.
    pub(crate) scope: String,
    /// How often the tokens were refreshed.
    pub(crate) refreshed: u32,
    /// The access token.
    pub(crate) access_token: Option<DecodedToken>,
    /// The ID token.
    pub(crate) id_token: Option<DecodedToken>,
    /// The refresh token.
    pub(crate) refresh_token: Option<String>,
    /// What came of the button that was pressed.
    pub(crate) outcome: Option<DemoOutcome>,
}

/// What came of pressing a button.
#[derive(Serialize)]
#[serde(tag = "kind", content = "what", rename_all = "snake_case")]
pub(crate) enum DemoOutcome {
    /// The token endpoint refused with this code.
    Refused(&'static str),
    /// The token counts: the answer of introspection.
    Active(String),
    /// It does not.
    Inactive(String),
    /// The grant has ended.
    Revoked,
}

/// A token taken apart.
#[derive(Serialize)]
pub(crate) struct DecodedToken {
    /// The whole.
    pub(crate) raw: String,
    /// Its header, as JSON.
    pub(crate) header: String,
    /// Its claims, as JSON.
    pub(crate) claims: String,
}

/// How each of our forms is sent.
const FORM: &str = r#"method="post""#;
/// The field by which a form is known as ours.
const TOKEN: &str = r#"name="csrf""#;

impl Page for LoginPage {
    const TEMPLATE: &'static str = "login.html";
    const NEEDS: &'static [&'static str] = &[
        FORM,
        TOKEN,
        r#"name="username""#,
        r#"name="password""#,
        r#"type="submit""#,
    ];

    fn address(&self) -> Option<&str> {
        Some(&self.action)
    }
}
impl Page for ChangePasswordPage {
    const TEMPLATE: &'static str = "change_password.html";
    const NEEDS: &'static [&'static str] = &[
        FORM,
        TOKEN,
        r#"name="new_password""#,
        r#"name="repeat_password""#,
        r#"type="submit""#,
    ];

    fn address(&self) -> Option<&str> {
        Some(&self.action)
    }
}
impl Page for ConsentPage {
    const TEMPLATE: &'static str = "consent.html";
    const NEEDS: &'static [&'static str] = &[
        FORM,
        TOKEN,
        r#"name="decision""#,
        r#"value="approve""#,
        r#"value="deny""#,
    ];

    fn address(&self) -> Option<&str> {
        Some(&self.action)
    }
}
impl Page for SignedInPage {
    const TEMPLATE: &'static str = "signed_in.html";

    fn address(&self) -> Option<&str> {
        Some(&self.address)
    }
}
impl Page for LogoutPage {
    const TEMPLATE: &'static str = "logout.html";
    const NEEDS: &'static [&'static str] = &[FORM, TOKEN, r#"type="submit""#];

    fn address(&self) -> Option<&str> {
        Some(&self.action)
    }
}
impl Page for SignedOutPage {
    const TEMPLATE: &'static str = "signed_out.html";
}
impl Page for FormPostPage<'_> {
    const TEMPLATE: &'static str = "form_post.html";
    const NEEDS: &'static [&'static str] = &[FORM, "<script>", r#"type="submit""#];
}
impl Page for ErrorPage {
    const TEMPLATE: &'static str = "error.html";
}

impl Page for DemoHomePage {
    const TEMPLATE: &'static str = "demo_home.html";
    const NEEDS: &'static [&'static str] = &[FORM, TOKEN];

    fn address(&self) -> Option<&str> {
        Some(&self.address)
    }
}

impl Page for DemoPage {
    const TEMPLATE: &'static str = "demo.html";
    const NEEDS: &'static [&'static str] = &[FORM, TOKEN];

    fn address(&self) -> Option<&str> {
        Some(&self.address)
    }
}
