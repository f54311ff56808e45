//! A real server in this process, and people at its command line.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use authly_testing::browser::{Browser, Page};
use authly_testing::fixtures::TestUser;
use authly_testing::{Setup, TestApp};

use crate::home::Home;
use crate::program::{Ended, end_of};

/// A server, and a person's machine.
pub(crate) struct Installation {
    /// The server.
    pub(crate) app: TestApp,
    /// The person's folder for settings.
    home: Home,
}

/// A login that waits for its browser.
pub(crate) struct Waiting {
    program: Child,
    messages: BufReader<std::process::ChildStderr>,
    /// Where the browser is sent.
    pub(crate) address: String,
}

impl Installation {
    /// A server as the defaults have it, and somebody who has never logged in.
    pub(crate) async fn start() -> Self {
        Self::of(Setup::default()).await
    }

    /// A server of this setup.
    pub(crate) async fn of(setup: Setup) -> Self {
        let app = setup.app().await;
        let ensured = app.bootstrap().ensure_command_line().await;
        ensured.unwrap();
        Self {
            app,
            home: Home::new(),
        }
    }

    /// A server, and an administrator who has logged in.
    pub(crate) async fn with_administrator() -> Self {
        let installation = Self::start().await;
        let alice = installation.administrator().await;
        let ended = installation.log_in(&alice, &[]).await;
        assert_eq!(ended.status, 0, "{}", ended.messages);
        installation
    }

    /// An administrator, who has not logged in.
    pub(crate) async fn administrator(&self) -> TestUser {
        self.app.user("alice").administrator().create().await
    }

    /// The person's folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.home.path().to_owned()
    }

    /// Stops the server; what the person has stays.
    pub(crate) fn stop(self) -> Home {
        let Self { app, home } = self;
        drop(app);
        home
    }

    /// The program with these arguments, at this person's machine.
    pub(crate) fn authly(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.authly(arguments);
        command.env("AUTHLY_SERVER", self.app.issuer());
        command
    }

    /// Runs the program with these arguments to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        end_of(&mut self.authly(arguments))
    }

    /// Where a profile is kept.
    pub(crate) fn profile_path(&self, name: &str) -> PathBuf {
        self.home.profile_path(name)
    }

    /// A profile as it is kept.
    pub(crate) fn profile(&self, name: &str) -> serde_json::Value {
        let text = fs::read_to_string(self.profile_path(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// Keeps a profile, as `authly` does.
    pub(crate) fn keep(&self, name: &str, profile: &serde_json::Value) {
        self.home.keep(name, profile);
    }

    /// Lets the access token of a profile end, by this machine's clock.
    pub(crate) fn age(&self, name: &str) {
        let mut profile = self.profile(name);
        profile["expires_at"] = "2020-01-01T00:00:00Z".into();
        self.keep(name, &profile);
    }

    /// Begins `authly login --no-browser` with these arguments as well.
    pub(crate) fn begin_login(&self, arguments: &[&str]) -> Waiting {
        let mut command = self.authly(&["login", "--no-browser"]);
        command.args(arguments);
        Waiting::begin(command)
    }

    /// Logs this user in through a browser, and consents to everything.
    pub(crate) async fn log_in(&self, user: &TestUser, arguments: &[&str]) -> Ended {
        let waiting = self.begin_login(arguments);
        let mut browser = self.app.browser();
        let page = sign_in(&mut browser, &waiting.address, user).await;
        let page = browser.submit(&page.form("approve")).await;
        bring(page.expect_location().as_str()).await;
        waiting.end()
    }
}

impl Waiting {
    /// Starts the program, and reads where the browser is sent.
    pub(crate) fn begin(mut command: Command) -> Self {
        let program = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = program.spawn().unwrap();
        let mut messages = BufReader::new(program.stderr.take().unwrap());
        let mut lines = messages.by_ref().lines().map(Result::unwrap);
        let address = lines.find(|line| line.starts_with("http"));
        let address = address.unwrap();
        Self {
            program,
            messages,
            address,
        }
    }

    /// Gives up, as by Ctrl-C.
    pub(crate) fn stop(mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }

    /// Waits for the end; the messages are those after the address.
    pub(crate) fn end(mut self) -> Ended {
        let mut messages = String::new();
        self.messages.read_to_string(&mut messages).unwrap();
        let ended = Ended::of(self.program.wait_with_output().unwrap());
        Ended { messages, ..ended }
    }
}

/// Opens the address, and logs in: up to the page that asks for consent.
pub(crate) async fn sign_in(browser: &mut Browser, address: &str, user: &TestUser) -> Page {
    let page = browser.get(address).await;
    let page = browser.follow(&page).await;
    let page = browser
        .fill_in_login(&page, &user.username, &user.password)
        .await;
    browser.follow(&page).await
}

/// Does what a browser does that is sent to the loopback address, and answers the page.
pub(crate) async fn bring(address: &str) -> String {
    let answer = reqwest::get(address).await.unwrap();
    answer.text().await.unwrap()
}
