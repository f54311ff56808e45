//! What is read of an export: the members that mean something here.
#![expect(
    clippy::struct_field_names,
    reason = "these are the members of Keycloak's document"
)]

use std::collections::BTreeMap;

use authly_admin_client::WireSecret;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Realm {
    pub(super) realm: String,
    #[serde(default)]
    pub(super) clients: Vec<Client>,
    #[serde(default)]
    pub(super) client_scopes: Vec<ClientScope>,
    #[serde(default)]
    pub(super) users: Vec<User>,
    #[serde(default)]
    pub(super) roles: Roles,
    /// What ID tokens are signed with where a client does not say.
    #[serde(default)]
    pub(super) default_signature_algorithm: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Roles {
    #[serde(default)]
    pub(super) realm: Vec<Value>,
    /// By the client whose they are.
    #[serde(default)]
    pub(super) client: BTreeMap<String, Vec<Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "these are the members of Keycloak's document"
)]
pub(super) struct Client {
    pub(super) client_id: String,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) enabled: Option<bool>,
    #[serde(default)]
    pub(super) protocol: Option<String>,
    #[serde(default)]
    pub(super) bearer_only: bool,
    #[serde(default)]
    pub(super) public_client: bool,
    #[serde(default)]
    pub(super) standard_flow_enabled: Option<bool>,
    #[serde(default)]
    pub(super) implicit_flow_enabled: bool,
    #[serde(default)]
    pub(super) direct_access_grants_enabled: bool,
    #[serde(default)]
    pub(super) service_accounts_enabled: bool,
    #[serde(default)]
    pub(super) consent_required: bool,
    #[serde(default)]
    pub(super) client_authenticator_type: Option<String>,
    #[serde(default)]
    pub(super) secret: Option<WireSecret>,
    #[serde(default)]
    pub(super) root_url: Option<String>,
    #[serde(default)]
    pub(super) base_url: Option<String>,
    #[serde(default)]
    pub(super) frontchannel_logout: bool,
    #[serde(default)]
    pub(super) redirect_uris: Vec<String>,
    #[serde(default)]
    pub(super) default_client_scopes: Vec<String>,
    #[serde(default)]
    pub(super) optional_client_scopes: Vec<String>,
    #[serde(default)]
    pub(super) protocol_mappers: Vec<Mapper>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Value>,
    /// Everything else.
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Mapper {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default, rename = "protocolMapper")]
    pub(super) kind: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientScope {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) protocol: Option<String>,
    #[serde(default)]
    pub(super) protocol_mappers: Vec<Mapper>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) username: String,
    #[serde(default)]
    pub(super) enabled: Option<bool>,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default)]
    pub(super) email_verified: bool,
    #[serde(default)]
    pub(super) first_name: Option<String>,
    #[serde(default)]
    pub(super) last_name: Option<String>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) credentials: Vec<Credential>,
    #[serde(default)]
    pub(super) required_actions: Vec<String>,
    #[serde(default)]
    pub(super) federation_link: Option<String>,
    #[serde(default)]
    pub(super) federated_identities: Vec<Value>,
    #[serde(default)]
    pub(super) service_account_client_id: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub(super) rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credential {
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) secret_data: Option<WireSecret>,
    #[serde(default)]
    pub(super) credential_data: Option<String>,
}

/// The text within `secretData`.
#[derive(Debug, Deserialize)]
pub(super) struct SecretData {
    pub(super) value: WireSecret,
    #[serde(default)]
    pub(super) salt: String,
}

/// The text within `credentialData`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CredentialData {
    #[serde(default)]
    pub(super) hash_iterations: u64,
    #[serde(default)]
    pub(super) algorithm: String,
    #[serde(default)]
    pub(super) additional_parameters: BTreeMap<String, Value>,
}

/// A text, or the first of several: Keycloak has both in attributes and parameters.
pub(super) fn first<'v>(of: &'v BTreeMap<String, Value>, name: &str) -> Option<&'v str> {
    match of.get(name)? {
        Value::String(text) => Some(text),
        Value::Array(texts) => texts.first()?.as_str(),
        _ => None,
    }
}

/// The names of what says anything, but for these.
pub(super) fn saying<'v>(
    of: &'v BTreeMap<String, Value>,
    without: &'v [&str],
) -> impl Iterator<Item = (&'v str, &'v Value)> {
    of.iter()
        .map(|(name, value)| (name.as_str(), value))
        .filter(|(name, value)| !without.contains(name) && says(value))
}

/// Whether a value is none of those by which Keycloak says nothing.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is_on) => *is_on,
        Value::Number(number) => number.as_i64().is_none_or(|number| number > 0),
        Value::String(text) => !["", "false", "-1"].contains(&text.as_str()),
        Value::Array(entries) => entries.iter().any(says),
        Value::Object(members) => members.values().any(says),
    }
}
