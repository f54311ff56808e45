//! Looking at users.

use authly_domain::id::{ClientKey, UserId};
use authly_domain::users::{Account, UserFilter, UserOrder, UserPosition};
pub use authly_repositories::consents::StoredConsent as UserConsent;
use authly_repositories::users::UserRow;

use super::{UserAdmin, UserAdminError};
use crate::paging::{CursorError, PageAsked, Paged, Position};

/// Which users are listed, and in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserList {
    /// Which.
    pub filter: UserFilter,
    /// In which order.
    pub order: UserOrder,
}

/// The list of the consents of a user: its cursors are of no use for another's.
#[derive(Debug, Clone, Copy)]
struct ConsentsOf(#[expect(dead_code, reason = "its Debug output names the list")] UserId);

impl UserAdmin {
    /// A page of users.
    ///
    /// # Errors
    /// When the cursor is of another list, or storage fails.
    pub async fn list(
        &self,
        list: &UserList,
        asked: &PageAsked,
    ) -> Result<Paged<Account>, UserAdminError> {
        let after = self.cursors.open(list, asked)?;
        let after = after
            .map(|at| user_position(&list.order, &at))
            .transpose()?;
        let conn = self.context.db.connect().await?;
        let rows = conn
            .reads()
            .users()
            .list(&list.filter, &list.order, after.as_ref(), asked.size)
            .await?;
        let page = self
            .cursors
            .page(list, asked.size, rows, |row| stored(&row.position));
        Ok(page.map(|UserRow { account, .. }| account))
    }

    /// A user.
    ///
    /// # Errors
    /// When there is no such user, or storage fails.
    pub async fn get(&self, user: UserId) -> Result<Account, UserAdminError> {
        let conn = self.context.db.connect().await?;
        let account = conn.reads().users().account(user).await?;
        account.ok_or(UserAdminError::NotFound)
    }

    /// A page of what a user has agreed to, by client.
    ///
    /// # Errors
    /// When there is no such user, the cursor is of another list, or storage fails.
    pub async fn consents(
        &self,
        user: UserId,
        asked: &PageAsked,
    ) -> Result<Paged<UserConsent>, UserAdminError> {
        let list = ConsentsOf(user);
        let after = self.cursors.open(&list, asked)?;
        let after = after.map(|at| client_position(&at)).transpose()?;
        let conn = self.context.db.connect().await?;
        if !conn.reads().users().exists(user).await? {
            return Err(UserAdminError::NotFound);
        }
        let rows = conn
            .reads()
            .consents()
            .of_user(user, after, asked.size.rows_to_read())
            .await?;
        Ok(self.cursors.page(&list, asked.size, rows, |row| {
            vec![Some(row.client.to_string())]
        }))
    }
}

/// A position as a cursor holds it.
fn stored(position: &UserPosition) -> Position {
    let (key, id) = position.to_texts();
    vec![Some(key), Some(id)]
}

/// Reads a position of a list in this order. The cursor was ours, so that it has the right form.
fn user_position(order: &UserOrder, position: &Position) -> Result<UserPosition, CursorError> {
    let [Some(key), Some(id)] = position.as_slice() else {
        return Err(CursorError);
    };
    UserPosition::from_texts(order, key, id).ok_or(CursorError)
}

fn client_position(position: &Position) -> Result<ClientKey, CursorError> {
    let [Some(id)] = position.as_slice() else {
        return Err(CursorError);
    };
    id.parse().map_err(|_odd| CursorError)
}
