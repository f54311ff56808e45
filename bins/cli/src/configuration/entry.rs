//! What a configuration says of one thing.

mod server;

use std::collections::BTreeMap;
use std::path::PathBuf;

use authly_admin_client::admin::Patch;
use authly_admin_client::admin::clients::{ClientChange, NewClient};
use authly_admin_client::admin::scopes::{NewScope, ScopeChange};
use authly_admin_client::secret::ClientSecret;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(super) use self::server::ServerSaid;
use crate::failure::Failure;

/// What serde says of a member that is not there, before its name.
const MISSING: &str = "missing field `";
/// What it says of one that it does not know.
const UNKNOWN: &str = "unknown field `";

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The file.
    pub(super) file: String,
    /// The way to it in the file, such as `clients[0]`.
    pub(super) path: String,
}

impl Place {
    /// A member of what stands here.
    pub(super) fn member(&self, name: &str) -> Self {
        Self {
            file: self.file.clone(),
            path: format!("{}.{name}", self.path),
        }
    }

    /// What is wrong here, as a line.
    pub(super) fn problem(&self, what: &str) -> String {
        format!("{}: {}: {what}", self.file, self.path)
    }
}

/// A scope as it is to be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeSaid {
    /// Its name on the wire.
    pub(super) name: String,
    /// What the consent page says it allows. A scope that is not there yet needs one.
    #[serde(default)]
    pub(super) description: Option<String>,
    /// Whether a request without `scope` asks for it.
    #[serde(default)]
    pub(super) is_default: Option<bool>,
    /// Whether it may be asked for at all.
    #[serde(default)]
    pub(super) is_active: Option<bool>,
}

/// What a client is said to be, beside what can be changed of any client.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientOwn {
    /// Its name on the wire.
    pub(super) client_id: String,
    /// `confidential` (the default) or `public`; it stays.
    #[serde(default)]
    pub(super) client_type: Option<String>,
    /// Where its secret is, if it is made elsewhere. Without this the server makes one, which is shown
    /// once when the client is registered.
    #[serde(default)]
    pub(super) client_secret: Option<SecretSource>,
    /// Whether it may do anything at all.
    #[serde(default)]
    pub(super) is_active: Option<bool>,
    /// What a service client may administer for itself. An empty list takes all rights away.
    #[serde(default)]
    pub(super) entitled_admin_scopes: Option<Vec<String>>,
}

/// The members of [`ClientOwn`].
const OWN: [&str; 5] = [
    "client_id",
    "client_type",
    "client_secret",
    "is_active",
    "entitled_admin_scopes",
];

/// Where a secret is; never the secret itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretSource {
    /// The variable of the environment that holds it.
    #[serde(default)]
    pub(super) env: Option<String>,
    /// The file that holds it, seen from the folder of the configuration's file.
    #[serde(default)]
    pub(super) file: Option<PathBuf>,
    /// How many seconds the secret before stays valid when this one replaces it; 0 ends it at once.
    #[serde(default)]
    pub(super) old_secret_valid_for: u64,
}

/// A client as it is to be.
#[derive(Debug)]
pub(super) struct ClientSaid {
    pub(super) own: ClientOwn,
    pub(super) change: ClientChange,
    /// A secret that is known without a file: that of another server.
    pub(super) given: Option<ClientSecret>,
}

impl ScopeSaid {
    /// Reads an entry, and notes everything that is wrong.
    pub(super) fn read(value: &Value, at: &Place, problems: &mut Vec<String>) -> Option<Self> {
        read(members(value, at, problems)?, at, problems)
    }

    /// It as a new scope; one needs a description.
    pub(super) fn as_new(&self, managed_by: Option<&str>) -> Option<NewScope> {
        Some(NewScope {
            name: self.name.clone(),
            description: self.description.clone()?,
            is_default: self.is_default.unwrap_or_default(),
            managed_by: managed_by.map(str::to_owned),
        })
    }

    /// It as a change of the scope that is there.
    pub(super) fn as_change(&self, managed_by: Option<&str>) -> ScopeChange {
        ScopeChange {
            description: Patch::set_if(self.description.clone()),
            is_default: Patch::set_if(self.is_default),
            managed_by: Patch::set_if(managed_by.map(str::to_owned)),
        }
    }
}

