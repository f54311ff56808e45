//! A server: the real program, which can be asked to stop, or killed.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::application::http_client;
use crate::wait::until;

/// A running `authly-server`. It is killed when this is dropped.
pub(crate) struct Node {
    process: Child,
    /// Where it listens, without a slash at the end.
    pub(crate) url: String,
    log: PathBuf,
}

impl Node {
    /// Starts the program with these variables, and waits until it says where it listens.
    pub(crate) async fn start(
        variables: &[(String, String)],
        arguments: &[&str],
        log: PathBuf,
    ) -> Self {
        let mut process = Command::new(binary())
            .args(arguments)
            .env_clear()
            .envs(variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let output = process.stdout.take().unwrap();
        let lines = move || {
            let mut lines = BufReader::new(output).lines().map_while(Result::ok);
            let listening = lines.find_map(|line| {
                let (_, url) = line.split_once("listening on")?;
                Some(url.trim().to_owned())
            });
            // What it says later must have somewhere to go.
            std::thread::spawn(move || lines.for_each(drop));
            listening
        };
        let listening = tokio::task::spawn_blocking(lines).await.unwrap();
        let mut node = Self {
            process,
            url: String::new(),
            log,
        };
        node.url = listening.expect("the server says where it listens");
        node
    }

    /// Kills it with the signal that nobody can handle.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Its exit status, once it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.process.try_wait().unwrap()
    }

    /// The status of a path; `None` where it does not answer.
    pub(crate) async fn status(&self, path: &str) -> Option<u16> {
        let answer = http_client()
            .get(format!("{}{path}", self.url))
            .send()
            .await;
        Some(answer.ok()?.status().as_u16())
    }

    /// Waits until a path is answered with this status.
    pub(crate) async fn comes_to(&self, path: &str, status: u16) {
        let look = async || (self.status(path).await == Some(status)).then_some(());
        until(path, look).await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            let log = std::fs::read(&self.log).unwrap_or_default();
            let _ = std::io::stderr().write_all(&log);
        }
    }
}

/// The server's binary, which lies beside the folder of the test binaries.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let folder = tests.parent().and_then(Path::parent).unwrap();
    let binary = folder.join("authly-server");
    assert!(
        binary.exists(),
        "build it first: cargo build -p authly-server"
    );
    binary
}
