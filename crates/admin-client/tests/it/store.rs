//! A store of credentials in memory, with a lock as between processes.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use authly_admin_client::clock::{Clock, SystemClock};
use authly_admin_client::secret::{AccessToken, RefreshToken};
use authly_admin_client::{CredentialStore, Credentials, LockedStore, StoreError};

#[derive(Debug, Default)]
struct Inside {
    credentials: Mutex<Option<Credentials>>,
    is_locked: Mutex<bool>,
    freed: Condvar,
}

/// What several processes share.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryStore(Arc<Inside>);

impl MemoryStore {
    /// Somebody has logged in; the access token ends after this.
    pub(crate) fn logged_in(lifetime: Duration) -> Self {
        let store = Self::default();
        *store.0.credentials.lock().unwrap() = Some(Credentials {
            access_token: Arc::new(AccessToken::new("at.old".to_owned())),
            expires_at: SystemClock.now().plus(lifetime),
            scope: "admin:clients:read".to_owned(),
            refresh_token: Some(Arc::new(RefreshToken::new("rt.old".to_owned()))),
        });
        store
    }

    /// The same, without a refresh token.
    pub(crate) fn without_refresh_token(self) -> Self {
        let mut credentials = self.0.credentials.lock().unwrap();
        credentials.as_mut().unwrap().refresh_token = None;
        drop(credentials);
        self
    }

    /// The tokens that are kept: access and refresh.
    pub(crate) fn tokens(&self) -> (String, String) {
        let kept = self.0.credentials.lock().unwrap();
        let kept = kept.as_ref().unwrap();
        let refresh = kept.refresh_token.as_ref().map(|it| it.expose().to_owned());
        (
            kept.access_token.expose().to_owned(),
            refresh.unwrap_or_default(),
        )
    }
}

impl CredentialStore for MemoryStore {
    fn load(&self) -> Result<Option<Credentials>, StoreError> {
        Ok(self.0.credentials.lock().unwrap().clone())
    }

    fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let locked = self.0.is_locked.lock().unwrap();
        let mut locked = self.0.freed.wait_while(locked, |is| *is).unwrap();
        *locked = true;
        Ok(Box::new(Held(self.clone())))
    }
}

struct Held(MemoryStore);

impl LockedStore for Held {
    fn load(&self) -> Result<Option<Credentials>, StoreError> {
        self.0.load()
    }

    fn save(&mut self, credentials: &Credentials) -> Result<(), StoreError> {
        *self.0.0.credentials.lock().unwrap() = Some(credentials.clone());
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.0.is_locked.lock().unwrap() = false;
        self.0.0.freed.notify_one();
    }
}
