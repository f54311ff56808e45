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
                profiles.put(name, &profile.with(server, credentials))
            }
            // Somebody has logged out meanwhile, or in elsewhere: that stands.
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use authly_admin_client::clock::{Clock, SystemClock};
    use authly_admin_client::secret::AccessToken;
    use pretty_assertions::assert_eq;
    use tempfile::TempDir;

    use super::super::Profile;
    use super::*;

    fn credentials(token: &str) -> Credentials {
        Credentials {
            access_token: Arc::new(AccessToken::new(token.to_owned())),
            expires_at: SystemClock.now(),
            scope: "openid".to_owned(),
            refresh_token: None,
        }
    }

    /// A store where somebody has logged in.
    fn store(place: &TempDir) -> ProfileStore {
        let profiles = Profiles {
            folder: place.path().to_owned(),
        };
        let (name, server) = ("default".parse().unwrap(), "https://a.example");
        let store = ProfileStore::new(profiles, name, server.parse().unwrap());
        store.log_in("before");
        store
    }

    impl ProfileStore {
        fn log_in(&self, token: &str) {
            let profile = Profile::new(&self.server, "authly-cli", &credentials(token));
            self.profiles.save(&self.name, &profile).unwrap();
        }

        fn token(&self) -> Option<String> {
            let kept = self.load().unwrap()?;
            Some(kept.access_token.expose().to_owned())
        }
    }

    /// What is kept when `act` comes while another process renews the login.
    fn kept_after(act: impl FnOnce(&ProfileStore) + Send + 'static) -> Option<String> {
        let place = TempDir::new().unwrap();
        let store = store(&place);
        let mut renewing = store.lock().unwrap();
        let acting = store.clone();
        let acting = thread::spawn(move || act(&acting));
        renewing.save(&credentials("renewed")).unwrap();
        drop(renewing);
        acting.join().unwrap();
        store.token()
    }

    #[test]
    fn a_renewal_is_kept() {
        assert_eq!(kept_after(|_nothing| ()).as_deref(), Some("renewed"));
    }

    #[test]
    fn a_login_and_a_logout_stand_whatever_another_process_renews_meanwhile() {
        // Which of the two would come first without the lock is up to the system.
        for _round in 0..20 {
            let kept = kept_after(|store| store.log_in("after"));
            assert_eq!(kept.as_deref(), Some("after"));
            let kept = kept_after(|store| store.profiles.remove(&store.name).unwrap());
            assert_eq!(kept, None);
        }
    }
}
