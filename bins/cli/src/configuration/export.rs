//! What is there, as a configuration.

use std::collections::BTreeMap;

use authly_admin_client::admin::settings::SettingSource;
use authly_admin_client::admin::{clients, resource_servers, scopes};
use clap::ValueEnum;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::entry::written;
use super::schema::changeable;
use crate::args::Paging;
use crate::caller::Caller;
use crate::failure::Failure;

/// How a configuration is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Notation {
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
}

/// What a server shows of a client, and no configuration says.
const NOT_SAID: [&str; 9] = [
    "id",
    "client_id",
    "secrets",
    "is_system",
    "managed_by",
    "version",
    "created_at",
    "updated_at",
    "warnings",
];

const ALL: Paging = Paging {
    limit: 0,
    all: true,
};

/// Names with values, in this order.
#[derive(Debug)]
struct Members(Vec<(&'static str, Value)>, Vec<(String, Value)>);

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        for (name, value) in &self.1 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[derive(Debug, Serialize)]
struct Exported {
    configuration: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<Members>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_servers: Vec<Members>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clients: Vec<Members>,
    #[serde(skip_serializing_if = "Members::is_empty")]
    settings: Members,
}

impl Members {
    fn is_empty(&self) -> bool {
        self.0.is_empty() && self.1.is_empty()
    }
}

/// Writes what is there, but for what is the server's own and for secrets.
pub(crate) async fn export(
    name: &str,
    notation: Notation,
    caller: &Caller,
) -> Result<String, Failure> {
    let exported = Exported {
        configuration: name.to_owned(),
        scopes: scopes_of(caller).await?,
        resource_servers: servers_of(caller).await?,
        clients: clients_of(notation, caller).await?,
        settings: settings_of(caller).await?,
    };
    let unwritable = |error: String| Failure::refused(format!("it cannot be written: {error}"));
    match notation {
        Notation::Yaml => {
            serde_saphyr::to_string(&exported).map_err(|error| unwritable(error.to_string()))
        }
        Notation::Toml => toml::to_string(&exported).map_err(|error| unwritable(error.to_string())),
    }
}

async fn scopes_of(caller: &Caller) -> Result<Vec<Members>, Failure> {
    let page = |cursor, size: u32| {
        caller.client.scopes(&scopes::ListQuery {
            limit: Some(u64::from(size)),
            cursor,
            ..scopes::ListQuery::default()
        })
    };
    let all = caller.gather(&ALL, page).await?;
    let ours = all.into_iter().filter(|scope| !scope.is_system);
    let members = ours.map(|scope| {
        let said = vec![
            ("name", scope.name.into()),
            ("description", scope.description.into()),
            ("is_default", scope.is_default.into()),
            ("is_active", scope.is_active.into()),
        ];
        Members(said, Vec::new())
    });
    Ok(members.collect())
}

async fn servers_of(caller: &Caller) -> Result<Vec<Members>, Failure> {
    let page = |cursor, size: u32| {
        caller
            .client
            .resource_servers(&resource_servers::ListQuery {
                limit: Some(u64::from(size)),
                cursor,
                ..resource_servers::ListQuery::default()
            })
    };
    let all = caller.gather(&ALL, page).await?;
    let members = all.into_iter().map(|server| {
        let said = vec![
            ("resource", server.resource.into()),
            ("name", server.name.into()),
            ("open_to", server.open_to.into()),
            ("is_active", server.is_active.into()),
        ];
        Members(said, Vec::new())
    });
    Ok(members.collect())
}

async fn clients_of(notation: Notation, caller: &Caller) -> Result<Vec<Members>, Failure> {
    let page = |cursor, size: u32| {
        caller.client.clients(&clients::ListQuery {
            limit: Some(u64::from(size)),
            cursor,
            ..clients::ListQuery::default()
        })
    };
    let all = caller.gather(&ALL, page).await?;
    let ours = all.into_iter().filter(|client| !client.is_system);
    let members = ours.map(|client| {
        let mut said: BTreeMap<_, _> = written(&client)?
            .into_iter()
            .filter(|(name, _)| !NOT_SAID.contains(&name.as_str()))
            .collect();
        // What has no value is said as well, or it would not be noticed when it is given one. TOML has no
        // word for it.
        if notation == Notation::Yaml {
            for name in changeable() {
                said.entry(name).or_insert(Value::Null);
            }
        }
        if !client
            .grant_types
            .iter()
            .any(|one| one == "client_credentials")
        {
            said.remove("entitled_admin_scopes");
        }
        Ok(Members(
            vec![("client_id", client.client_id.into())],
            said.into_iter().collect(),
        ))
    });
    members.collect()
}

async fn settings_of(caller: &Caller) -> Result<Members, Failure> {
    let all = caller.client.settings().await?.items;
    let stored = all
        .into_iter()
        .filter(|setting| setting.source == SettingSource::Stored);
    let members = stored.map(|setting| {
        let value = serde_json::to_value(&setting.value).unwrap_or_default();
        (setting.name, value)
    });
    Ok(Members(Vec::new(), members.collect()))
}
