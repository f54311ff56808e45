//! What administrators read and change of a user.

use authly_domain::id::UserId;
use authly_domain::users::{Account, Email, PasswordChange, PasswordHash, Subject, Username};

use super::Users;
use super::claims::{profile, profile_values};
use crate::DbError;
use crate::params::{flag, text, uuid};
use crate::row::Columns;

/// The columns that `account` reads, of `users u`.
macro_rules! account_columns {
    () => {
        "u.id, u.subject, u.username, u.email, u.is_verified, u.is_active, u.is_admin,
                   u.requires_password_change, u.last_login_at, u.created_at, u.updated_at,
                   u.version, u.name, u.given_name, u.family_name, u.middle_name, u.nickname,
                   u.profile, u.picture, u.website, u.gender, u.birthdate, u.zoneinfo, u.locale,
                   u.phone_number, u.phone_number_verified, u.address_formatted,
                   u.street_address, u.locality, u.region, u.postal_code, u.country"
    };
}
pub(super) use account_columns;

/// Whether a user name and an address are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Whether another user has the name.
    pub username: bool,
    /// Whether another user has the address.
    pub email: bool,
}

/// A password that an administrator has set.
#[derive(Debug)]
pub struct PasswordReset<'a> {
    /// Its hash.
    pub hash: &'a PasswordHash,
    /// Whether it must be changed at the next login.
    pub change: PasswordChange,
}

impl Users<'_> {
    /// The user with this key.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn account(&self, user: UserId) -> Result<Option<Account>, DbError> {
        const SQL: &str = concat!(
            "-- users.account
            SELECT ",
            account_columns!(),
            "
              FROM users u
             WHERE u.id = $1"
        );
        let row = self.conn.query_opt(SQL, &[uuid(user.as_uuid())]).await?;
        row.map(|row| account(&Columns::of("users", &row)))
            .transpose()
    }

    /// The user with this key, who stays as they are until the unit of work ends. Whoever is about to
    /// make something for them, such as tokens, waits for that; and this waits for whoever did so
    /// before.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock_account(&self, user: UserId) -> Result<Option<Account>, DbError> {
        const SQL: &str = concat!(
            "-- users.lock_account
            SELECT ",
            account_columns!(),
            "
              FROM users u
             WHERE u.id = $1
               FOR UPDATE"
        );
        let row = self.conn.query_opt(SQL, &[uuid(user.as_uuid())]).await?;
        row.map(|row| account(&Columns::of("users", &row)))
            .transpose()
    }

    /// Whether there is an active administrator beside this user.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn has_other_active_administrator(&self, user: UserId) -> Result<bool, DbError> {
        const SQL: &str = "-- users.has_other_active_administrator
            SELECT id FROM users WHERE is_admin AND is_active AND id <> $1 LIMIT 1";
        let row = self.conn.query_opt(SQL, &[uuid(user.as_uuid())]).await?;
        Ok(row.is_some())
    }

    /// Which of these another user than `user` has.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn taken(
        &self,
        username: &Username,
        email: Option<&Email>,
        user: UserId,
    ) -> Result<Taken, DbError> {
        const SQL: &str = "-- users.taken
            SELECT EXISTS (SELECT 1 FROM users WHERE username_normal = $1 AND id <> $3)
                       AS username_is_taken,
                   EXISTS (SELECT 1 FROM users WHERE email_normal = $2 AND id <> $3)
                       AS email_is_taken";
        let params = [
            text(username.normal_form()),
            text(email.map(Email::normal_form)),
            uuid(user.as_uuid()),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        let Some(row) = row else {
            return Ok(Taken {
                username: false,
                email: false,
            });
        };
        let row = Columns::of("users", &row);
        Ok(Taken {
            username: row.get("username_is_taken")?,
            email: row.get("email_is_taken")?,
        })
    }

    /// Stores name, address and claims, the switches and whether a change of password is due, all of
    /// them as they stand in `account`.
    ///
    /// # Errors
    /// `users_username_normal_key` or `users_email_normal_key` where another user has the name or the
    /// address; or when storage fails.
    pub async fn store_account(&self, account: &Account) -> Result<(), DbError> {
        const SQL: &str = "-- users.store_account
            UPDATE users SET
                username = $2, username_normal = $3, email = $4, email_normal = $5,
                is_verified = $6, is_active = $7, is_admin = $8, requires_password_change = $9,
                name = $10, given_name = $11, family_name = $12, middle_name = $13,
                nickname = $14, profile = $15, picture = $16, website = $17, gender = $18,
                birthdate = $19, zoneinfo = $20, locale = $21, phone_number = $22,
                phone_number_verified = coalesce($23, phone_number_verified),
                address_formatted = $24, street_address = $25, locality = $26, region = $27,
                postal_code = $28, country = $29
             WHERE id = $1";
        let own = [
            uuid(account.id.as_uuid()),
            text(account.username.as_str()),
            text(account.username.normal_form()),
            text(account.email.as_ref().map(Email::as_str)),
            text(account.email.as_ref().map(Email::normal_form)),
            flag(account.is_verified),
            flag(account.is_active),
            flag(account.is_admin),
            flag(account.password_change == PasswordChange::Required),
        ];
        let values = profile_values(&account.profile);
        let params: Vec<_> = own.into_iter().chain(values).collect();
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Stores a password that somebody else has made.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn reset_password(
        &self,
        user: UserId,
        to: &PasswordReset<'_>,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- users.reset_password
            UPDATE users
               SET password_hash = $2, password_scheme = $3, requires_password_change = $4,
                   password_version = password_version + 1
             WHERE id = $1";
        let params = [
            uuid(user.as_uuid()),
            text(&to.hash.hash),
            text(to.hash.scheme.as_str()),
            flag(to.change == PasswordChange::Required),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Removes a user with everything of theirs: what hangs on other things of theirs first, so that
    /// no row is looked for twice. The user is locked.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn delete(&self, user: UserId) -> Result<(), DbError> {
        const TOKENS: &str = "-- users.delete (tokens)
            DELETE FROM tokens WHERE user_id = $1";
        const CODES: &str = "-- users.delete (codes)
            DELETE FROM authorization_codes WHERE user_id = $1";
        const GRANTS: &str = "-- users.delete (grants)
            DELETE FROM grants WHERE user_id = $1";
        const SESSIONS: &str = "-- users.delete (sessions)
            DELETE FROM sessions WHERE user_id = $1";
        const USER: &str = "-- users.delete
            DELETE FROM users WHERE id = $1";
        for sql in [TOKENS, CODES, GRANTS, SESSIONS, USER] {
            self.conn.execute(sql, &[uuid(user.as_uuid())]).await?;
        }
        Ok(())
    }
}

/// Reads what `account_columns` selects.
pub(super) fn account(row: &Columns<'_>) -> Result<Account, DbError> {
    let change_is_due: bool = row.get("requires_password_change")?;
    Ok(Account {
        id: UserId::from_uuid(row.uuid("id")?),
        subject: Subject::new(row.get("subject")?),
        username: row.parse("username")?,
        email: row.parse_opt("email")?,
        is_verified: row.get("is_verified")?,
        is_active: row.get("is_active")?,
        is_admin: row.get("is_admin")?,
        password_change: if change_is_due {
            PasswordChange::Required
        } else {
            PasswordChange::NotRequired
        },
        profile: profile(row)?,
        last_login_at: row.time_opt("last_login_at")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        version: row.get("version")?,
    })
}
