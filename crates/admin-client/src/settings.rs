//! Settings that can be changed while the server runs.

use authly_protocol::admin::settings::{
    Change, ChangeQuery, List, Read, SettingPath, SettingsChange,
};
use authly_protocol::endpoint::NoPath;

use crate::{AdminClient, Call};

impl AdminClient {
    /// The settings: what holds, where it comes from, who changed it.
    pub fn settings(&self) -> Call<'_, List> {
        self.call(&NoPath)
    }

    /// The setting of this name, such as `tokens.code_lifetime`.
    pub fn setting(&self, name: &str) -> Call<'_, Read> {
        let setting = name.to_owned();
        self.call(&SettingPath { setting })
    }

    /// Changes settings on all nodes, all of them or none.
    pub fn change_settings(&self, change: &SettingsChange, how: &ChangeQuery) -> Call<'_, Change> {
        self.call(&NoPath).query(how).body(change)
    }
}
