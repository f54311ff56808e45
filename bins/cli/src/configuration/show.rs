//! A plan as people and programs see it.

use std::fmt::Write as _;

use authly_admin_client::WireSecret;
use serde::Serialize;
use serde_json::Value;

use super::plan::Plan;
use crate::output::printable;

/// What becomes of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verb {
    Create,
    Change,
    Remove,
}

/// A thing that changes.
#[derive(Debug, Serialize)]
pub(super) struct Thing {
    #[serde(rename = "action")]
    pub(super) verb: Verb,
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) changes: Vec<FieldChange>,
}

/// A member that changes; `null` stands for what is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FieldChange {
    pub(super) field: String,
    pub(super) old: Value,
    pub(super) new: Value,
}

/// A secret that the server made, shown this once.
#[derive(Debug, Serialize)]
pub(crate) struct MadeSecret {
    pub(crate) client_id: String,
    pub(crate) client_secret: WireSecret,
}

/// What came of a plan, for programs.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome<'p> {
    changes: &'p [Thing],
    unchanged: usize,
    /// How many steps of the plan were done, of how many.
    steps_done: usize,
    steps: usize,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    secrets: &'p [MadeSecret],
}

impl Plan {
    /// What came of it.
    pub(crate) fn outcome<'p>(&'p self, done: usize, secrets: &'p [MadeSecret]) -> Outcome<'p> {
        Outcome {
            changes: &self.things,
            unchanged: self.unchanged,
            steps_done: done,
            steps: self.acts.len(),
            secrets,
        }
    }

    /// For people: a line for each thing, one for each member below it, and the numbers.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for thing in &self.things {
            thing.write(&mut text);
        }
        let count = |verb| {
            self.things
                .iter()
                .filter(|thing| thing.verb == verb)
                .count()
        };
        let _written = writeln!(
            text,
            "{} to create, {} to change, {} to remove, {} unchanged",
            count(Verb::Create),
            count(Verb::Change),
            count(Verb::Remove),
            self.unchanged
        );
        text
    }
}

impl Thing {
    fn write(&self, text: &mut String) {
        let sign = match self.verb {
            Verb::Create => '+',
            Verb::Change => '~',
            Verb::Remove => '-',
        };
        let name = printable(&self.name);
        let _written = writeln!(text, "{sign} {} {name}", self.kind);
        for FieldChange { field, old, new } in &self.changes {
            let new = shown(new);
            let _written = match (self.verb, old) {
                (Verb::Create, Value::Null) => writeln!(text, "    {field}: {new}"),
                _ => writeln!(text, "    {field}: {} -> {new}", shown(old)),
            };
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => printable(text),
        Value::Array(entries) => {
            let entries: Vec<_> = entries.iter().map(shown).collect();
            format!("[{}]", entries.join(", "))
        }
        other => printable(&other.to_string()),
    }
}
