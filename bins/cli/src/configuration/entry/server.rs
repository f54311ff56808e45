//! What a configuration says of a resource server.

use authly_admin_client::admin::Patch;
use authly_admin_client::admin::resource_servers::{NewResourceServer, ResourceServerChange};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Place, members, read};

/// A resource server as it is to be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::configuration) struct ServerSaid {
    /// Its identifier (RFC 8707), as it stands in the `aud` of its tokens; it stays.
    pub(in crate::configuration) resource: String,
    /// What people know it as. One that is not there yet needs a name.
    #[serde(default)]
    pub(in crate::configuration) name: Option<String>,
    /// Which clients may ask for tokens for it: `listed_clients` (the default) or `every_client`.
    #[serde(default)]
    pub(in crate::configuration) open_to: Option<String>,
    /// Whether tokens are issued for it at all.
    #[serde(default)]
    pub(in crate::configuration) is_active: Option<bool>,
}

impl ServerSaid {
    /// Reads an entry, and notes everything that is wrong.
    pub(in crate::configuration) fn read(
        value: &Value,
        at: &Place,
        problems: &mut Vec<String>,
    ) -> Option<Self> {
        read(members(value, at, problems)?, at, problems)
    }

    /// It as a new resource server; one needs a name.
    pub(in crate::configuration) fn as_new(
        &self,
        managed_by: Option<&str>,
    ) -> Option<NewResourceServer> {
        Some(NewResourceServer {
            resource: self.resource.clone(),
            name: self.name.clone()?,
            open_to: self.open_to.clone(),
            is_active: self.is_active.filter(|is_active| !is_active),
            managed_by: managed_by.map(str::to_owned),
        })
    }

    /// It as a change of the resource server that is there.
    pub(in crate::configuration) fn as_change(
        &self,
        managed_by: Option<&str>,
    ) -> ResourceServerChange {
        ResourceServerChange {
            name: Patch::set_if(self.name.clone()),
            open_to: Patch::set_if(self.open_to.clone()),
            managed_by: Patch::set_if(managed_by.map(str::to_owned)),
        }
    }
}
