//! What the log says of requests: enough to find each one, and nothing that anybody could use.

mod capture;

use std::collections::{BTreeSet, HashSet};

use authly_domain::clients::Client;
use authly_testing::answer::Answer;
use authly_testing::browser::{Browser, Page};
use authly_testing::rp::{Rp, send};
use authly_testing::{Setup, TestApp};
use pretty_assertions::assert_eq;
use url::Url;

use self::capture::Capture;
use crate::machine_support::{OPENID, TOKEN, basic, get, post_form};

/// What must not be in the log, as it is met, and the numbers of the requests.
#[derive(Default)]
struct Met {
    secrets: BTreeSet<String>,
    requests: BTreeSet<String>,
}

impl Met {
    fn secret(&mut self, text: &str) {
        self.secrets.insert(text.to_owned());
    }

    /// Notes an answer of an endpoint for programs, with every token in it.
    fn answer(&mut self, answer: &Answer) {
        self.requests
            .insert(answer.header("x-request-id").to_owned());
        let Ok(body) = serde_json::from_str::<serde_json::Value>(&answer.body) else {
            return;
        };
        for name in ["access_token", "refresh_token", "id_token", "sub"] {
            if let Some(token) = body[name].as_str().filter(|_token| name != "sub") {
                self.secret(token);
                // A part of a token is too much as well.
                token
                    .split('.')
                    .filter(|part| part.len() > 20)
                    .for_each(|part| self.secret(part));
            }
        }
    }

    /// Notes a page with what it hides and hands out, and the browser's cookies.
    fn page(&mut self, page: &Page, browser: &Browser) {
        self.requests
            .insert(page.answer.header("x-request-id").to_owned());
        browser
            .cookies
            .values()
            .for_each(|cookie| self.secret(cookie));
        for button in ["login", "approve", "logout"] {
            if page.html().contains(&format!("id=\"{button}\"")) {
                let fields = page.form(button).fields;
                let long = fields.iter().filter(|(_, value)| value.len() > 20);
                long.for_each(|(_, value)| self.secret(value));
            }
        }
        let location = page.location();
        for address in location.iter().chain([&page.address]) {
            self.query(address);
        }
    }

    /// Notes the values in a query, and that they stood in one.
    fn query(&mut self, address: &Url) {
        if let Some(query) = address.query() {
            self.secret(query);
        }
        for (name, value) in address.query_pairs() {
            if value.len() > 20 && name != "redirect_uri" && !value.starts_with("http") {
                self.secret(&value);
            }
        }
    }
}

/// Logs in, the second time with the right password, approves, and answers the code.
async fn sign_in(met: &mut Met, browser: &mut Browser, target: &str, password: &str) -> String {
    let page = browser.get(target).await;
    met.page(&page, browser);
    let login = browser.follow(&page).await;
    met.page(&login, browser);
    let again = browser
        .fill_in_login(&login, "alice", "the wrong password")
        .await;
    met.page(&again, browser);
    let page = browser.fill_in_login(&again, "alice", password).await;
    met.page(&page, browser);
    let mut page = browser.follow(&page).await;
    met.page(&page, browser);
    if page.location().is_some() {
        page = browser.follow(&page).await;
        met.page(&page, browser);
    }
    let answer = browser.submit(&page.form("approve")).await;
    met.page(&answer, browser);
    answer.answered("code").unwrap()
}

/// Everything a client can do with a code, rightly and wrongly.
async fn use_code(met: &mut Met, app: &TestApp, rp: &Rp, (code, verifier): (&str, &str)) {
    let other = app.client().id("other").create().await;
    met.secret(other.secret.as_deref().unwrap());
    met.answer(&app.rp(&other).redeem(code, verifier).await);
    met.answer(&rp.redeem(code, "a-verifier-that-is-wrong").await);
    let answer = rp.redeem(code, verifier).await;
    met.answer(&answer);
    let tokens = answer.expect_tokens();
    let answer = rp.refresh(tokens.refresh()).await;
    met.answer(&answer);
    let next = answer.expect_tokens();
    let token = next.access_token.as_str();
    for answer in [
        rp.userinfo(token).await,
        rp.introspect(token).await,
        rp.client_credentials().await,
        send(get(app, &format!("/oidc/userinfo?access_token={token}"))).await,
        post_form(
            app,
            TOKEN,
            Some(&basic("web:a-wrong-secret")),
            "grant_type=x",
        )
        .await,
        post_form(
            app,
            TOKEN,
            Some("Basic a-broken-header"),
            "code=a-broken-form%zz",
        )
        .await,
        rp.redeem(code, verifier).await,
        rp.refresh("a-refresh-token-of-nobody").await,
        rp.revoke(next.refresh()).await,
    ] {
        met.answer(&answer);
    }
    for text in [
        "a-verifier-that-is-wrong",
        "a-wrong-secret",
        "a-broken-header",
        "a-broken-form",
        "a-refresh-token-of-nobody",
    ] {
        met.secret(text);
    }
}

async fn sign_out(met: &mut Met, browser: &mut Browser) {
    let page = browser.get("/logout").await;
    met.page(&page, browser);
    let answer = browser.submit(&page.form("logout")).await;
    met.page(&answer, browser);
}

