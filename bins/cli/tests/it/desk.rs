//! An administrator's desk: a server in this process, and the program with a login to it.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use authly_testing::TestApp;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::home::Home;
use crate::program::{Ended, end_of, end_of_fed};

pub(crate) struct Desk {
    pub(crate) app: TestApp,
    home: Home,
}

impl Desk {
    /// Somebody who may do everything has logged in.
    pub(crate) async fn new() -> Self {
        let app = Box::pin(TestApp::start()).await;
        let server = app.url("");
        Box::pin(Self::at(app, &server)).await
    }

    /// The same, but the server is reached by a way that loses the first answer to a request whose
    /// first line holds this.
    pub(crate) async fn losing(part: &'static str) -> Self {
        let app = TestApp::start().await;
        let way = losing_way(&app.url(""), part).await;
        Self::at(app, &way).await
    }

    async fn at(app: TestApp, server: &str) -> Self {
        let root = app.administrator("root").await;
        let home = Home::new();
        let profile = json!({
            "server": server,
            "client_id": "authly-cli",
            "access_token": root.token,
            "expires_at": "2096-01-01T00:00:00Z",
            "scope": "openid",
        });
        home.keep("default", &profile);
        Self { app, home }
    }

    /// A command, to be run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.home.authly(arguments)
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        tokio::task::block_in_place(|| end_of(&mut command))
    }

    /// Runs a command to its end, with this on its standard input.
    pub(crate) fn run_with(&self, input: &str, arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        tokio::task::block_in_place(|| end_of_fed(&mut command, input))
    }

    /// Runs a command that succeeds, and says nothing but its result.
    pub(crate) fn result(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(
            (ended.status, ended.messages.as_str()),
            (0, ""),
            "{arguments:?}"
        );
        ended.results
    }

    /// Runs a command that succeeds, for its result as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--output", "json"]].concat();
        let ended = self.run(&arguments);
        assert_eq!(ended.status, 0, "{arguments:?}: {}", ended.messages);
        serde_json::from_str(&ended.results).unwrap()
    }
}

impl Ended {
    /// Holds the run to have ended so, with a message that holds this and no result.
    #[track_caller]
    pub(crate) fn expect_failure(&self, status: i32, message: &str) {
        assert_eq!(self.status, status, "{}", self.messages);
        assert!(self.messages.contains(message), "{}", self.messages);
        assert_eq!(self.results, "");
    }
}

/// A way to a server that hands everything on, but for the answer to the first request whose first line
/// holds `part`: that request reaches the server, is done there, and then the connection is gone.
async fn losing_way(server: &str, part: &'static str) -> String {
    let server = server.strip_prefix("http://").unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let is_lost = Arc::new(AtomicBool::new(false));
    tokio::spawn(async move {
        while let Ok((caller, _)) = listener.accept().await {
            let there = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(hand_on(caller, there, part, Arc::clone(&is_lost)));
        }
    });
    address
}

async fn hand_on(caller: TcpStream, server: TcpStream, part: &'static str, lost: Arc<AtomicBool>) {
    let (mut from_caller, mut to_caller) = caller.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let losing = Arc::new(AtomicBool::new(false));
    let loses = Arc::clone(&losing);
    let requests = tokio::spawn(async move {
        let mut bytes = vec![0; 65_536];
        while let Ok(length @ 1..) = from_caller.read(&mut bytes).await {
            let text = String::from_utf8_lossy(bytes.get(..length).unwrap_or_default());
            let line = text.lines().next().unwrap_or_default();
            if line.contains(part) && !lost.swap(true, Ordering::SeqCst) {
                loses.store(true, Ordering::SeqCst);
            }
            if to_server
                .write_all(bytes.get(..length).unwrap_or_default())
                .await
                .is_err()
            {
                break;
            }
        }
    });
    let mut bytes = vec![0; 65_536];
    while let Ok(length @ 1..) = from_server.read(&mut bytes).await {
        if losing.load(Ordering::SeqCst)
            || to_caller
                .write_all(bytes.get(..length).unwrap_or_default())
                .await
                .is_err()
        {
            break;
        }
    }
    requests.abort();
}
