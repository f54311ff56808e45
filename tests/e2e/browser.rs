//! Debian's Chromium, driven through its driver.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::target_folder;

/// A browser of its own, with no cookies. Dropping it ends it.
pub(crate) struct Browser {
    driver: Child,
    /// The browser's own process, until it has been closed.
    process: Option<u64>,
    pub(crate) page: Client,
    _profile: TempDir,
}

const CHROMIUM: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1000,900",
];

/// How long a page may take to give way to another.
const PATIENCE: Duration = Duration::from_mins(1);

impl Browser {
    /// Starts the driver on a free port, and a browser with it.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[], json!({})).await
    }

    /// The same, with these arguments and preferences of Chromium besides.
    pub(crate) async fn start_with(more: &[&str], preferences: Value) -> Self {
        let missing = "chromedriver is missing: apt-get install chromium chromium-driver";
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect(missing);
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.by_ref().find_map(|line| {
            let line = line.unwrap();
            let (_, port) = line.rsplit_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let port = port.expect("chromedriver says on which port it listens");
        std::thread::spawn(move || lines.for_each(drop));

        let profile = TempDir::with_prefix("authly-chromium-").unwrap();
        let mut arguments: Vec<String> = CHROMIUM.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        arguments.extend(more.iter().map(|&argument| argument.to_owned()));
        let mut capabilities = Capabilities::new();
        capabilities.insert(
            "goog:chromeOptions".to_owned(),
            json!({ "args": arguments, "prefs": preferences }),
        );
        capabilities.insert(
            "goog:loggingPrefs".to_owned(),
            json!({ "performance": "ALL", "browser": "ALL" }),
        );
        let page = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromium starts: apt-get install chromium chromium-driver");
        let process = page
            .capabilities()
            .and_then(|all| all.get("goog:processID"));
        Self {
            driver,
            process: process.and_then(Value::as_u64),
            page,
            _profile: profile,
        }
    }

    /// Opens an address.
    pub(crate) async fn open(&self, address: &str) {
        self.page.goto(address).await.unwrap();
    }

    /// Types into the field of this name, in place of what is there.
    pub(crate) async fn fill(&self, name: &str, text: &str) {
        let selector = format!("[name={name}]");
        let field = self.page.find(Locator::Css(&selector)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses the button with this id, and waits until the page has given way to another.
    pub(crate) async fn press(&self, id: &str) {
        let page = self.page.find(Locator::Css("html")).await.unwrap();
        self.click(id).await;
        let gone = async { while page.tag_name().await.is_ok() {} };
        let gone = tokio::time::timeout(PATIENCE, gone).await;
        assert!(gone.is_ok(), "{id} leads nowhere: {}", self.text().await);
    }

    /// Presses the button with this id.
    pub(crate) async fn click(&self, id: &str) {
        self.page
            .find(Locator::Id(id))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
    }

    /// Waits until the element with this id says `text`.
    pub(crate) async fn read(&self, id: &str, text: &str) {
        let path = format!("//*[@id='{id}' and contains(., '{text}')]");
        let found = self.page.wait().for_element(Locator::XPath(&path)).await;
        let page = self.text().await;
        assert!(found.is_ok(), "{id} does not say {text}: {page}");
    }

    /// Waits until there is an element with this id.
    pub(crate) async fn wait_for(&self, id: &str) -> Element {
        let found = self.page.wait().for_element(Locator::Id(id)).await;
        let Ok(element) = found else {
            panic!("no {id} on the page: {}", self.text().await);
        };
        element
    }

    /// Presses and releases these keys, one after the other.
    pub(crate) async fn keys(&self, keys: &str) {
        let stroke = |actions: KeyActions, value| {
            let down = actions.then(KeyAction::Down { value });
            down.then(KeyAction::Up { value })
        };
        let actions = keys
            .chars()
            .fold(KeyActions::new("keyboard".to_owned()), stroke);
        self.page.perform_actions(actions).await.unwrap();
    }

    /// Presses one key while another is held down.
    pub(crate) async fn keys_together(&self, held: char, value: char) {
        let actions = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: held })
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value })
            .then(KeyAction::Up { value: held });
        self.page.perform_actions(actions).await.unwrap();
    }

    /// What a script returns. The page's content security policy does not bind the driver.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.page.execute(script, vec![]).await.unwrap()
    }

    /// All that can be read on the page.
    pub(crate) async fn text(&self) -> String {
        self.page
            .find(Locator::Css("body"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    /// The page's title.
    pub(crate) async fn title(&self) -> String {
        self.page.title().await.unwrap()
    }

    /// The path of the page's address.
    pub(crate) async fn path(&self) -> String {
        self.page.current_url().await.unwrap().path().to_owned()
    }

    /// Takes a picture of the page, for people to look at: `target/screenshots/NAME.png`.
    pub(crate) async fn picture(&self, name: &str) {
        let picture = self.page.screenshot().await.unwrap();
        let folder = pictures();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// Ends the browser.
    pub(crate) async fn close(mut self) {
        self.page.clone().close().await.unwrap();
        self.process = None;
    }
}

/// Where pictures go: `target/screenshots`.
pub(crate) fn pictures() -> PathBuf {
    target_folder().join("screenshots")
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A test that fails leaves no browser behind: it would outlive its driver.
        if let Some(process) = self.process {
            let _ = Command::new("kill").arg(process.to_string()).status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