impl ClientSaid {
    /// Reads an entry, and notes everything that is wrong.
    pub(super) fn read(value: &Value, at: &Place, problems: &mut Vec<String>) -> Option<Self> {
        let before = problems.len();
        let (own, rest): (Map<_, _>, Map<_, _>) = members(value, at, problems)?
            .clone()
            .into_iter()
            .partition(|(name, _)| OWN.contains(&name.as_str()));
        if own
            .get("client_secret")
            .is_some_and(|secret| !secret.is_object())
        {
            let what =
                "a secret does not stand here: say where it is, as {env: NAME} or {file: PATH}";
            problems.push(at.member("client_secret").problem(what));
            return None;
        }
        if rest.contains_key("managed_by") {
            let what = "the mark is made by apply, with the name of the configuration";
            problems.push(at.member("managed_by").problem(what));
        }
        let own: Option<ClientOwn> = read(&own, at, problems);
        let change: Option<ClientChange> = read(&rest, at, problems);
        let mut said = Self {
            own: own?,
            change: change?,
            given: None,
        };
        if let Some(secret) = &said.own.client_secret
            && secret.env.is_some() == secret.file.is_some()
        {
            let what = "name either env or file";
            problems.push(at.member("client_secret").problem(what));
        }
        said.ask_for_what_it_may_administer();
        (problems.len() == before).then_some(said)
    }

    /// A service client can use its rights only where it may ask for them: the server assigns them with
    /// the rights, and what the file says of the scope is what is there then.
    fn ask_for_what_it_may_administer(&mut self) {
        if let (Patch::Set(scope), Some(entitled)) =
            (&mut self.change.scope, &self.own.entitled_admin_scopes)
        {
            for name in entitled {
                if !scope.split_whitespace().any(|one| one == name) {
                    scope.push(' ');
                    scope.push_str(name);
                }
            }
            *scope = scope.trim().to_owned();
        }
    }

    /// It as a client that is to be registered.
    pub(super) fn as_new(&self, managed_by: Option<&str>) -> Result<NewClient, Failure> {
        let change = written(&self.change)?;
        let said = change.into_iter().filter(|(_, value)| !value.is_null());
        let mut new: NewClient = serde_json::from_value(Value::Object(said.collect()))
            .map_err(|error| Failure::refused(error.to_string()))?;
        new.client_id = Some(self.own.client_id.clone());
        new.client_type.clone_from(&self.own.client_type);
        new.managed_by = managed_by.map(str::to_owned);
        if let (None, Some(entitled)) = (&new.scope, &self.own.entitled_admin_scopes) {
            new.scope = Some(entitled.join(" "));
        }
        Ok(new)
    }

    /// It as a change of the client that is there.
    pub(super) fn as_change(&self, managed_by: Option<&str>) -> ClientChange {
        ClientChange {
            managed_by: Patch::set_if(managed_by.map(str::to_owned)),
            ..self.change.clone()
        }
    }
}

/// The same with all members in the order of their names, whatever order maps of JSON keep.
pub(super) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<_, _> = members.into_iter().collect();
            let members = members.into_iter();
            Value::Object(members.map(|(name, value)| (name, sorted(value))).collect())
        }
        Value::Array(entries) => entries.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// A document as its members, in the order of their names.
pub(super) fn written(document: &impl Serialize) -> Result<Map<String, Value>, Failure> {
    match serde_json::to_value(document).map(sorted) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Ok(Map::new()),
        Err(error) => Err(Failure::refused(error.to_string())),
    }
}

fn members<'v>(
    value: &'v Value,
    at: &Place,
    problems: &mut Vec<String>,
) -> Option<&'v Map<String, Value>> {
    let members = value.as_object();
    if members.is_none() {
        problems.push(at.problem("it has to consist of names with values"));
    }
    members
}

/// Reads members, each by itself where something is wrong, so that all that is gets named.
fn read<T: DeserializeOwned>(
    members: &Map<String, Value>,
    at: &Place,
    problems: &mut Vec<String>,
) -> Option<T> {
    let error = match T::deserialize(Value::Object(members.clone())) {
        Ok(read) => return Some(read),
        Err(error) => error.to_string(),
    };
    let before = problems.len();
    for (name, value) in members {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        if let Err(error) = T::deserialize(Value::Object(alone)) {
            let error = error.to_string();
            if !error.starts_with(MISSING) {
                problems.push(at.member(name).problem(&spoken(&error)));
            }
        }
    }
    if let Some(name) = error.strip_prefix(MISSING) {
        let name = name.trim_end_matches('`');
        problems.push(at.member(name).problem("it is missing"));
    } else if problems.len() == before {
        problems.push(at.problem(&error));
    }
    None
}

/// What serde says, without the list of all members.
fn spoken(error: &str) -> String {
    match error.strip_prefix(UNKNOWN) {
        Some(rest) => {
            let name = rest.split('`').next().unwrap_or_default();
            format!("there is no member of the name {name}")
        }
        None => error.to_owned(),
    }
}
