//! Profiles: which server, and what a login there has left. Each is a file of its own, which nobody
//! else may read.

mod private_file;
mod store;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use authly_admin_client::admin::Moment;
use authly_admin_client::secret::{AccessToken, RefreshToken};
use authly_admin_client::{ClientError, Credentials, OAuth, ServerUrl, StoreError, WireSecret};
use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};
use serde::{Deserialize, Serialize};

pub(crate) use self::store::ProfileStore;
use crate::failure::Failure;

/// The name of a profile, which is the name of a file as well.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProfileName(String);

impl ProfileName {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProfileName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.is_empty() || text.len() > 64 || !text.bytes().all(is_allowed) {
            return Err("a profile's name consists of letters, digits, - and _");
        }
        Ok(Self(text.to_owned()))
    }
}

/// What a login has left.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// The server's address: the credentials go nowhere else.
    pub(crate) server: String,
    /// The client that logged in, or through which a person did.
    pub(crate) client_id: String,
    /// How a person logged in.
    #[serde(default, skip_serializing_if = "LoginWay::is_browser")]
    login: LoginWay,
    /// Where a service client's secret is, by which new tokens are got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret_file: Option<PathBuf>,
    access_token: WireSecret,
    expires_at: Moment,
    scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<WireSecret>,
}

/// How a person logged in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LoginWay {
    /// Through a browser, whose session is not ours to end.
    #[default]
    Browser,
    /// With a password, in a session of its own.
    Password,
}

impl LoginWay {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    fn is_browser(&self) -> bool {
        *self == Self::Browser
    }
}

impl Profile {
    /// A login to `server` through `client_id`.
    pub(crate) fn new(server: &ServerUrl, client_id: &str, credentials: &Credentials) -> Self {
        let secret = |text: &str| WireSecret::new(text.to_owned());
        let refresh_token = credentials.refresh_token.as_ref();
        Self {
            server: server.as_str().to_owned(),
            client_id: client_id.to_owned(),
            login: LoginWay::Browser,
            client_secret_file: None,
            access_token: secret(credentials.access_token.expose()),
            expires_at: Moment(credentials.expires_at),
            scope: credentials.scope.clone(),
            refresh_token: refresh_token.map(|token| secret(token.expose())),
        }
    }

    /// The same login, made with a password.
    pub(crate) fn by_password(self) -> Self {
        Self {
            login: LoginWay::Password,
            ..self
        }
    }

    /// Ends the login at the server: its grant with all tokens, and a session of its own. A service
    /// client has neither: its access token ends soon.
    pub(crate) async fn end(&self, oauth: &OAuth) -> Result<(), ClientError> {
        let Some(token) = self.credentials().refresh_token else {
            return Ok(());
        };
        match self.login {
            LoginWay::Browser => oauth.revoke(&self.client_id, &token).await,
            LoginWay::Password => oauth.log_out(&self.client_id, &token).await,
        }
    }

    /// The access token, which may have ended.
    pub(crate) fn access_token(&self) -> AccessToken {
        AccessToken::new(self.access_token.expose().to_owned())
    }

    /// What the client calls with.
    pub(crate) fn credentials(&self) -> Credentials {
        let refresh_token = self.refresh_token.as_ref();
        Credentials {
            access_token: self.access_token().into(),
            expires_at: self.expires_at.0,
            scope: self.scope.clone(),
            refresh_token: refresh_token
                .map(|token| RefreshToken::new(token.expose().to_owned()).into()),
        }
    }

    /// The same login with other credentials.
    fn with(self, server: &ServerUrl, credentials: &Credentials) -> Self {
        Self {
            login: self.login,
            client_secret_file: self.client_secret_file,
            ..Self::new(server, &self.client_id, credentials)
        }
    }
}

/// The folder of the profiles.
#[derive(Debug, Clone)]
pub(crate) struct Profiles {
    folder: PathBuf,
}

impl Profiles {
    /// The folder where this system keeps settings of a person's programs.
    pub(crate) fn of_this_person() -> Result<Self, Failure> {
        let strategy = choose_app_strategy(AppStrategyArgs {
            top_level_domain: "dev".to_owned(),
            author: "authly".to_owned(),
            app_name: "authly".to_owned(),
        });
        let strategy = strategy.map_err(|error| {
            Failure::refused(format!("there is no folder for profiles: {error}"))
        })?;
        Ok(Self {
            folder: strategy.in_config_dir("profiles"),
        })
    }

    /// The profile of this name, if somebody has logged in.
    pub(crate) fn load(&self, name: &ProfileName) -> Result<Option<Profile>, StoreError> {
        let path = self.path(name);
        let Some(text) = private_file::read(&path)? else {
            return Ok(None);
        };
        let profile = serde_json::from_str(&text);
        profile.map(Some).map_err(|error| {
            StoreError::new(format!(
                "{} is damaged: log out and in again",
                path.display()
            ))
            // What is wrong may be a secret: the place has to do.
            .caused_by(format!("line {}, column {}", error.line(), error.column()))
        })
    }

    /// Keeps the profile, in place of the one before. A process that is renewing that one is waited
    /// for: what it has got would else come in place of this.
    pub(crate) fn save(&self, name: &ProfileName, profile: &Profile) -> Result<(), StoreError> {
        let _held = self.lock(name)?;
        self.put(name, profile)
    }

    /// Keeps the profile, for whoever holds its lock.
    fn put(&self, name: &ProfileName, profile: &Profile) -> Result<(), StoreError> {
        let path = self.path(name);
        let unwritable = |error: serde_json::Error| {
            StoreError::new(format!("{} cannot be written", path.display())).caused_by(error)
        };
        let text = serde_json::to_string_pretty(profile).map_err(unwritable)? + "\n";
        private_file::write(&path, &text)
    }

    /// Forgets the profile. A process that is renewing it is waited for: it would else come back.
    pub(crate) fn remove(&self, name: &ProfileName) -> Result<(), StoreError> {
        // The lock stays: somebody may be waiting for it.
        let _held = self.lock(name)?;
        let path = self.path(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(unusable(&path, "cannot be removed", error))
            }
            _ => Ok(()),
        }
    }

    /// The names of all profiles, in order.
    pub(crate) fn names(&self) -> Result<Vec<ProfileName>, StoreError> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unusable(&self.folder, "cannot be read", error)),
        };
        let files = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names = files
            .filter_map(|file| file.strip_suffix(".json")?.parse().ok())
            .collect::<Vec<_>>();
        names.sort();
        Ok(names)
    }

    /// Waits for the lock of a profile, which lasts until the answer is dropped.
    fn lock(&self, name: &ProfileName) -> Result<File, StoreError> {
        let path = self.lock_path(name);
        let unlockable = |error| unusable(&path, "cannot be locked", error);
        let file = private_file::open_lock(&path)?;
        file.lock().map_err(unlockable)?;
        Ok(file)
    }

    fn path(&self, name: &ProfileName) -> PathBuf {
        self.folder.join(format!("{}.json", name.as_str()))
    }

    fn lock_path(&self, name: &ProfileName) -> PathBuf {
        self.folder.join(format!("{}.lock", name.as_str()))
    }
}

fn unusable(path: &Path, what: &str, error: io::Error) -> StoreError {
    StoreError::new(format!("{} {what}", path.display())).caused_by(error)
}
