//! `users`.

mod account;
mod claims;
mod list;
mod search;

use authly_domain::clock::Timestamp;
use authly_domain::id::UserId;
use authly_domain::users::{
    Email, LoginName, PasswordChange, PasswordHash, PasswordVersion, Profile, Subject,
    UserCredentials, Username,
};

use uuid::Uuid;

use crate::DbError;
use crate::params::{flag, number, text, time, uuid};
use crate::row::Columns;

pub use account::{PasswordReset, Taken};
use claims::profile_values;
pub(crate) use claims::{user_claims, user_claims_columns};
pub use list::UserRow;

repository! {
    /// People who log in.
    Users
}

/// Under this number nodes wait that make the first administrator. It means nothing else.
const ADMINISTRATORS_LOCK: i64 = 0x6164_6d69_6e73;

/// A user about to be stored.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Their key.
    pub id: UserId,
    /// Their `sub`.
    pub subject: &'a Subject,
    /// Their name.
    pub username: &'a Username,
    /// Their address.
    pub email: Option<&'a Email>,
    /// Whether the address is proven.
    pub is_verified: bool,
    /// Their password; nobody logs in without one.
    pub password: Option<&'a PasswordHash>,
    /// Whether it must be changed at the next login.
    pub password_change: PasswordChange,
    /// Whether they may administer (with a token whose scope says so as well).
    pub is_admin: bool,
    /// Their claims.
    pub profile: &'a Profile,
    /// When.
    pub created_at: Timestamp,
}

/// What a seed says of a user who exists. Absent members stay as they are.
#[derive(Debug)]
pub struct UserChange<'a> {
    /// The address.
    pub email: Option<&'a Email>,
    /// Whether the address is proven.
    pub is_verified: Option<bool>,
    /// Whether they may administer.
    pub is_admin: Option<bool>,
    /// Their claims.
    pub profile: &'a Profile,
}

