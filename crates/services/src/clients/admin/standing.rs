//! Whether a client may do anything, and what ends with it.

use authly_domain::admin::Run;
use authly_domain::audit::{AuditAction, AuditEvent};
use authly_domain::clients::RegisteredClient;
use authly_domain::id::ClientKey;
use authly_repositories::clients::Activity;
use authly_repositories::grants::GrantsToRevoke;
use authly_repositories::{DbConn, DbError, UnitOfWork};

use super::{Aim, ClientAdmin, ClientAdminError};
use crate::grants::{end_everywhere, forget_consents};
use crate::tokens::end_own;
use crate::walk::Batches;

impl ClientAdmin {
    /// Disables a client. From the commit on nothing of its counts, since every path asks whether it is
    /// active; that its grants and tokens are revoked as well keeps them from coming back when it is
    /// enabled again. They may be many, so that this happens in batches afterwards.
    ///
    /// # Errors
    /// When there is no such client, it has another version, the server depends on it, it is the caller,
    /// or storage fails.
    pub async fn disable(&self, aim: Aim<'_>) -> Result<RegisteredClient, ClientAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("clients.disable").await?;
        let found = removable(aim, self.aimed_at(&work, aim).await?)?;
        let changed = if found.client.is_active {
            let clients = work.clients();
            clients.set_activity(aim.client, Activity::Disabled).await?;
            self.end_codes(&work, aim.client).await?;
            self.present(&work, aim.client).await?
        } else {
            found
        };
        self.finish(work, aim, AuditAction::ClientDisabled).await?;
        if aim.run == Run::ForReal {
            self.revoke_all(&mut conn, aim.client).await?;
        }
        Ok(changed)
    }

    /// Lets a client work again. Whatever it had before it was disabled stays revoked.
    ///
    /// # Errors
    /// When there is no such client, it has another version, or storage fails.
    pub async fn enable(&self, aim: Aim<'_>) -> Result<RegisteredClient, ClientAdminError> {
        let mut conn = self.context.db.connect().await?;
        if aim.run == Run::ForReal {
            let found = conn.reads().clients().find_registered(aim.client).await?;
            if found.is_some_and(|found| !found.client.is_active) {
                // What a node that died while it disabled the client has left.
                self.revoke_all(&mut conn, aim.client).await?;
            }
        }
        let work = conn.begin("clients.enable").await?;
        let found = self.aimed_at(&work, aim).await?;
        let changed = if found.client.is_active {
            found
        } else {
            // One that was made while the client was being disabled.
            self.end_codes(&work, aim.client).await?;
            let clients = work.clients();
            clients.set_activity(aim.client, Activity::Enabled).await?;
            self.present(&work, aim.client).await?
        };
        self.finish(work, aim, AuditAction::ClientEnabled).await?;
        Ok(changed)
    }

    /// Removes a client with everything of its. It is disabled first, which ends all access at once;
    /// then its tokens, its grants and what users answered to it go in batches, and the client last.
    /// The first and the last step have an event of their own, each as it is done.
    ///
    /// # Errors
    /// When there is no such client, it has another version, the server depends on it, it is the caller,
    /// or storage fails. Where that happens on the way the client is left disabled, and can be deleted
    /// again.
    pub async fn delete(&self, aim: Aim<'_>) -> Result<(), ClientAdminError> {
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("clients.delete").await?;
        let found = removable(aim, self.aimed_at(&work, aim).await?)?;
        if aim.run == Run::Dry {
            return Ok(());
        }
        if found.client.is_active {
            self.end_access(&work, aim.client).await?;
            self.finish(work, aim, AuditAction::ClientDisabled).await?;
        } else {
            drop(work);
        }
        let event = self.context.deed(AuditAction::ClientDeleted, aim.by);
        let event = event.of_client(aim.client);
        Ok(self.remove(&mut conn, aim.client, event).await?)
    }

    /// Ends all access of a client that is to be removed.
    pub(crate) async fn end_access(
        &self,
        work: &UnitOfWork<'_>,
        client: ClientKey,
    ) -> Result<(), DbError> {
        let clients = work.clients();
        clients.set_activity(client, Activity::Disabled).await?;
        self.end_codes(work, client).await
    }

    /// Removes a client whose access has ended, with everything of its, in batches; the last one writes
    /// down that it is gone.
    pub(crate) async fn remove(
        &self,
        conn: &mut DbConn,
        client: ClientKey,
        event: AuditEvent,
    ) -> Result<(), DbError> {
        let clients = conn.reads().clients();
        while clients.remove_tokens(client).await? > 0 {}
        while clients.remove_grants(client).await? > 0 {}
        let which = GrantsToRevoke::OfClient(client);
        forget_consents(&self.unsaid(), conn, &which).await?;
        let work = conn.begin("clients.delete").await?;
        if !work.clients().delete(client).await? {
            // Somebody else was faster, and has said so.
            return Ok(());
        }
        self.context.finish(work, Run::ForReal, event).await
    }

    /// Ends the codes of a client that could still become tokens. A redemption that is under way is
    /// waited for.
    async fn end_codes(&self, work: &UnitOfWork<'_>, client: ClientKey) -> Result<(), DbError> {
        let codes = work.authorization_codes();
        let now = self.context.now();
        codes.end_unredeemed(None, Some(client), now).await?;
        Ok(())
    }

    /// Revokes every grant and token of a client.
    async fn revoke_all(&self, conn: &mut DbConn, client: ClientKey) -> Result<(), DbError> {
        let which = GrantsToRevoke::OfClient(client);
        end_everywhere(&self.unsaid(), conn, &which).await?;
        end_own(&self.unsaid(), conn, client).await?;
        Ok(())
    }

    /// What ends with a client is what its event says.
    const fn unsaid(&self) -> Batches<'_> {
        Batches {
            context: &self.context,
            run: Run::ForReal,
            deed: None,
        }
    }
}

/// Refuses to end what the server depends on, and the caller itself.
fn removable(aim: Aim<'_>, client: RegisteredClient) -> Result<RegisteredClient, ClientAdminError> {
    if client.is_system {
        return Err(ClientAdminError::Protected);
    }
    if aim.by.is_client(aim.client) {
        return Err(ClientAdminError::OwnRights);
    }
    Ok(client)
}
