//! The first start: the scopes that everything needs, and the first administrator. Doing it again
//! changes nothing.

use std::sync::Arc;

use authly_crypto::password::{PasswordError, PasswordHasher};
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clients::ClientIdError;
use authly_domain::id::UserId;
use authly_domain::scopes::{AdminScope, ParseScopeError, ScopeRecord};
use authly_domain::secret::Password;
use authly_domain::users::{Email, PasswordChange, Profile, Subject, Username};
use authly_repositories::users::NewUser;
use authly_repositories::{DbConn, DbError};

use crate::Context;
use crate::seed::{Seed, SeedClient, SeedError, Seeder};
use crate::users::temporary_password;

/// The `client_id` of the command line, through which people administer.
pub const COMMAND_LINE: &str = "authly-cli";

/// The scopes of OpenID Connect that we serve, with what the consent page says of them.
const OPENID_SCOPES: [(&str, &str); 7] = [
    ("openid", "Know who you are"),
    ("profile", "See your name and profile"),
    ("email", "See your e-mail address"),
    ("phone", "See your telephone number"),
    ("address", "See your postal address"),
    ("profile:write", "Change your name and profile"),
    ("offline_access", "Stay connected while you are away"),
];

/// Why a first start fails.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// A built-in scope has a malformed name.
    #[error("a built-in scope is malformed")]
    Scope(#[from] ParseScopeError),
    /// The administrator's name or address belongs to a user who is no administrator.
    #[error("the administrator's user name or address belongs to somebody else")]
    NameTaken,
    /// The password cannot be hashed.
    #[error("the administrator's password could not be hashed")]
    Password(#[from] PasswordError),
    /// The built-in client has a malformed name.
    #[error("the built-in client is malformed")]
    ClientId(#[from] ClientIdError),
    /// The client of the command line cannot be registered.
    #[error("the client of the command line could not be registered")]
    CommandLine(#[from] SeedError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// The administrator to be made.
#[derive(Debug)]
pub struct NewAdministrator {
    /// Their name.
    pub username: Username,
    /// Their address.
    pub email: Option<Email>,
    /// Their password.
    pub password: Password,
    /// Whether it must be changed at the first login: always, if we made it.
    pub password_change: PasswordChange,
}

/// Does what a first start needs.
pub struct Bootstrap {
    context: Context,
    hasher: Arc<PasswordHasher>,
}

impl Bootstrap {
    /// A bootstrap that hashes with `hasher`.
    #[must_use]
    pub const fn new(context: Context, hasher: Arc<PasswordHasher>) -> Self {
        Self { context, hasher }
    }

    /// Stores the built-in scopes that are missing; those that are there stay as they are.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn ensure_scopes(&self) -> Result<(), BootstrapError> {
        let conn = self.context.db.connect().await?;
        let present = conn.reads().scopes().active().await?;
        for scope in built_in_scopes()? {
            if !present.iter().any(|one| one.name == scope.name) {
                conn.reads()
                    .scopes()
                    .insert_missing(&scope, self.context.now())
                    .await?;
            }
        }
        Ok(())
    }

    /// Registers the client of the command line, or brings it up to date: a native application
    /// without a secret, whose answers go to the machine that it runs on, and whose users are asked
    /// every time (RFC 8252 §8.6). Its name stays what an administrator has made of it.
    ///
    /// # Errors
    /// When it cannot be registered.
    pub async fn ensure_command_line(&self) -> Result<(), BootstrapError> {
        let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        let administration = AdminScope::ALL.iter().map(|scope| scope.as_str());
        let scope = ["openid", "profile", "offline_access"].into_iter();
        let scope = scope.chain(administration).collect::<Vec<_>>();
        let conn = self.context.db.connect().await?;
        let present = conn.reads().clients().find(&COMMAND_LINE.parse()?).await?;
        drop(conn);
        let client = SeedClient {
            client_name: present
                .is_none()
                .then(|| "Authly's command line".to_owned()),
            client_type: Some("public".to_owned()),
            application_type: Some("native".to_owned()),
            token_endpoint_auth_method: Some("none".to_owned()),
            redirect_uris: texts(&["http://127.0.0.1/callback", "http://[::1]/callback"]),
            grant_types: texts(&["authorization_code", "refresh_token"]),
            scope: Some(scope.join(" ")),
            active: Some(true),
            ..SeedClient::named(COMMAND_LINE)
        };
        let seed = Seed {
            clients: vec![client],
            ..Seed::default()
        };
        let seeder = Seeder::new(self.context.clone(), Arc::clone(&self.hasher));
        seeder.apply(&seed).await?;
        let conn = self.context.db.connect().await?;
        conn.reads()
            .clients()
            .protect(&COMMAND_LINE.parse()?)
            .await?;
        Ok(())
    }

    /// Whether there is no administrator yet.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn needs_administrator(&self) -> Result<bool, BootstrapError> {
        let conn = self.context.db.connect().await?;
        Ok(!conn.reads().users().has_administrator().await?)
    }

    /// A password that nobody else knows: more than 128 random bits, in groups that can be typed.
    #[must_use]
    pub fn generate_password(&self) -> Password {
        temporary_password(&*self.context.entropy)
    }

    /// Makes the first administrator, unless another node was faster. Answers whether it was made.
    ///
    /// # Errors
    /// When the name belongs to somebody else, or storage fails.
    pub async fn create_administrator(
        &self,
        administrator: &NewAdministrator,
    ) -> Result<bool, BootstrapError> {
        let hash = self.hasher.hash(&administrator.password).await?;
        let now = self.context.now();
        let entropy = &*self.context.entropy;
        let subject = Subject::new(UserId::generate(now, entropy).as_uuid().to_string());
        let user = NewUser {
            id: UserId::generate(now, entropy),
            subject: &subject,
            username: &administrator.username,
            email: administrator.email.as_ref(),
            is_verified: administrator.email.is_some(),
            password: Some(&hash),
            password_change: administrator.password_change,
            is_admin: true,
            profile: &Profile::default(),
            created_at: now,
        };
        let mut conn = self.context.db.connect().await?;
        if self.store(&mut conn, &user).await? {
            return Ok(true);
        }
        if conn.reads().users().has_administrator().await? {
            return Ok(false);
        }
        Err(BootstrapError::NameTaken)
    }

    async fn store(&self, conn: &mut DbConn, user: &NewUser<'_>) -> Result<bool, DbError> {
        let work = conn.begin("bootstrap.create_administrator").await?;
        work.users().lock_administrators().await?;
        if work.users().has_administrator().await? || !work.users().insert(user).await? {
            return Ok(false);
        }
        let action = AuditAction::AdministratorCreated;
        let event = self
            .context
            .event(action, Actor::Machine, Origin::default())
            .of_user(user.id);
        self.context.note(&work, &event).await?;
        work.commit().await?;
        Ok(true)
    }
}

fn built_in_scopes() -> Result<Vec<ScopeRecord>, ParseScopeError> {
    let openid = OPENID_SCOPES.map(|(name, about)| (name.to_owned(), about.to_owned()));
    let admin = AdminScope::ALL
        .iter()
        .map(|scope| (scope.as_str().to_owned(), scope.about().to_owned()));
    let record = |(name, description): (String, String)| {
        let name = name.parse()?;
        Ok(ScopeRecord {
            name,
            description,
            is_default: false,
            is_active: true,
            is_system: true,
        })
    };
    openid.into_iter().chain(admin).map(record).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_scope_to_read_and_one_to_write_for_each_area() {
        let scopes = built_in_scopes().unwrap();
        let has = |name: &str| scopes.iter().any(|scope| scope.name.as_str() == name);
        assert!(has("openid") && has("admin:keys:write") && has("admin:audit:read"));
        assert_eq!(scopes.len(), 21);
    }
}
