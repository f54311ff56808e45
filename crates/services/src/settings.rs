//! Settings that an administrator changes while the server runs. They are stored, stand above what
//! the server was told at its start, and are in force on every node within two seconds.
//!
//! To add one: its declaration in `authly_domain::settings::live`, its line in `catalogue`, and a
//! policy that is asked for when it is needed, not kept. A test changes each of them and looks at two
//! nodes.

mod catalogue;
mod change;
mod effective;
mod list;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use authly_domain::settings::Misfit;
use authly_repositories::DbError;
use authly_repositories::settings::StoredSettings;
pub use authly_repositories::settings::{SettingChanger as Changer, StoredSetting};

pub use change::{ChangeError, Force, SettingsChange, WrongValue};
pub use list::{SettingState, SettingsList, Source};

use self::effective::Effective;
use crate::Context;
use crate::policy::{LivePolicies, Policies};
use crate::watch::watch;

/// Where a value that a node was told at its start comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The settings file.
    File(String),
    /// A variable.
    Variable(String),
    /// A flag.
    Flag(String),
}

/// Where values come from that are not the defaults, by the settings' names.
pub type Origins = BTreeMap<String, Origin>;

/// What a node goes by.
struct Held {
    version: i64,
    stored: usize,
    ignored: BTreeMap<String, Misfit>,
}

/// What a node goes by, for its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSettings {
    /// The version of the settings.
    pub version: i64,
    /// How many are stored.
    pub stored: usize,
    /// Names of those that do not fit what else the node was told.
    pub ignored: Vec<String>,
}

/// The settings of a node.
pub struct SettingsService {
    context: Context,
    /// What the node was told at its start.
    base: Policies,
    origins: Origins,
    policies: LivePolicies,
    held: ArcSwap<Held>,
    /// Whose turn it is to put something in force: with two at once, the policies of one could stay
    /// beside the version of the other, and no node looks again while its version is the stored one.
    turn: Mutex<()>,
}

impl SettingsService {
    /// Reads what is stored. `base` is what the node was told at its start, from `origins`.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn open(context: Context, base: Policies, origins: Origins) -> Result<Self, DbError> {
        let service = Self {
            policies: LivePolicies::new(base.clone()),
            context,
            base,
            origins,
            held: ArcSwap::from_pointee(Held {
                version: 0,
                stored: 0,
                ignored: BTreeMap::new(),
            }),
            turn: Mutex::new(()),
        };
        let conn = service.context.db.connect().await?;
        let stored = conn.reads().settings().all().await?;
        service.adopt(&stored);
        Ok(service)
    }

    /// The policies in force.
    #[must_use]
    pub fn policies(&self) -> LivePolicies {
        self.policies.clone()
    }

    /// What this node goes by.
    #[must_use]
    pub fn held(&self) -> HeldSettings {
        let held = self.held.load();
        HeldSettings {
            version: held.version,
            stored: held.stored,
            ignored: held.ignored.keys().cloned().collect(),
        }
    }

    /// Reads what is stored anew if it has changed since; one round trip if not.
    ///
    /// # Errors
    /// When storage fails: then what was in force stays so.
    pub async fn refresh(&self) -> Result<(), DbError> {
        let conn = self.context.db.connect().await?;
        let version = conn.reads().settings().version().await?;
        if version != self.held.load().version {
            self.adopt(&conn.reads().settings().all().await?);
            tracing::info!(settings.version = version, "settings have changed");
        }
        Ok(())
    }

    /// Refreshes for ever, once a second. A failure is said once; what was in force stays so.
    pub async fn watch(&self) {
        let complaint = "the settings could not be checked for changes";
        watch(complaint, || self.refresh()).await;
    }

    /// Puts what is stored in force.
    fn adopt(&self, stored: &StoredSettings) {
        let Effective { policies, ignored } = effective::effective(&self.base, &stored.values());
        for (name, why) in &ignored {
            tracing::warn!(setting = name, why, "a stored setting does not hold here");
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.policies.replace(policies);
        self.held.store(Arc::new(Held {
            version: stored.version,
            stored: stored.settings.len(),
            ignored,
        }));
    }
}
