//! Lets many people log in at the same moment and reports what becomes of them, and how much memory
//! the server had at most: `make load-login`.
//!
//! Arguments: the server's program, and how many people there are (500).

#![expect(
    clippy::print_stdout,
    reason = "its purpose is to print what it has measured"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context as _, bail};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, StatusCode, redirect};
use tokio::sync::Barrier;

const SEED: &str = "[[users]]\nusername = \"alice\"\nemail = \"alice@example.com\"\n\
                    password = \"correct horse battery staple\"\nverified = true\n";

fn main() -> anyhow::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().context("give the path of authly-server")?;
    let people = match arguments.next() {
        Some(text) => text.to_string_lossy().parse()?,
        None => 500,
    };
    let folder = env::temp_dir().join(format!("authly-load-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let done = measure(Path::new(&program), &folder, people);
    fs::remove_dir_all(&folder)?;
    done
}

fn measure(program: &Path, folder: &Path, people: usize) -> anyhow::Result<()> {
    let server = Server::start(program, folder)?;
    println!("peak memory after the start: {}", server.peak()?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    for round in 1..=3 {
        let began = Instant::now();
        let outcomes = runtime.block_on(everybody(&server.address, people))?;
        println!("round {round}: {people} people in {:?}", began.elapsed());
        for (status, took) in outcomes {
            let longest = took.iter().max().copied().unwrap_or_default();
            println!(
                "  {status}: {} of them, the last after {longest:?}",
                took.len()
            );
        }
        println!("  peak memory by now: {}", server.peak()?);
    }
    Ok(())
}

/// How long each took whose login was answered by each status.
async fn everybody(
    address: &str,
    people: usize,
) -> anyhow::Result<BTreeMap<StatusCode, Vec<Duration>>> {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_mins(2))
        .build()?;
    let start = Arc::new(Barrier::new(people));
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..people {
        logins.spawn(log_in(
            client.clone(),
            format!("{address}/login"),
            Arc::clone(&start),
        ));
    }
    let mut outcomes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    while let Some(login) = logins.join_next().await {
        let (status, took) = login??;
        outcomes.entry(status).or_default().push(took);
    }
    Ok(outcomes)
}

/// Opens the page, waits until everybody has done so, and sends the form.
async fn log_in(
    client: Client,
    page: String,
    start: Arc<Barrier>,
) -> anyhow::Result<(StatusCode, Duration)> {
    let form = client.get(&page).send().await;
    start.wait().await;
    let form = form?;
    let cookie = form
        .headers()
        .get(SET_COOKIE)
        .context("a cookie")?
        .to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let html = form.text().await?;
    let (_, rest) = html
        .split_once("name=\"csrf\" value=\"")
        .context("a form")?;
    let csrf = rest.split('"').next().unwrap_or_default();
    let fields = [
        ("csrf", csrf),
        ("username", "alice"),
        ("password", "correct horse battery staple"),
    ];
    let began = Instant::now();
    let answer = client.post(&page).header(COOKIE, cookie).form(&fields);
    Ok((answer.send().await?.status(), began.elapsed()))
}

/// A server of its own, which ends with this value.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(program: &Path, folder: &Path) -> anyhow::Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        // PostgreSQL runs as somebody else when root starts this.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
        let seed: PathBuf = folder.join("seed.toml");
        fs::write(&seed, SEED)?;
        let mut process = Command::new(program)
            .args([
                "--embedded",
                "--bind",
                "127.0.0.1:0",
                "--issuer",
                "http://localhost:1",
            ])
            .arg("--data-dir")
            .arg(folder.join("data"))
            .arg("--seed")
            .arg(&seed)
            // They all come from one address and are one person.
            .env("AUTHLY_THROTTLE__LOGIN_ADDRESS", "100000")
            .env("AUTHLY_THROTTLE__LOGIN_ACCOUNT_AT_ADDRESS", "100000")
            .env("AUTHLY_THROTTLE__LOGIN_ACCOUNT", "100000")
            .env("AUTHLY_LOG__LEVEL", "warn")
            .stdout(Stdio::piped())
            .stderr(fs::File::create(folder.join("log"))?)
            .spawn()?;
        let output = process.stdout.take().context("its output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, address) = line.split_once("listening on")?;
            Some(address.trim().to_owned())
        });
        let Some(address) = address else {
            bail!(
                "the server did not start: {}",
                fs::read_to_string(folder.join("log"))?
            );
        };
        Ok(Self { process, address })
    }

    /// The most memory that it had in use, as the kernel counts it.
    fn peak(&self) -> anyhow::Result<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        Ok(line
            .context("VmHWM")?
            .replace("VmHWM:", "")
            .trim()
            .to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let id = self.process.id().to_string();
        // It stops its PostgreSQL before it ends.
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.process.wait();
    }
}
