//! Every page in every state that people meet, on a real server.

use authly_testing::TestDatabase;
use fantoccini::Locator;
use url::Url;

use crate::behind_nginx::{CHALLENGE, VERIFIER};
use crate::browser::Browser;
use crate::devtools::Scripts;
use crate::server::Server;

/// People and applications with short names, and with the longest that there are.
const SEED: &str = r#"
[[scopes]]
name = "notes:read"
description = "Read your notes"

[[scopes]]
name = "archive:everything-that-was-ever-filed:read"
description = "Read everything that was ever filed in the archive of your organisation, including what you have deleted since, and all of its older versions"

[[scopes]]
name = "calendar:write"
description = "Add events to your calendar and change those that are there"

[[users]]
username = "alice"
password = "correct horse battery staple"

[[users]]
username = "wilhelmina.featherstonehaugh-cholmondeley-of-redundancy"
password = "correct horse battery staple"

[[users]]
username = "peter"
password = "correct horse battery staple"

[[clients]]
client_id = "notes"
client_name = "Notes"
client_type = "confidential"
client_secret = "development-only-secret-change-me-0001"
redirect_uris = ["https://notes.example.com/callback"]
grant_types = ["authorization_code"]
scope = "openid"

[[clients]]
client_id = "archive"
client_name = "Donaudampfschifffahrtsgesellschaftskapitänsarchiv of the Internationale Vereinigung"
client_type = "confidential"
client_secret = "development-only-secret-change-me-0002"
redirect_uris = ["https://archive.with-a-very-long-name.department-of-redundancy-department.example.com:8443/callback"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid profile email offline_access notes:read calendar:write archive:everything-that-was-ever-filed:read admin:users:read admin:users:write admin:audit:read"
optional_scope = "email calendar:write archive:everything-that-was-ever-filed:read"
post_logout_redirect_uris = ["https://archive.with-a-very-long-name.department-of-redundancy-department.example.com:8443/signed-out"]
frontchannel_logout_uri = "https://archive.with-a-very-long-name.department-of-redundancy-department.example.com:8443/sign-out"
client_uri = "https://archive.example.com/"
policy_uri = "https://archive.example.com/privacy"
tos_uri = "https://archive.example.com/terms"
"#;

const PASSWORD: &str = "correct horse battery staple";
/// The person with the long name.
const WILHELMINA: &str = "wilhelmina.featherstonehaugh-cholmondeley-of-redundancy";

const ARCHIVE_CALLBACK: &str = "https://archive.with-a-very-long-name.department-of-redundancy-department.\
                                example.com:8443/callback";

/// A server with pages to look at.
pub(crate) struct World {
    server: Server,
    /// Another server, whose database is gone.
    alone: Server,
    _gone: TestDatabase,
    language: &'static str,
}

impl World {
    /// A server that loses patience after two wrong passwords, seen in this language.
    pub(crate) async fn start(language: &'static str) -> Self {
        let settings = [
            ("AUTHLY_PASSWORDS__BCRYPT_COST", "4"),
            ("AUTHLY_THROTTLE__LOGIN_ACCOUNT_AT_ADDRESS", "2"),
        ];
        let database = TestDatabase::create_empty().await;
        let alone = Server::start_on(&database);
        database.close().await;
        Self {
            server: Server::start_with(SEED, &settings),
            alone,
            _gone: database,
            language,
        }
    }

    /// An address of the server, in the language.
    fn address(&self, path: &str) -> String {
        let mut url: Url = format!("{}{path}", self.server.issuer).parse().unwrap();
        url.query_pairs_mut()
            .append_pair("ui_locales", self.language);
        url.into()
    }

    /// The request of an application for everything that it may ask for.
    fn request(&self, client: &str, redirect_uri: &str, scope: &str, more: &str) -> String {
        self.address(&format!(
            "/api/v1/oauth/authorize?response_type=code&client_id={client}&redirect_uri=\
             {redirect_uri}&scope={scope}&state=s&nonce=n&code_challenge={CHALLENGE}\
             &code_challenge_method=S256{more}"
        ))
    }

    fn notes(&self, more: &str) -> String {
        let callback = "https://notes.example.com/callback";
        self.request("notes", callback, "openid", more)
    }

    /// That application asks to sign its user out.
    fn archive_signs_out(&self) -> String {
        self.address(
            "/oidc/logout?client_id=archive&state=s&post_logout_redirect_uri=https://archive\
             .with-a-very-long-name.department-of-redundancy-department.example.com:8443/signed-out",
        )
    }

    fn archive(&self) -> String {
        let scope = "openid profile email offline_access notes:read calendar:write \
                     archive:everything-that-was-ever-filed:read admin:users:read \
                     admin:users:write admin:audit:read";
        self.request(
            "archive",
            ARCHIVE_CALLBACK,
            scope,
            "&prompt=consent&response_mode=form_post",
        )
    }

    /// Leads the browser from page to page, and lets each be looked at.
    pub(crate) async fn visit(&self, browser: &Browser, mut look: impl AsyncFnMut(&str)) {
        self.visit_problems(browser, &mut look).await;
        self.visit_authorization(browser, &mut look).await;
        self.visit_long_names(browser, &mut look).await;
        self.visit_change_of_password(browser, &mut look).await;
        self.visit_demonstration(browser, &mut look).await;
    }

    async fn visit_problems(&self, browser: &Browser, look: &mut impl AsyncFnMut(&str)) {
        let unknown = self
            .notes("")
            .replace("client_id=notes", "client_id=nobody");
        let elsewhere = self.notes("").replace("/callback", "/elsewhere");
        for (name, address) in [
            ("error-unknown-client", unknown),
            ("error-redirect-uri", elsewhere),
            ("error-expired", self.address("/login?request=authly_rq_0")),
            ("error-not-found", self.address("/nothing")),
            ("api-docs", self.address("/api-docs")),
        ] {
            browser.open(&address).await;
            look(name).await;
        }
        // The form cannot be known without the cookie that came with it.
        browser.open(&self.address("/login")).await;
        browser.page.delete_all_cookies().await.unwrap();
        log_in(browser, "alice", PASSWORD).await;
        look("error-forged").await;
        let asking = self.notes("");
        let asking = asking.replace(&self.server.issuer, &self.alone.issuer);
        browser.open(&asking).await;
        look("error-unavailable").await;
    }

    async fn visit_authorization(&self, browser: &Browser, look: &mut impl AsyncFnMut(&str)) {
        browser.open(&self.notes("")).await;
        look("login").await;
        for _ in 0..2 {
            log_in(browser, "mallory", "wrong").await;
        }
        look("login-wrong").await;
        log_in(browser, "mallory", "wrong").await;
        look("login-throttled").await;
        log_in(browser, "alice", PASSWORD).await;
        look("consent").await;

        browser.run_scripts(Scripts::Forbidden).await;
        browser.open(&self.notes("&response_mode=form_post")).await;
        let question = browser.page.current_url().await.unwrap();
        browser.press("deny").await;
        look("form-post").await;
        browser.open(question.as_str()).await;
        look("error-answered").await;
        browser.run_scripts(Scripts::Allowed).await;

        browser.open(&self.address("/login")).await;
        look("signed-in").await;
        browser.open(&self.address("/account")).await;
        look("account").await;
        browser.open(&self.address("/logout")).await;
        look("logout").await;
        browser.press("logout").await;
        look("signed-out").await;
        browser.open(&self.address("/logout")).await;
        look("logout-signed-out").await;
        browser.open(&self.address("/login")).await;
        look("login-alone").await;
    }

    async fn visit_long_names(&self, browser: &Browser, look: &mut impl AsyncFnMut(&str)) {
        browser.open(&self.archive()).await;
        look("login-long").await;
        log_in(browser, WILHELMINA, PASSWORD).await;
        look("consent-long").await;
        browser.run_scripts(Scripts::Forbidden).await;
        browser.press("approve").await;
        browser.wait_for("continue").await;
        browser.run_scripts(Scripts::Allowed).await;
        // The same person in a second browser.
        browser.page.delete_all_cookies().await.unwrap();
        browser.open(&self.address("/login")).await;
        log_in(browser, WILHELMINA, PASSWORD).await;
        browser.open(&self.address("/account")).await;
        look("account-long").await;
        browser.press("end_session_2").await;
        browser.wait_for("done").await;
        look("account-ended").await;
        self.archive_signs_in(browser).await;
        browser.open(&self.archive_signs_out()).await;
        look("logout-asked").await;
        browser.run_scripts(Scripts::Forbidden).await;
        browser.press("logout").await;
        browser.wait_for("continue").await;
        look("signing-out").await;
        browser.run_scripts(Scripts::Allowed).await;
    }

    /// That application gets an ID token in the session, so that it has a user to sign out.
    async fn archive_signs_in(&self, browser: &Browser) {
        browser.open(&self.archive()).await;
        browser.run_scripts(Scripts::Forbidden).await;
        browser.press("approve").await;
        let code = Locator::Css("input[name=code]");
        let code = browser.page.wait().for_element(code).await.unwrap();
        let code = code.attr("value").await.unwrap().unwrap();
        browser.run_scripts(Scripts::Allowed).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", ARCHIVE_CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let token_endpoint = format!("{}/api/v1/oauth/token", self.server.issuer);
        let http = reqwest::Client::builder().build().unwrap();
        let asked = http.post(token_endpoint).form(&form);
        let asked = asked.basic_auth("archive", Some("development-only-secret-change-me-0002"));
        let answer = asked.send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{}",
            answer.text().await.unwrap()
        );
    }

    async fn visit_change_of_password(&self, browser: &Browser, look: &mut impl AsyncFnMut(&str)) {
        browser.open(&self.address("/login")).await;
        let made = self.server.administrator_password();
        log_in(browser, "admin", &made).await;
        look("change-password").await;
        change(browser, "short", "short").await;
        look("change-password-short").await;
        change(browser, "a quite different sentence", "another sentence").await;
        look("change-password-differs").await;
        browser.open(&self.address("/logout")).await;
        browser.press("logout").await;
    }

    async fn visit_demonstration(&self, browser: &Browser, look: &mut impl AsyncFnMut(&str)) {
        browser.open(&self.address("/")).await;
        look("demo-home").await;
        browser.press("try").await;
        log_in(browser, "alice", PASSWORD).await;
        look("demo-consent").await;
        browser.press("approve").await;
        browser.wait_for("introspect").await;
        look("demo").await;
        browser.press("introspect").await;
        browser.wait_for("introspection").await;
        look("demo-introspected").await;
        browser.press("revoke").await;
        browser.press("refresh").await;
        browser.wait_for("outcome").await;
        look("demo-refused").await;
        browser.press("sign_out").await;
        browser.wait_for("try").await;
    }
}

async fn log_in(browser: &Browser, username: &str, password: &str) {
    browser.fill("username", username).await;
    browser.fill("password", password).await;
    browser.press("login").await;
}

async fn change(browser: &Browser, new: &str, repeated: &str) {
    browser.fill("new_password", new).await;
    browser.fill("repeat_password", repeated).await;
    browser.press("change_password").await;
}
