//! What only Chromium's own protocol can do: another screen, another colour scheme, no scripts, and
//! pictures of whole pages. And its logs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::browser::{Browser, pictures};

/// A command of Chromium's driver that the standard for drivers does not have.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/{}", self.path))
    }

    fn method_and_body(&self, _url: &Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.body.to_string()))
    }
}

/// What somebody looks at a page with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// The folder of its pictures.
    pub(crate) name: &'static str,
    /// Its width in CSS pixels.
    pub(crate) width: u32,
    /// Its height in CSS pixels.
    pub(crate) height: u32,
    /// `light` or `dark`.
    pub(crate) scheme: &'static str,
}

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    Allowed,
    Forbidden,
}

impl Browser {
    /// Sends a command of the `DevTools` protocol.
    async fn devtools(&self, name: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": name, "params": parameters });
        let path = "goog/cdp/execute";
        self.page.issue_cmd(Own { path, body }).await.unwrap()
    }

    /// What was logged since the last time: `browser` for complaints, `performance` for events.
    pub(crate) async fn log(&self, kind: &str) -> Vec<String> {
        let (path, body) = ("se/log", json!({ "type": kind }));
        let log = self.page.issue_cmd(Own { path, body }).await.unwrap();
        let entries = log.as_array().unwrap().iter();
        let message = |entry: &Value| entry.get("message").unwrap().as_str().unwrap().to_owned();
        entries.map(message).collect()
    }

    /// Looks through this screen from now on.
    pub(crate) async fn look_through(&self, screen: Screen) {
        let metrics = json!({
            "width": screen.width,
            "height": screen.height,
            "deviceScaleFactor": 1,
            "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        // As on a phone, where they lie over the page.
        self.devtools("Emulation.setScrollbarsHidden", json!({ "hidden": true }))
            .await;
        // Nothing is caught in the middle of a movement.
        self.prefer(screen.scheme, "reduce").await;
    }

    /// What the person's system says of colours (`light`, `dark`) and motion (`reduce`,
    /// `no-preference`) from now on.
    pub(crate) async fn prefer(&self, scheme: &str, motion: &str) {
        let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features = json!({ "features": [
            feature("prefers-color-scheme", scheme),
            feature("prefers-reduced-motion", motion),
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Waits this long for each answer from now on, as far away from the server.
    pub(crate) async fn wait_for_answers(&self, milliseconds: u32) {
        self.devtools("Network.enable", json!({})).await;
        let conditions = json!({
            "offline": false,
            "latency": milliseconds,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        });
        self.devtools("Network.emulateNetworkConditions", conditions)
            .await;
    }

    /// Runs scripts of pages from now on, or does not.
    pub(crate) async fn run_scripts(&self, scripts: Scripts) {
        let value = json!({ "value": scripts == Scripts::Forbidden });
        self.devtools("Emulation.setScriptExecutionDisabled", value)
            .await;
    }

    /// Takes a picture of the whole page, for people to look at: `target/screenshots/NAME.png`.
    pub(crate) async fn picture_of_all(&self, name: &str) {
        let wanted = json!({ "format": "png", "captureBeyondViewport": true });
        let answer = self.devtools("Page.captureScreenshot", wanted).await;
        let data = answer.get("data").and_then(Value::as_str).unwrap();
        let file = pictures().join(format!("{name}.png"));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, STANDARD.decode(data).unwrap()).unwrap();
    }
}
