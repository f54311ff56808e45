//! Users whom another server had.

use authly_crypto::password::imported_hash;
use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::id::UserId;
use authly_domain::secret::SecretText;
use authly_domain::users::{Email, PasswordChange, PasswordHash, Profile, Subject, Username};
use authly_repositories::users::NewUser;
use authly_repositories::{DbError, UnitOfWork};

use super::{UserAdmin, UserAdminError};

/// A user whom another server had.
#[derive(Debug)]
pub struct ImportedUser {
    /// Their name.
    pub username: Username,
    /// Their address.
    pub email: Option<Email>,
    /// Whether the address is proven.
    pub is_verified: bool,
    /// Whether they may log in.
    pub is_active: bool,
    /// By which name applications know them; made where there is none.
    pub subject: Option<Subject>,
    /// The hash of their password, as the other server has it.
    pub hash: Option<SecretText>,
    /// Whether the password has to be changed at the next login.
    pub change: PasswordChange,
    /// Their claims.
    pub profile: Profile,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// How many users were added.
    pub added: u64,
    /// Which were passed over, by their place in the import, and what of theirs is taken.
    pub skipped: Vec<(usize, TakenBy)>,
}

/// What of a user is another one's already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBy {
    /// The user name.
    Username,
    /// The e-mail address.
    Email,
    /// The subject.
    Subject,
}

/// Something that is wrong about a user of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFlaw {
    /// The place in the import.
    pub at: usize,
    /// The member that is wrong.
    pub member: &'static str,
    /// What is wrong.
    pub what: String,
}

impl UserAdmin {
    /// Adds users with the hashes that another server made, all of them or none. Who is here already, by
    /// name, address or subject, is passed over. Nobody becomes an administrator so. Each one who is added
    /// has an event.
    ///
    /// # Errors
    /// When something is wrong about a user, all of it at once, or storage fails. Nothing is stored then.
    pub async fn import(
        &self,
        users: &[ImportedUser],
        by: &Administrator,
        run: Run,
    ) -> Result<Imported, UserAdminError> {
        let hashes = checked(users)?;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("users.import").await?;
        let mut imported = Imported::default();
        for (at, (user, hash)) in users.iter().zip(&hashes).enumerate() {
            match self.add(&work, user, hash.as_ref()).await? {
                Ok(id) => {
                    let event = self.context.deed(AuditAction::UserImported, by);
                    self.context.note(&work, &event.of_user(id)).await?;
                    imported.added += 1;
                }
                Err(taken) => imported.skipped.push((at, taken)),
            }
        }
        if run == Run::ForReal {
            work.commit().await?;
            tracing::info!(
                admin.user.id = by.user().map(tracing::field::display),
                admin.client.id = by.client().map(tracing::field::display),
                added = imported.added,
                skipped = imported.skipped.len(),
                "users were imported"
            );
        }
        Ok(imported)
    }

    /// Adds a user; answers who it is, or what of theirs is taken.
    async fn add(
        &self,
        work: &UnitOfWork<'_>,
        user: &ImportedUser,
        hash: Option<&PasswordHash>,
    ) -> Result<Result<UserId, TakenBy>, DbError> {
        let (now, entropy) = (self.context.now(), &*self.context.entropy);
        let id = UserId::generate(now, entropy);
        let made = Subject::new(UserId::generate(now, entropy).as_uuid().to_string());
        let new = NewUser {
            id,
            subject: user.subject.as_ref().unwrap_or(&made),
            username: &user.username,
            email: user.email.as_ref(),
            is_verified: user.is_verified,
            password: hash,
            password_change: user.change,
            is_admin: false,
            profile: &user.profile,
            created_at: now,
        };
        let users = work.users();
        if !users.insert(&new).await? {
            let taken = users.taken(&user.username, user.email.as_ref(), id).await?;
            return Ok(Err(match (taken.username, taken.email) {
                (true, _) => TakenBy::Username,
                (false, true) => TakenBy::Email,
                (false, false) => TakenBy::Subject,
            }));
        }
        if !user.is_active
            && let Some(mut account) = users.account(id).await?
        {
            account.is_active = false;
            users.store_account(&account).await?;
        }
        Ok(Ok(id))
    }
}

/// The hashes, once nothing is wrong about any user.
fn checked(users: &[ImportedUser]) -> Result<Vec<Option<PasswordHash>>, UserAdminError> {
    let mut flaws = Vec::new();
    let mut flaw = |at, member, what: String| flaws.push(ImportFlaw { at, member, what });
    let mut hashes = Vec::new();
    for (at, user) in users.iter().enumerate() {
        let hash = user.hash.as_ref().map(|hash| imported_hash(hash.expose()));
        match hash.transpose() {
            Ok(hash) => hashes.push(hash),
            Err(why) => flaw(at, "password_hash", why.to_string()),
        }
        if user.is_verified && user.email.is_none() {
            let what = "there is no e-mail address that could be verified";
            flaw(at, "user/is_verified", what.to_owned());
        }
        if let Err(why) = user.profile.check_proofs() {
            flaw(at, "user/phone_number_verified", why.to_string());
        }
    }
    if flaws.is_empty() {
        Ok(hashes)
    } else {
        Err(UserAdminError::Import(flaws))
    }
}
