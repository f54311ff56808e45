//! Applying a seed: everything is checked first, then stored in one transaction.

use std::sync::Arc;

use authly_crypto::opaque;
use authly_crypto::password::PasswordHasher;
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clients::{Client, ClientId};
use authly_domain::id::{ClientKey, UserId};
use authly_domain::scopes::{Scope, ScopeRecord};
use authly_domain::secret::{Password, SecretDigest};
use authly_domain::users::{
    Email, LoginName, PasswordChange, PasswordHash, Profile, Subject, Username,
};
use authly_repositories::users::{NewUser, UserChange};
use authly_repositories::{DbError, Reads, UnitOfWork};

use super::check::check;
use super::clients::client_of;
use super::profile::profile_of;
use super::servers::{PlannedServer, hold};
use super::{Seed, SeedError, SeedScope, SeedUser};
use crate::Context;

/// What a seed did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeedReport {
    /// Scopes in it.
    pub scopes: usize,
    /// Resource servers in it.
    pub resource_servers: usize,
    /// Users in it.
    pub users: usize,
    /// Clients in it.
    pub clients: usize,
}

/// A user, checked.
struct PlannedUser {
    username: Username,
    email: Option<Email>,
    verified: Option<bool>,
    admin: Option<bool>,
    profile: Profile,
    /// The hash for a new user; the key of one who exists.
    account: Account,
}

enum Account {
    New(PasswordHash),
    Present(UserId),
}

/// A client, checked.
pub(super) struct PlannedClient {
    pub(super) client: Client,
    secret: Option<SecretDigest>,
    /// As it is stored now.
    present: Option<Client>,
}

/// Applies seeds.
pub struct Seeder {
    pub(super) context: Context,
    hasher: Arc<PasswordHasher>,
}

impl Seeder {
    /// A seeder that hashes with `hasher`.
    #[must_use]
    pub const fn new(context: Context, hasher: Arc<PasswordHasher>) -> Self {
        Self { context, hasher }
    }

    /// Applies a seed. Doing it again changes nothing but what was changed in between. Several nodes
    /// may do it at once, as when they start on an empty database.
    ///
    /// # Errors
    /// When something is wrong with it, all problems at once; or storage fails. Nothing is stored
    /// then.
    pub async fn apply(&self, seed: &Seed) -> Result<SeedReport, SeedError> {
        match self.try_apply(seed).await {
            // Another node may have stored meanwhile what was found missing: a name that is taken
            // is then the name of a user who is there. A second look tells.
            Err(SeedError::Problems(_)) => self.try_apply(seed).await,
            applied => applied,
        }
    }

    async fn try_apply(&self, seed: &Seed) -> Result<SeedReport, SeedError> {
        let mut problems = Vec::new();
        check(seed, &mut problems);
        let scopes = scopes_of(&seed.scopes, &mut problems);
        let servers = self.servers_of(&seed.resource_servers, &mut problems);
        let mut users = Vec::new();
        for user in &seed.users {
            users.extend(self.user_of(user, &mut problems).await?);
        }
        let mut clients = self.clients_of(seed, &mut problems).await?;
        self.name_registered(&servers, &mut clients, &mut problems)
            .await?;
        self.check_scopes_exist(&scopes, &clients, &mut problems)
            .await?;
        if !problems.is_empty() {
            return Err(SeedError::Problems(problems));
        }
        self.store((&scopes, &servers), &users, &clients).await?;
        Ok(SeedReport {
            scopes: scopes.len(),
            resource_servers: servers.len(),
            users: users.len(),
            clients: clients.len(),
        })
    }

