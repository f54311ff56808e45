//! axe-core, which looks for what shuts people out of a page.

use serde_json::Value;

use crate::browser::Browser;
use crate::devtools::Scripts;
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

/// Looks for faults beyond axe-core's rules: in titles, in what is said of fields, and motion.
const MORE: &str = "
const faults = [];
const headings = document.querySelectorAll('h1');
if (headings.length !== 1) faults.push(`${headings.length} headings of the first rank`);
if (!document.title.includes(headings[0].textContent)) faults.push(`the title ${document.title} is not that of the heading`);
const problem = document.getElementById('problem');
if (problem && !document.title.startsWith('Problem: ')) faults.push('the title says nothing of the problem');
if (problem && problem.getAttribute('role') !== 'alert') faults.push('the problem is not announced');
for (const field of document.querySelectorAll('[aria-invalid]')) {
  const said = (field.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id));
  if (!said.includes(problem)) faults.push(`nothing says what is wrong with ${field.name}`);
}
for (const element of document.querySelectorAll('*')) {
  if (parseFloat(getComputedStyle(element).transitionDuration) > 0) faults.push(`${element.tagName} moves`);
}
return faults;";

/// The library, ready for any page.
pub(crate) struct Axe(String);

impl Axe {
    pub(crate) fn load() -> Self {
        let file = target_folder().join("axe/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&file);
        Self(source.unwrap_or_else(|_| {
            let file = file.display();
            panic!("axe-core is missing ({file}): .ci/setup test installs it with npm")
        }))
    }

    /// What is wrong with the page as it is shown now.
    pub(crate) async fn faults(&self, browser: &Browser) -> Vec<String> {
        browser.run_scripts(Scripts::Allowed).await;
        if browser.run("return typeof axe").await == "undefined" {
            browser.run(&self.0).await;
        }
        let found = browser.page.execute_async(RUN, vec![]).await.unwrap();
        let passed = texts(found.get("passed").unwrap());
        let mut faults = texts(found.get("faults").unwrap());
        let looked = ["color-contrast", "document-title", "landmark-one-main"];
        for rule in looked {
            let found = |other: &String| other.starts_with(rule);
            let looked = passed.iter().chain(&faults).any(found);
            assert!(looked, "it did not look for {rule}: {passed:?}");
        }
        faults.extend(texts(&browser.run(MORE).await));
        faults
    }

    /// Fails if anything is wrong with the page in light or in dark.
    pub(crate) async fn assert_no_faults(&self, browser: &Browser) {
        for scheme in ["light", "dark"] {
            browser.prefer(scheme, "reduce").await;
            let faults = self.faults(browser).await.join("\n");
            assert_eq!(faults, "", "{} in {scheme}", browser.title().await);
        }
    }
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|text| text.as_str().unwrap().to_owned()).collect()
}
