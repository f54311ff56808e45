//! axe-core, which looks for what shuts people out of a page.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::program::target_folder;

/// Runs every rule, also the size of what is pressed, which axe-core leaves out by itself.
const RUN: &str = "
const done = arguments[0];
const rules = { 'target-size': { enabled: true } };
const fault = (rule, node) => `${rule.id}: ${rule.help}\\n    ${node.html}\\n    ${node.failureSummary}`;
axe.run(document, { rules }).then(
  ({ passes, violations }) => done({
    passed: passes.map((rule) => rule.id),
    faults: violations.flatMap((rule) => rule.nodes.map((node) => fault(rule, node))),
  }),
  (error) => done({ passed: [], faults: [`axe-core failed: ${error}`] }),
);";

/// The library, ready for any page.
pub(super) struct Axe(String);

impl Axe {
    pub(super) fn load() -> Self {
        let file = target_folder().join("axe/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&file);
        Self(source.unwrap_or_else(|_| {
            let file = file.display();
            panic!("axe-core is missing ({file}): .ci/setup test installs it with npm")
        }))
    }

    /// What it finds on the page as it is now, in light and in dark.
    pub(super) async fn faults(&self, browser: &Browser) -> Vec<String> {
        let mut faults = Vec::new();
        for scheme in ["light", "dark"] {
            prefer(browser, scheme, "reduce").await;
            let query = format!("return matchMedia('(prefers-color-scheme: {scheme})').matches");
            assert_eq!(browser.run(&query).await, true, "the page is {scheme}");
            browser.run(&self.0).await;
            let found = browser.page.execute_async(RUN, vec![]).await.unwrap();
            let texts = |name: &str| texts(found.get(name).unwrap());
            let passed = texts("passed");
            let looked = passed.iter().any(|rule| rule == "color-contrast");
            assert!(looked, "it looked at next to nothing: {found}");
            faults.extend(
                texts("faults")
                    .iter()
                    .map(|fault| format!("{scheme}: {fault}")),
            );
        }
        faults
    }
}

/// What the person's system prefers from now on.
pub(super) async fn prefer(browser: &Browser, scheme: &str, motion: &str) {
    let features = json!({ "features": [
        { "name": "prefers-color-scheme", "value": scheme },
        { "name": "prefers-reduced-motion", "value": motion },
    ]});
    browser
        .devtools("Emulation.setEmulatedMedia", features)
        .await;
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|text| text.as_str().unwrap().to_owned()).collect()
}
