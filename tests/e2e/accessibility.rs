//! Every page, for people who do not see the screen, see it badly, or use no mouse.

mod axe;
mod keyboard;

use serde_json::{Value, json};

use crate::application::{Application, Callback};
use crate::browser::Browser;
use crate::server::Server;
use crate::sign_in::{PASSWORD, log_in, seed};
use axe::{Axe, prefer};

/// An application that says about itself all it can, at length, and lets people decline.
const CLIENT: &str = r#"client_name = "The Notes of the Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
client_uri = "https://notes.example/"
policy_uri = "https://notes.example/privacy"
tos_uri = "https://notes.example/terms"
optional_scope = "email offline_access notes:write""#;

/// What the script finds of a page beyond axe-core's rules.
const PAGE: &str = "
const faults = [];
const headings = document.querySelectorAll('h1');
if (headings.length !== 1) faults.push(`${headings.length} headings of the first rank`);
if (!document.title.includes(headings[0].textContent)) faults.push(`the title ${document.title} is not that of the heading`);
const problem = document.getElementById('problem');
if (problem && !document.title.startsWith('Problem: ')) faults.push('the title says nothing of the problem');
if (problem && problem.getAttribute('role') !== 'alert') faults.push('the problem is not announced');
for (const field of document.querySelectorAll('[aria-invalid]')) {
  const said = (field.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id));
  if (!said.includes(problem)) faults.push(`nothing says what is wrong with ${field.name}`);
}
for (const element of document.querySelectorAll('*')) {
  if (parseFloat(getComputedStyle(element).transitionDuration) > 0) faults.push(`${element.tagName} moves`);
}
const { lang, scrollWidth } = document.documentElement;
if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth} pixels wide, the window ${innerWidth}`);
return { faults, language: lang, width: innerWidth };";

/// A server with much to say.
fn server(callback: &Callback) -> Server {
    let sample = seed(&callback.uri);
    let seed = sample.replace(r#"client_name = "Notes""#, CLIENT);
    assert_ne!(seed, sample);
    let settings = [
        ("AUTHLY_PASSWORDS__BCRYPT_COST", "4"),
        ("AUTHLY_THROTTLE__LOGIN_ACCOUNT_AT_ADDRESS", "2"),
    ];
    Server::start_with(&seed, &settings)
}

/// Somebody who goes through the pages in one language.
struct Visit<'a> {
    browser: Browser,
    axe: &'a Axe,
    server: &'a Server,
    language: &'a str,
    /// Of the window, in pixels.
    width: u32,
    faults: Vec<String>,
}

impl Visit<'_> {
    /// Notes all that is wrong with the page that is open.
    async fn look(&mut self, page: &str) {
        let mut faults = self.axe.faults(&self.browser).await;
        let found = self.browser.run(PAGE).await;
        let more = found.get("faults").and_then(Value::as_array).unwrap();
        faults.extend(more.iter().map(ToString::to_string));
        assert_eq!(found.get("language").unwrap(), self.language, "{page}");
        assert_eq!(found.get("width").unwrap(), self.width, "{page}");
        let language = self.language;
        let line = |fault| format!("{page} ({language}), {fault}");
        self.faults.extend(faults.into_iter().map(line));
    }

    /// How many fields are marked as wrong.
    async fn wrong_fields(&self) -> Value {
        let script = "return document.querySelectorAll('[aria-invalid]').length";
        self.browser.run(script).await
    }

    async fn open(&self, path: &str) {
        let address = format!("{}{path}", self.server.issuer);
        self.browser.open(&address).await;
    }

    async fn problems(&mut self) {
        let authorize = "/api/v1/oauth/authorize?response_type=code&client_id";
        for (page, address) in [
            ("unknown application", format!("{authorize}=nobody")),
            (
                "wrong return address",
                format!("{authorize}=notes-web&redirect_uri=https://evil.example/"),
            ),
            ("expired", "/consent".to_owned()),
            ("not found", "/nowhere".to_owned()),
        ] {
            self.open(&address).await;
            self.browser.wait_for("request_id").await;
            self.look(page).await;
        }
        self.open("/login").await;
        let forge =
            "document.querySelector('[name=csrf]').value = ''; document.forms[0].requestSubmit()";
        self.browser.fill("username", "alice").await;
        self.browser.fill("password", PASSWORD).await;
        self.browser.run(forge).await;
        self.browser.wait_for("request_id").await;
        self.look("forged form").await;
    }

    async fn login(&mut self, application: &Application) {
        let asked = application
            .ask(&[
                "profile",
                "email",
                "offline_access",
                "notes:read",
                "notes:write",
            ])
            .with("prompt", "consent")
            .with("response_mode", "form_post");
        self.browser.open(asked.url.as_str()).await;
        self.browser.wait_for("cancel").await;
        self.look("login for an application").await;
        for (page, wrong) in [
            ("login with an error", 2),
            ("login with the same error again", 2),
            ("throttled", 0),
        ] {
            let stranger = format!("stranger-{}", self.language);
            self.browser.fill("username", &stranger).await;
            self.browser.fill("password", "not the password").await;
            self.browser.press("login").await;
            self.browser.wait_for("problem").await;
            assert_eq!(self.wrong_fields().await, wrong, "{page}");
            self.look(page).await;
        }
        log_in(&self.browser, PASSWORD).await;
    }

    async fn consent(&mut self, callback: &Callback) {
        self.browser.wait_for("approve").await;
        self.look("consent").await;
        without_scripts(&self.browser).await;
        self.browser.press("approve").await;
        self.browser.wait_for("continue").await;
        self.look("form_post").await;
        let (answer, ()) = tokio::join!(callback.answer(), self.browser.press("continue"));
        assert!(answer.contains_key("code"), "{answer:?}");
    }

    async fn session(&mut self) {
        self.open("/login").await;
        self.browser.wait_for("sign_out").await;
        self.look("signed in").await;
        self.browser.press("sign_out").await;
        self.browser.wait_for("logout").await;
        self.look("logout").await;
        self.browser.press("logout").await;
        self.browser.wait_for("sign_in").await;
        self.look("signed out").await;
        self.open("/logout").await;
        self.look("logout without a session").await;
    }

    async fn password(&mut self) {
        self.open("/login").await;
        self.look("login").await;
        self.browser.fill("username", "admin").await;
        let password = self.server.administrator_password();
        self.browser.fill("password", &password).await;
        self.browser.press("login").await;
        self.browser.wait_for("change_password").await;
        self.look("change password").await;
        for (new, repeated) in [("short", "short"), ("a long sentence", "another")] {
            self.browser.fill("new_password", new).await;
            self.browser.fill("repeat_password", repeated).await;
            self.browser.press("change_password").await;
            self.browser.wait_for("problem").await;
            assert_eq!(self.wrong_fields().await, 1, "{new}");
            self.look(&format!("change password, {new}")).await;
        }
    }
}

/// What a form_post page is where scripts are switched off: nothing sends it.
pub(crate) async fn without_scripts(browser: &Browser) {
    let source = json!({ "source": "HTMLFormElement.prototype.submit = () => {};" });
    let command = "Page.addScriptToEvaluateOnNewDocument";
    browser.devtools(command, source).await;
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_at_320_pixels_in_light_or_dark_in_any_language() {
    let callback = Callback::listen().await;
    let server = server(&callback);
    let application = Application::discover(&server.issuer, &callback.uri).await;
    let axe = Axe::load();
    let mut faults = Vec::new();
    for language in ["en", "de"] {
        let accept = format!("--accept-lang={language}");
        let mut visit = Visit {
            browser: Browser::start_with(&[&accept], json!({})).await,
            axe: &axe,
            server: &server,
            language,
            width: 320,
            faults: Vec::new(),
        };
        let narrow =
            json!({ "width": 320, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        let command = "Emulation.setDeviceMetricsOverride";
        visit.browser.devtools(command, narrow).await;
        visit.problems().await;
        visit.login(&application).await;
        visit.consent(&callback).await;
        visit.session().await;
        visit.password().await;
        faults.append(&mut visit.faults);
        visit.browser.close().await;
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[tokio::test]
async fn what_is_wrong_with_a_page_is_found_and_motion_is_known_to_stop() {
    let callback = Callback::listen().await;
    let server = server(&callback);
    let browser = Browser::start().await;
    let mut visit = Visit {
        browser,
        axe: &Axe::load(),
        server: &server,
        language: "en",
        width: 1000,
        faults: Vec::new(),
    };
    visit.open("/login").await;
    let duration = "return getComputedStyle(document.getElementById('login')).transitionDuration";
    let browser = &visit.browser;
    prefer(browser, "light", "no-preference").await;
    assert_ne!(browser.run(duration).await, "0s");
    prefer(browser, "light", "reduce").await;
    assert_eq!(browser.run(duration).await, "0s");

    browser
        .run(
            "document.querySelector('label[for=password]').remove();
             document.querySelector('h1').style.color = '#445';
             document.title = 'Something else';",
        )
        .await;
    visit.look("login").await;

    let faults = visit.faults.join("\n");
    for expected in [
        "light: label",
        "dark: label",
        "dark: color-contrast",
        "is not that of the heading",
    ] {
        assert!(faults.contains(expected), "no {expected}: {faults}");
    }
    assert!(!faults.contains("light: color-contrast"), "{faults}");
    visit.browser.close().await;
}
