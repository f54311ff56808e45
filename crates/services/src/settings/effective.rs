//! What holds when stored settings stand above what a node was told at its start.

use std::collections::{BTreeMap, BTreeSet};

use authly_domain::settings::{Given, Misfit};
use serde_json::Value;

use super::catalogue::{LIVE, clashes, named};
use crate::policy::Policies;

/// What holds.
pub(super) struct Effective {
    /// The policies.
    pub(super) policies: Policies,
    /// Stored settings that do not hold, and why.
    pub(super) ignored: BTreeMap<String, Misfit>,
}

/// What holds. A stored value that does not fit (another node was told something else, or runs
/// another version) is passed over, so that the others hold.
pub(super) fn effective(base: &Policies, stored: &BTreeMap<String, Value>) -> Effective {
    let mut ignored = BTreeMap::new();
    for name in stored.keys().filter(|name| named(name).is_none()) {
        ignored.insert(name.clone(), "is no setting of this version".to_owned());
    }
    loop {
        let policies = put(base, stored, &mut ignored);
        let stands = |name: &str| stored.contains_key(name) && !ignored.contains_key(name);
        let clashing: BTreeMap<String, Misfit> = clashes(&policies)
            .into_iter()
            .flat_map(|clash| clash.between.map(|name| (name, clash.why.clone())))
            .filter(|(name, _)| stands(name))
            .map(|(name, why)| (name.to_owned(), why))
            .collect();
        if clashing.is_empty() {
            return Effective { policies, ignored };
        }
        ignored.extend(clashing);
    }
}

/// The base with all stored values that are not ignored; notes those that cannot be read.
fn put(
    base: &Policies,
    stored: &BTreeMap<String, Value>,
    ignored: &mut BTreeMap<String, Misfit>,
) -> Policies {
    let mut policies = base.clone();
    let skipped: BTreeSet<String> = ignored.keys().cloned().collect();
    for live in LIVE {
        let name = live.setting.path;
        let Some(value) = stored.get(name).filter(|_| !skipped.contains(name)) else {
            continue;
        };
        if let Err(why) = live.set(&mut policies, &given(value)) {
            ignored.insert(name.to_owned(), why);
        }
    }
    policies
}

/// A value in JSON, as settings read it.
pub(super) fn given(value: &Value) -> Given<'_> {
    match value {
        Value::String(text) => Given::Text(text),
        Value::Bool(value) => Given::Switch(*value),
        Value::Array(entries) => Given::List(entries.iter().map(Value::as_str).collect()),
        Value::Number(number) => number
            .as_i64()
            .map_or(Given::Other("another number"), Given::Integer),
        Value::Null => Given::Other("null"),
        Value::Object(_) => Given::Other("an object"),
    }
}
