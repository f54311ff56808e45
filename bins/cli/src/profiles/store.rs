//! A profile as the store that the client renews tokens in.

use std::fs::File;

use authly_admin_client::{CredentialStore, Credentials, LockedStore, ServerUrl, StoreError};

use super::{ProfileName, Profiles};

/// The credentials of one profile for one server.
#[derive(Debug, Clone)]
pub(crate) struct ProfileStore {
    profiles: Profiles,
    name: ProfileName,
    server: ServerUrl,
}

impl ProfileStore {
    /// The store of a profile, whose credentials are for `server` alone.
    pub(crate) const fn new(profiles: Profiles, name: ProfileName, server: ServerUrl) -> Self {
        Self {
            profiles,
            name,
            server,
        }
    }
}

impl CredentialStore for ProfileStore {
    fn load(&self) -> Result<Option<Credentials>, StoreError> {
        let profile = self.profiles.load(&self.name)?;
        let profile = profile.filter(|profile| profile.server == self.server.as_str());
        Ok(profile.map(|profile| profile.credentials()))
    }

    fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let held = self.profiles.lock(&self.name)?;
        let store = self.clone();
        Ok(Box::new(Locked { store, _held: held }))
    }
}

/// The store while the lock file is held; closing the file frees it.
struct Locked {
    store: ProfileStore,
    _held: File,
}

impl LockedStore for Locked {
    fn load(&self) -> Result<Option<Credentials>, StoreError> {
        self.store.load()
    }

    fn save(&mut self, credentials: &Credentials) -> Result<(), StoreError> {
        let ProfileStore {
            profiles,
            name,
            server,
        } = &self.store;
        match profiles.load(name)? {
            Some(profile) if profile.server == server.as_str() => {
                profiles.save(name, &profile.with(server, credentials))
            }
            // Somebody has logged out meanwhile, or in elsewhere: that stands.
            _ => Ok(()),
        }
    }
}
