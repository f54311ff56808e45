//! Users and their sessions.

use authly_domain::id::SessionId;
use tokio_postgres::Row;

use super::Stored;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUser {
    /// The name.
    pub username: String,
    /// The address.
    pub email: Option<String>,
    /// Whether they may administer.
    pub is_admin: bool,
    /// Whether a change of password is due.
    pub requires_password_change: bool,
    /// Whether they have logged in.
    pub has_logged_in: bool,
    /// The password's hash, for comparison before and after.
    pub password_hash: Option<String>,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// Its key.
    pub id: SessionId,
    /// What is left of the login.
    pub pending_steps: Vec<String>,
    /// Why it ended.
    pub ended_reason: Option<String>,
}

impl Stored<'_> {
    /// The users by name.
    pub async fn users(&self) -> Vec<StoredUser> {
        let sql = "SELECT username, email, is_admin, requires_password_change,
                          last_login_at IS NOT NULL AS has_logged_in, password_hash
                     FROM users
                    ORDER BY username";
        let user = |row: &Row| StoredUser {
            username: row.get("username"),
            email: row.get("email"),
            is_admin: row.get("is_admin"),
            requires_password_change: row.get("requires_password_change"),
            has_logged_in: row.get("has_logged_in"),
            password_hash: row.get("password_hash"),
        };
        self.query(sql, &[]).await.iter().map(user).collect()
    }

    /// The user of this name.
    pub async fn user(&self, username: &str) -> Option<StoredUser> {
        let users = self.users().await;
        users.into_iter().find(|user| user.username == username)
    }

    /// The claim `name` of the user of this name.
    pub async fn name_of(&self, username: &str) -> Option<String> {
        let sql = "SELECT name FROM users WHERE username = $1";
        let rows = self.query(sql, &[&username]).await;
        rows.first().and_then(|row| row.get("name"))
    }

    /// Telephone number, whether it is proven, street, postal code, town, region and country of the
    /// user of this name.
    pub async fn contact_of(&self, username: &str) -> Vec<Option<String>> {
        let sql = "SELECT phone_number, phone_number_verified::text, street_address, postal_code,
                          locality, region, country
                     FROM users
                    WHERE username = $1";
        let rows = self.query(sql, &[&username]).await;
        let row = rows.first().expect("the user is there");
        (0..row.len()).map(|column| row.get(column)).collect()
    }

    /// The names of those who may administer and are not disabled.
    pub async fn active_administrators(&self) -> Vec<String> {
        let sql = "SELECT username FROM users WHERE is_admin AND is_active ORDER BY username";
        let rows = self.query(sql, &[]).await;
        rows.iter().map(|row| row.get("username")).collect()
    }

    /// The sessions of the user of this name, the oldest first.
    pub async fn sessions_of(&self, username: &str) -> Vec<StoredSession> {
        let sql = "SELECT s.id, s.pending_steps, s.ended_reason
                     FROM sessions s
                     JOIN users u ON u.id = s.user_id
                    WHERE u.username = $1
                    ORDER BY s.created_at, s.id";
        let session = |row: &Row| StoredSession {
            id: SessionId::from_uuid(row.get("id")),
            pending_steps: row.get("pending_steps"),
            ended_reason: row.get("ended_reason"),
        };
        let rows = self.query(sql, &[&username]).await;
        rows.iter().map(session).collect()
    }
}