    async fn store(
        &self,
        (scopes, servers): (&[ScopeRecord], &[PlannedServer]),
        users: &[PlannedUser],
        clients: &[PlannedClient],
    ) -> Result<(), SeedError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("seed.apply").await?;
        let mut is_news = !users.is_empty();
        for scope in scopes {
            is_news |= self.store_scope(&work, scope).await?;
        }
        for server in servers {
            is_news |= self.store_server(&work, server).await?;
        }
        hold(&work, clients).await?;
        for user in users {
            self.store_user(&work, user).await?;
        }
        for planned in clients {
            is_news |= self.store_client(&work, planned).await?;
        }
        if !is_news {
            return Ok(());
        }
        let event = self
            .context
            .event(AuditAction::SeedApplied, Actor::Machine, Origin::default())
            .with("scopes", scopes.len())
            .with("resource_servers", servers.len())
            .with("users", users.len())
            .with("clients", clients.len());
        self.context.note(&work, &event).await?;
        Ok(work.commit().await?)
    }

    /// Stores a scope, and answers whether it was another before. A seed does not say whether it is
    /// enabled: one that was disabled stays so.
    async fn store_scope(
        &self,
        work: &UnitOfWork<'_>,
        scope: &ScopeRecord,
    ) -> Result<bool, DbError> {
        let present = work
            .scopes()
            .find(&scope.name)
            .await?
            .map(|found| found.record);
        let is_active = present.as_ref().is_none_or(|present| present.is_active);
        let scope = ScopeRecord {
            is_active,
            ..scope.clone()
        };
        if present.as_ref() == Some(&scope) {
            return Ok(false);
        }
        work.scopes().upsert(&scope, self.context.now()).await?;
        Ok(true)
    }

    /// Stores what differs, and answers whether something does: a client that is as the seed says keeps
    /// its version.
    async fn store_client(
        &self,
        work: &UnitOfWork<'_>,
        planned: &PlannedClient,
    ) -> Result<bool, SeedError> {
        let PlannedClient {
            client,
            secret,
            present,
        } = planned;
        let now = self.context.now();
        let known = present.as_ref().is_some_and(|present| {
            let has = |digest| present.secrets.iter().any(|known| known.digest == digest);
            present == client && secret.is_none_or(has)
        });
        if known {
            return Ok(false);
        }
        for warning in client.warnings() {
            tracing::warn!(client.id = %client.id, "{warning}");
        }
        let stored = work.clients().upsert(client, now).await;
        let key = stored.map_err(|error| match error {
            error if error.violates("clients_entitled_admin_scopes_check") => {
                let what = "client_credentials stays while it is entitled to administer";
                SeedError::Problems(vec![format!("client {}: {what}", client.id)])
            }
            error => error.into(),
        })?;
        work.clients()
            .replace_scopes(key, &client.scope, &client.optional_scope)
            .await?;
        if let Some(digest) = secret {
            work.clients().replace_secrets(key, digest, now).await?;
        }
        Ok(true)
    }

    async fn store_user(&self, work: &UnitOfWork<'_>, user: &PlannedUser) -> Result<(), SeedError> {
        let now = self.context.now();
        match &user.account {
            Account::Present(id) => {
                let change = UserChange {
                    email: user.email.as_ref(),
                    is_verified: user.verified,
                    is_admin: user.admin,
                    profile: &user.profile,
                };
                let changed = work.users().change(*id, &change).await;
                changed.map_err(|error| match error {
                    error if error.violates("users_email_normal_key") => taken(&user.username),
                    error => error.into(),
                })?;
            }
            Account::New(hash) => {
                let subject = UserId::generate(now, &*self.context.entropy);
                let new = NewUser {
                    id: UserId::generate(now, &*self.context.entropy),
                    subject: &Subject::new(subject.as_uuid().to_string()),
                    username: &user.username,
                    email: user.email.as_ref(),
                    is_verified: user.verified.unwrap_or(false),
                    password: Some(hash),
                    password_change: PasswordChange::NotRequired,
                    is_admin: user.admin.unwrap_or(false),
                    profile: &user.profile,
                    created_at: now,
                };
                if !work.users().insert(&new).await? {
                    return Err(taken(&user.username));
                }
            }
        }
        Ok(())
    }

    async fn user_of(
        &self,
        seed: &SeedUser,
        problems: &mut Vec<String>,
    ) -> Result<Option<PlannedUser>, SeedError> {
        let mut problem = |what: &str| problems.push(format!("user {}: {what}", seed.username));
        let username = match seed.username.parse::<Username>() {
            Ok(username) => username,
            Err(why) => {
                problem(&why.to_string());
                return Ok(None);
            }
        };
        let email = seed
            .email
            .as_ref()
            .map(|email| email.parse::<Email>())
            .transpose();
        let Ok(email) = email else {
            problem("the email is malformed");
            return Ok(None);
        };
        let name = LoginName::Username(username.normal_form().to_owned());
        let conn = self.context.db.connect().await?;
        let present = conn.reads().users().find_credentials(&name).await?;
        drop(conn);
        let account = match (present, &seed.password) {
            (Some(present), _) => Account::Present(present.id),
            (None, Some(password)) => {
                let password = Password::new(password.expose().to_owned());
                if let Err(why) = password.check_form() {
                    problem(&why.to_string());
                    return Ok(None);
                }
                Account::New(self.hasher.hash(&password).await?)
            }
            (None, None) => {
                problem("a new user needs a password");
                return Ok(None);
            }
        };
        let (verified, admin, profile) = (seed.verified, seed.admin, profile_of(seed));
        Ok(Some(PlannedUser {
            username,
            email,
            verified,
            admin,
            profile,
            account,
        }))
    }

    async fn clients_of(
        &self,
        seed: &Seed,
        problems: &mut Vec<String>,
    ) -> Result<Vec<PlannedClient>, DbError> {
        let conn = self.context.db.connect().await?;
        let mut planned = Vec::new();
        for one in &seed.clients {
            let present = match one.client_id.parse() {
                Ok(id) => present(conn.reads(), &id).await?,
                Err(_malformed) => None,
            };
            let key = ClientKey::generate(self.context.now(), &*self.context.entropy);
            if let Some(client) = client_of(one, present.as_ref(), key, problems) {
                let secret = one.client_secret.as_ref();
                planned.push(PlannedClient {
                    client,
                    secret: secret.map(|secret| opaque::digest(secret.expose())),
                    present,
                });
            }
        }
        Ok(planned)
    }

    /// Every scope of a client is in the seed or in the catalogue, enabled or not.
    async fn check_scopes_exist(
        &self,
        scopes: &[ScopeRecord],
        clients: &[PlannedClient],
        problems: &mut Vec<String>,
    ) -> Result<(), DbError> {
        let all = clients.iter().fold(Scope::empty(), |all, planned| {
            all.union(&planned.client.scope)
        });
        let conn = self.context.db.connect().await?;
        let stored = conn.reads().scopes().known_of(&all).await?;
        for PlannedClient { client, .. } in clients {
            for name in client.scope.iter() {
                let is_seeded = scopes.iter().any(|scope| &scope.name == name);
                if !is_seeded && !stored.contains(name.as_str()) {
                    problems.push(format!("client {}: there is no scope {name}", client.id));
                }
            }
        }
        Ok(())
    }
}

/// The client of this name with all that it is assigned, disabled scopes too, so that these stay.
async fn present(reads: Reads<'_>, id: &ClientId) -> Result<Option<Client>, DbError> {
    let Some(found) = reads.clients().find(id).await? else {
        return Ok(None);
    };
    let registered = reads.clients().find_registered(found.key).await?;
    Ok(registered.map(|registered| registered.client))
}

fn taken(username: &Username) -> SeedError {
    SeedError::Problems(vec![format!("user {username}: name or email is taken")])
}

fn scopes_of(seed: &[SeedScope], problems: &mut Vec<String>) -> Vec<ScopeRecord> {
    let mut scopes = Vec::new();
    for scope in seed {
        match scope.name.parse() {
            Ok(name) => scopes.push(ScopeRecord {
                name,
                description: scope.description.clone(),
                is_default: scope.default,
                is_active: true,
                is_system: false,
            }),
            Err(why) => problems.push(format!("scope {:?}: {why}", scope.name)),
        }
    }
    scopes
}