impl Users<'_> {
    /// What login needs to know of the user of this name or address.
    ///
    /// Where there is none, a row that stands for nobody is read in its place, so that the time it
    /// takes does not tell.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn find_credentials(
        &self,
        name: &LoginName,
    ) -> Result<Option<UserCredentials>, DbError> {
        const BY_USERNAME: &str = "-- users.find_credentials (username)
            (SELECT id, username, email, password_hash, password_scheme,
                    password_version, requires_password_change, is_active, false AS is_nobody
               FROM users
              WHERE username_normal = $1)
            UNION ALL
            (SELECT $2, 'nobody', 'nobody@example.com', repeat('.', 60), 'bcrypt',
                    0, false, false, true)
             ORDER BY is_nobody LIMIT 1";
        const BY_EMAIL: &str = "-- users.find_credentials (email)
            (SELECT id, username, email, password_hash, password_scheme,
                    password_version, requires_password_change, is_active, false AS is_nobody
               FROM users
              WHERE email_normal = $1)
            UNION ALL
            (SELECT $2, 'nobody', 'nobody@example.com', repeat('.', 60), 'bcrypt',
                    0, false, false, true)
             ORDER BY is_nobody LIMIT 1";
        let (sql, normal) = match name {
            LoginName::Username(normal) => (BY_USERNAME, normal),
            LoginName::Email(normal) => (BY_EMAIL, normal),
            LoginName::Nobody => return Ok(None),
        };
        let params = [text(normal), uuid(Uuid::nil())];
        let Some(row) = self.conn.query_opt(sql, &params).await? else {
            return Ok(None);
        };
        let row = Columns::of("users", &row);
        let found = credentials(&row)?;
        let is_nobody: bool = row.get("is_nobody")?;
        Ok((!is_nobody).then_some(found))
    }

    /// What login needs to know of this user.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn credentials_of(&self, user: UserId) -> Result<Option<UserCredentials>, DbError> {
        const SQL: &str = "-- users.credentials_of
            SELECT id, username, email, password_hash, password_scheme,
                   password_version, requires_password_change, is_active
              FROM users
             WHERE id = $1";
        let row = self.conn.query_opt(SQL, &[uuid(user.as_uuid())]).await?;
        row.map(|row| credentials(&Columns::of("users", &row)))
            .transpose()
    }

    /// Whether there is such a user, active or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn exists(&self, user: UserId) -> Result<bool, DbError> {
        const SQL: &str = "-- users.exists
            SELECT id FROM users WHERE id = $1";
        let found = self.conn.query_opt(SQL, &[uuid(user.as_uuid())]).await?;
        Ok(found.is_some())
    }

    /// Whether there is an administrator, active or not.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn has_administrator(&self) -> Result<bool, DbError> {
        const SQL: &str = "-- users.has_administrator
            SELECT id FROM users WHERE is_admin LIMIT 1";
        Ok(self.conn.query_opt(SQL, &[]).await?.is_some())
    }

    /// Makes others who are about to make the first administrator wait until this unit of work ends.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn lock_administrators(&self) -> Result<(), DbError> {
        const SQL: &str = "-- users.lock_administrators
            SELECT pg_advisory_xact_lock($1)";
        self.conn.query(SQL, &[number(ADMINISTRATORS_LOCK)]).await?;
        Ok(())
    }

    /// Stores a user. Answers whether name and address were free.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn insert(&self, user: &NewUser<'_>) -> Result<bool, DbError> {
        const SQL: &str = "-- users.insert
            INSERT INTO users (id, subject, username, username_normal, email, email_normal,
                is_verified, password_hash, password_scheme, requires_password_change, is_admin,
                created_at, updated_at, name, given_name, family_name, middle_name, nickname,
                profile, picture, website, gender, birthdate, zoneinfo, locale, phone_number,
                phone_number_verified, address_formatted, street_address, locality, region,
                postal_code, country)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15, $16,
                $17, $18, $19, $20, $21, $22, $23, $24, $25, coalesce($26, false), $27, $28, $29,
                $30, $31, $32)
            ON CONFLICT DO NOTHING";
        let own = [
            uuid(user.id.as_uuid()),
            text(user.subject.as_str()),
            text(user.username.as_str()),
            text(user.username.normal_form()),
            text(user.email.map(Email::as_str)),
            text(user.email.map(Email::normal_form)),
            flag(user.is_verified),
            text(user.password.map(|password| password.hash.as_str())),
            text(user.password.map(|password| password.scheme.as_str())),
            flag(user.password_change == PasswordChange::Required),
            flag(user.is_admin),
            time(user.created_at.as_date_time()),
        ];
        let values = profile_values(user.profile);
        let params: Vec<_> = own.into_iter().chain(values).collect();
        Ok(self.conn.execute(SQL, &params).await? == 1)
    }

    /// Changes what is present of a user; the rest stays.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn change(&self, user: UserId, change: &UserChange<'_>) -> Result<(), DbError> {
        const SQL: &str = "-- users.change
            UPDATE users SET
                email = coalesce($2, email), email_normal = coalesce($3, email_normal),
                is_verified = coalesce($4, is_verified), is_admin = coalesce($5, is_admin),
                name = coalesce($6, name), given_name = coalesce($7, given_name),
                family_name = coalesce($8, family_name),
                middle_name = coalesce($9, middle_name), nickname = coalesce($10, nickname),
                profile = coalesce($11, profile), picture = coalesce($12, picture),
                website = coalesce($13, website), gender = coalesce($14, gender),
                birthdate = coalesce($15, birthdate), zoneinfo = coalesce($16, zoneinfo),
                locale = coalesce($17, locale), phone_number = coalesce($18, phone_number),
                phone_number_verified = coalesce($19, phone_number_verified),
                address_formatted = coalesce($20, address_formatted),
                street_address = coalesce($21, street_address),
                locality = coalesce($22, locality), region = coalesce($23, region),
                postal_code = coalesce($24, postal_code), country = coalesce($25, country)
             WHERE id = $1";
        let own = [
            uuid(user.as_uuid()),
            text(change.email.map(Email::as_str)),
            text(change.email.map(Email::normal_form)),
            flag(change.is_verified),
            flag(change.is_admin),
        ];
        let values = profile_values(change.profile);
        let params: Vec<_> = own.into_iter().chain(values).collect();
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Stores a new hash of the password that was just found right: an upgrade, unless it was
    /// changed meanwhile.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn upgrade_password(
        &self,
        user: UserId,
        from: &PasswordHash,
        to: &PasswordHash,
    ) -> Result<(), DbError> {
        const SQL: &str = "-- users.upgrade_password
            UPDATE users
               SET password_hash = $3, password_scheme = $4
             WHERE id = $1 AND password_hash = $2";
        let params = [
            uuid(user.as_uuid()),
            text(&from.hash),
            text(&to.hash),
            text(to.scheme.as_str()),
        ];
        self.conn.execute(SQL, &params).await?;
        Ok(())
    }

    /// Stores a new password; a change is then no longer due. Answers its version, or nothing where
    /// there is no such user.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn set_password(
        &self,
        user: UserId,
        to: &PasswordHash,
    ) -> Result<Option<PasswordVersion>, DbError> {
        const SQL: &str = "-- users.set_password
            UPDATE users
               SET password_hash = $2, password_scheme = $3, requires_password_change = false,
                   password_version = password_version + 1
             WHERE id = $1
            RETURNING password_version";
        let params = [
            uuid(user.as_uuid()),
            text(&to.hash),
            text(to.scheme.as_str()),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        row.map(|row| Columns::of("users", &row).get("password_version"))
            .transpose()
            .map(|number| number.map(PasswordVersion::new))
    }

    /// Notes a login, if the user is still active and the password that was found right is still the
    /// present one, however it is hashed by now, and as due for a change as it was. Answers the user's subject where both are so; the row
    /// stays locked until the unit of work ends.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn note_login(
        &self,
        user: UserId,
        compared: (PasswordVersion, PasswordChange),
        now: Timestamp,
    ) -> Result<Option<Subject>, DbError> {
        const SQL: &str = "-- users.note_login
            UPDATE users
               SET last_login_at = $3
             WHERE id = $1 AND password_version = $2 AND requires_password_change = $4
               AND is_active
            RETURNING subject";
        let (version, change) = compared;
        let params = [
            uuid(user.as_uuid()),
            number(version.number()),
            time(now.as_date_time()),
            flag(change == PasswordChange::Required),
        ];
        let row = self.conn.query_opt(SQL, &params).await?;
        row.map(|row| Columns::of("users", &row).get("subject").map(Subject::new))
            .transpose()
    }
}

fn credentials(row: &Columns<'_>) -> Result<UserCredentials, DbError> {
    let password = match (row.get("password_hash")?, row.parse_opt("password_scheme")?) {
        (Some(hash), Some(scheme)) => Some(PasswordHash { scheme, hash }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(row.corrupt("password_scheme")),
    };
    let change_is_due: bool = row.get("requires_password_change")?;
    Ok(UserCredentials {
        id: UserId::from_uuid(row.uuid("id")?),
        username: row.parse("username")?,
        email: row.parse_opt("email")?,
        password,
        password_version: PasswordVersion::new(row.get("password_version")?),
        password_change: if change_is_due {
            PasswordChange::Required
        } else {
            PasswordChange::NotRequired
        },
        is_active: row.get("is_active")?,
    })
}