#[tokio::test]
async fn a_whole_flow_leaves_nothing_in_the_log_that_anybody_could_use() {
    let capture = Capture::of_process();
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").password("a password of her own");
    let alice = alice.create().await;
    let (state, nonce) = ("a-state-of-its-own", "a-nonce-of-its-own");
    let asked = app.ask(&client, OPENID, &[("state", state), ("nonce", nonce)]);
    let mut met = Met::default();
    let secret = client.secret.as_deref().unwrap();
    for text in [
        secret,
        &alice.password,
        "the wrong password",
        state,
        nonce,
        &asked.verifier,
    ] {
        met.secret(text);
    }
    let mut browser = app.browser();
    let code = sign_in(&mut met, &mut browser, &asked.target, &alice.password).await;
    met.secret(&code);
    use_code(&mut met, &app, &app.rp(&client), (&code, &asked.verifier)).await;
    sign_out(&mut met, &mut browser).await;

    assert!(met.secrets.len() > 30 && met.requests.len() > 15);
    for line in capture.lines() {
        let found = |secret: &&String| line.text.contains(secret.as_str());
        assert_eq!(met.secrets.iter().find(found), None, "{}", line.text);
    }
    for request in &met.requests {
        let mut lines = capture.lines_of(request);
        lines.retain(|line| line.text.contains("request answered"));
        assert_eq!(lines.len(), 1, "{request}");
    }
}

#[tokio::test]
async fn every_line_that_a_request_causes_carries_its_number() {
    let capture = Capture::of_process();
    let app = TestApp::start().await;
    let client = app.client().create().await;
    let alice = app.user("alice").create().await;
    let tokens = app.tokens(&client, &alice, OPENID).await;
    let rp = app.rp(&client);
    let answers = [
        rp.redeem("nothing", "nothing").await,
        rp.revoke(tokens.refresh()).await,
        rp.introspect(&tokens.access_token).await,
    ];
    app.browser().get("/nothing").await;

    // The threads of this server alone: others may answer what was asked before anything was kept.
    let lines = capture.lines();
    let numbers = answers.iter().map(|answer| answer.header("x-request-id"));
    let of_server: HashSet<_> = numbers
        .flat_map(|number| capture.lines_of(number))
        .map(|line| line.thread)
        .collect();
    let of_requests = lines.iter().filter(|line| of_server.contains(&line.thread));
    let without: Vec<_> = of_requests
        .clone()
        .filter(|line| !line.text.contains("request.id="))
        .collect();
    assert!(without.is_empty(), "{without:?}");
    assert!(of_requests.count() > 10);
    // What others send cannot begin a line of its own.
    let broken = lines
        .iter()
        .find(|line| line.text.chars().any(char::is_control));
    assert!(broken.is_none(), "{broken:?}");
}

#[tokio::test]
async fn a_refusal_is_logged_once_with_its_reason_and_a_failure_as_an_error() {
    let capture = Capture::of_process();
    let app = Setup::default().through_relay().app().await;
    let client = app.client().create().await;
    let rp = app.rp(&client);
    let refused = rp.refresh("nothing").await;
    app.relay().cut().await;
    let failed = rp.refresh("nothing").await;

    for (answer, level, reason, cause) in [
        (
            refused,
            "INFO",
            "invalid_grant",
            "There is no such refresh token",
        ),
        (
            failed,
            "ERROR",
            "temporarily_unavailable",
            "the database is not available",
        ),
    ] {
        let lines = capture.lines_of(answer.header("x-request-id"));
        let about: Vec<_> = lines
            .iter()
            .filter(|line| line.text.contains("reason="))
            .collect();
        let [line] = about.as_slice() else {
            panic!("{lines:?}")
        };
        assert_eq!(line.level, level);
        assert!(
            line.text.contains(reason) && line.text.contains(cause),
            "{}",
            line.text
        );
    }
}

#[tokio::test]
async fn clients_for_which_there_is_no_frame_any_more_at_a_sign_out_are_told_of_in_the_log() {
    let capture = Capture::of_process();
    let app = TestApp::start().await;
    let alice = app.user("alice").create().await;
    let at = |client: &mut Client| {
        client.logout.frontchannel_uri = Some("https://app.example.com/out".parse().unwrap());
    };
    for (clients, is_said) in [(50, false), (51, true)] {
        for number in app.stored().row_counts().await["clients"]..clients {
            let client = app.client().id(&format!("client-{number}"));
            client.with(at).create().await;
        }
        let mut browser = app.logged_in(&alice).await;
        let sessions = app.stored().sessions_of("alice").await;
        let live = sessions
            .iter()
            .find(|session| session.ended_reason.is_none());
        app.sign_in_at_every_client(live.unwrap().id).await;
        let page = browser.get("/logout").await;
        let page = browser.submit(&page.form("logout")).await;
        assert_eq!(page.html().matches("<iframe ").count(), 50);
        let lines = capture.lines_of(page.answer.header("x-request-id"));
        let said = lines
            .iter()
            .find(|line| line.text.contains("than frames are opened"));
        assert_eq!(said.is_some(), is_said, "{lines:?}");
        assert!(said.is_none_or(|line| line.level == "WARN" && line.text.contains("clients=51")));
    }
}

#[tokio::test]
async fn the_line_of_a_request_says_who_asked_what_and_how_it_ended() {
    let capture = Capture::of_process();
    let app = Setup::default().trusted_proxies(&["127.0.0.1"]).app().await;
    let asked = get(&app, "/oidc/userinfo?access_token=abc");
    let answer = send(asked.header("X-Forwarded-For", "192.0.2.7")).await;
    let lines = capture.lines_of(answer.header("x-request-id"));
    let line = lines
        .iter()
        .find(|line| line.text.contains("request answered"))
        .unwrap();
    for part in [
        "http.method=GET",
        "http.path=/oidc/userinfo ",
        "http.status=401",
        "client.address=192.0.2.7",
        "duration_ms=",
    ] {
        assert!(line.text.contains(part), "{part} in {}", line.text);
    }
}
