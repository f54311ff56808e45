//! The example applications, started by their one command, against a real server.

use std::path::Path;
use std::process::{Command, Output};

use authly_testing::address::free_address;
use tempfile::TempDir;

use crate::application::{Application, Callback};
use crate::browser::Browser;
use crate::program::{Program, binary, folder};
use crate::server::Server;
use crate::sign_in::{log_in, seed};

/// One of the examples, running.
pub(crate) struct Example {
    _program: Program,
    _folder: TempDir,
}

impl Example {
    /// Starts it, and waits until it prints `ready`.
    pub(crate) fn start(name: &str, arguments: &[&str], ready: &str) -> Self {
        let folder = folder();
        let mut command = example(name);
        command.args(arguments);
        Self {
            _program: Program::start(&mut command, &folder, ready),
            _folder: folder,
        }
    }
}

/// Its binary, with nothing of the environment that it reads its settings from.
fn example(name: &str) -> Command {
    let mut command = Command::new(binary(&format!("examples/{name}"), "authly-examples"));
    for variable in ["ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LISTEN", "API"] {
        command.env_remove(variable);
    }
    command
}

/// The curl walk-through against this issuer.
fn walk_through(issuer: &str, arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/walkthrough.sh");
    let mut command = Command::new(script);
    command.args(arguments).env("ISSUER", issuer);
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

#[tokio::test]
async fn users_of_the_relying_party_log_in_and_out() {
    let address = free_address();
    let home = format!("http://{address}/");
    let redirect_uri = format!("{home}callback");
    let server = Server::start(&seed(&redirect_uri));
    let arguments = [
        "--issuer",
        &server.issuer,
        "--redirect-uri",
        &redirect_uri,
        "--listen",
        &address,
    ];
    let _relying_party = Example::start("relying_party", &arguments, "The user of");
    let browser = Browser::start().await;

    browser.open(&home).await;
    browser.press("login").await;
    log_in(&browser, "correct horse battery staple").await;
    browser.press("approve").await;

    assert_eq!(browser.path().await, "/");
    let shown = browser.text().await;
    for claim in ["alice@example.com", "preferred_username", "Adams"] {
        assert!(shown.contains(claim), "no {claim} on the page: {shown}");
    }
    browser.press("logout").await;
    let shown = browser.text().await;
    assert!(shown.contains("Nobody has logged in here"), "{shown}");
    browser.press("login").await;
    assert_eq!(
        browser.path().await,
        "/login",
        "the server has signed her out"
    );
    browser.close().await;
}

#[tokio::test]
async fn the_service_calls_the_api_in_its_own_name_however_that_checks_tokens() {
    let server = Server::start(&seed("http://localhost:9000/callback"));
    for check in [&[][..], &["--introspect"]] {
        let address = free_address();
        let api = format!("http://{address}/notes");
        let mut arguments = vec!["--issuer", &server.issuer, "--listen", &address];
        arguments.extend(check);
        let _api = Example::start("resource_server", &arguments, "The first is refused");

        let mut service = example("nightly_report");
        service.args(["--issuer", &server.issuer, "--api", &api]);
        let report = service.output().unwrap();

        assert!(report.status.success(), "{}", text(&report));
        let expected = format!("{api} was let in as nightly-report and found 0 notes.");
        assert!(text(&report).contains(&expected), "{}", text(&report));
    }
}

#[test]
fn the_service_says_why_it_gets_no_token() {
    let server = Server::start(&seed("http://localhost:9000/callback"));
    let mut service = example("nightly_report");
    service.args(["--issuer", &server.issuer, "--client-id", "nobody"]);

    let report = service.output().unwrap();

    assert!(!report.status.success());
    let expected = "the authorization server gave no token: Server returned error response: \
                    invalid_client: Client authentication failed.";
    assert!(text(&report).contains(expected), "{}", text(&report));
}

#[test]
fn the_walk_through_shows_the_life_of_a_token() {
    let server = Server::start(&seed("http://localhost:9000/callback"));

    let walk = walk_through(&server.issuer, &[]);

    assert!(walk.status.success(), "{}", text(&walk));
    assert!(text(&walk).contains("That was the whole life of a token."));
}

#[tokio::test]
async fn authly_inside_another_application_serves_beside_its_pages() {
    let callback = Callback::listen().await;
    let address = free_address();
    let (home, issuer) = (
        format!("http://{address}/"),
        format!("http://{address}/auth"),
    );
    let seeds = folder();
    let seed_file = seeds.path().join("seed.toml");
    std::fs::write(&seed_file, seed(&callback.uri)).unwrap();
    let arguments = [
        "--issuer",
        &issuer,
        "--listen",
        &address,
        "--seed",
        seed_file.to_str().unwrap(),
    ];
    let _inside = Example::start("embedded_server", &arguments, "Try ISSUER");
    let walk = walk_through(&issuer, &[]);
    assert!(walk.status.success(), "{}", text(&walk));

    let application = Application::discover(&issuer, &callback.uri).await;
    let browser = Browser::start().await;
    browser.open(&home).await;
    assert!(browser.text().await.contains("Greetings"));
    let asked = application.ask(&["profile"]);
    browser.open(asked.url.as_str()).await;
    log_in(&browser, "correct horse battery staple").await;
    let (answer, ()) = tokio::join!(callback.answer(), browser.press("approve"));
    browser.close().await;
    let (tokens, _claims) = application.redeem(answer.get("code").unwrap(), asked).await;

    let token = openidconnect::OAuth2TokenResponse::access_token(&tokens).secret();
    let greeting = greeting(&home, Some(token)).await;
    assert_eq!(
        (greeting.0, greeting.1.contains("Hello, Alice")),
        (200, true)
    );
    // Neither no token nor a machine's, which is nobody's, is greeted.
    let machine = walk_through(&issuer, &["token"]);
    let machine = String::from_utf8(machine.stdout).unwrap();
    for refused in [None, Some(machine.trim()), Some("rubbish")] {
        assert_eq!(self::greeting(&home, refused).await.0, 401, "{refused:?}");
    }
}

/// What the application says to the holder of this token.
async fn greeting(home: &str, token: Option<&str>) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = http.get(format!("{home}hello"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}
