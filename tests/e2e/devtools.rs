//! What only Chromium's own protocol can do: another screen, another colour scheme, no scripts, and
//! pictures of whole pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::browser::{Browser, pictures};

/// A command of the `DevTools` protocol, sent through the driver.
#[derive(Debug)]
struct DevTools {
    name: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        let session = session.unwrap_or_default();
        base.join(&format!("session/{session}/goog/cdp/execute"))
    }

    fn method_and_body(&self, _url: &Url) -> (reqwest::Method, Option<String>) {
        let body = json!({ "cmd": self.name, "params": self.parameters });
        (reqwest::Method::POST, Some(body.to_string()))
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
    async fn devtools(&self, name: &'static str, parameters: Value) -> Value {
        let command = DevTools { name, parameters };
        self.page.issue_cmd(command).await.unwrap()
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
        let feature = |name: &str, value: &str| json!({ "name": name, "value": value });
        let features = json!({ "features": [
            feature("prefers-color-scheme", screen.scheme),
            // Nothing is caught in the middle of a movement.
            feature("prefers-reduced-motion", "reduce"),
        ] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
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
