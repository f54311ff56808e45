//! Tokens for administrators: looked at, looked up and revoked.

use authly_crypto::opaque;
use authly_domain::admin::{Administrator, Run};
use authly_domain::audit::AuditAction;
use authly_domain::clock::Timestamp;
use authly_domain::grants::Revocation;
use authly_domain::id::{ClientKey, GrantId, TokenId, UserId};
use authly_domain::page::Shown;
use authly_domain::secret::PresentedToken;
use authly_domain::tokens::{TokenDetails, TokenKind, TokenStatus};
use authly_repositories::grants::GrantsToRevoke;
use authly_repositories::tokens::TokensOf;
use authly_repositories::{DbConn, DbError};

use crate::Context;
use crate::grants::end_everywhere;
use crate::paging::{CursorError, Cursors, PageAsked, Paged};
use crate::walk::{Batches, Deed, every_batch};

/// Which tokens a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenFilter {
    /// What they belong to; `None` for any grant or none.
    pub grant: Option<GrantId>,
    /// For whom they stand; `None` for everybody and nobody.
    pub user: Option<UserId>,
    /// Who got them; `None` for every client.
    pub client: Option<ClientKey>,
    /// Access or refresh; `None` for both.
    pub kind: Option<TokenKind>,
    /// Only those that are alive, or all.
    pub shown: Shown,
}

/// By what a token is named.
#[derive(Debug)]
pub enum TokenName {
    /// By its key, which is the `jti` of an access token.
    Id(TokenId),
    /// By its value.
    Value(PresentedToken),
}

/// A token, and whether it counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// The token.
    pub details: TokenDetails,
    /// Whether it counts, and why not.
    pub status: TokenStatus,
}

/// What a client has lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevokedOfClient {
    /// How many grants.
    pub grants: u64,
    /// How many tokens that it had got for itself.
    pub own_tokens: u64,
}

/// Why tokens are not listed or revoked.
#[derive(Debug, thiserror::Error)]
pub enum TokenAdminError {
    /// There is no such token.
    #[error("there is no such token")]
    UnknownToken,
    /// There is no such client.
    #[error("there is no such client")]
    UnknownClient,
    /// The cursor does not belong to the list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// Storage failed.
    #[error("storage failed")]
    Storage(#[from] DbError),
}

/// Looks at tokens, and revokes them.
pub struct TokenAdmin {
    context: Context,
    cursors: Cursors,
}

impl TokenAdmin {
    /// On this storage.
    #[must_use]
    pub const fn new(context: Context, cursors: Cursors) -> Self {
        Self { context, cursors }
    }

    /// A page of tokens, the newest first.
    ///
    /// # Errors
    /// When the cursor is of another list, or storage fails.
    pub async fn list(
        &self,
        filter: &TokenFilter,
        page: &PageAsked,
    ) -> Result<Paged<TokenView>, TokenAdminError> {
        let now = self.context.now();
        let of = owner(filter);
        let conn = self.context.db.connect().await?;
        let tokens = conn.reads().tokens();
        let read = async |before, rows| {
            let details = tokens.list(&of, before, rows).await?;
            Ok(details.into_iter().map(|one| view(one, now)).collect())
        };
        let key = |view: &TokenView| view.details.token.id;
        self.cursors
            .sift(&("tokens", filter), page, read, key, |view| {
                filter.holds(view)
            })
            .await
    }

    /// One token, whatever has become of it.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn get(&self, token: &TokenName) -> Result<TokenView, TokenAdminError> {
        let conn = self.context.db.connect().await?;
        let tokens = conn.reads().tokens();
        let found = match token {
            TokenName::Id(id) => tokens.find(*id).await?,
            TokenName::Value(value) => {
                let digest = opaque::digest(value.expose());
                tokens.find_by_digest(&digest).await?
            }
        };
        let found = found.ok_or(TokenAdminError::UnknownToken)?;
        Ok(view(found, self.context.now()))
    }

    /// Ends a token as its client could (decisions 11): an access token by itself, a refresh token,
    /// a spent one too, with its grant. What had ended before stays as it is.
    ///
    /// # Errors
    /// When there is none, or storage fails.
    pub async fn revoke(
        &self,
        token: &TokenName,
        by: &Administrator,
        run: Run,
    ) -> Result<TokenView, TokenAdminError> {
        let found = self.get(token).await?.details.token;
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("tokens.revoke").await?;
        let (why, now) = (Revocation::ByAdministrator, self.context.now());
        let has_ended = match (found.kind, found.grant) {
            (TokenKind::Refresh, Some(grant)) => work.grants().revoke(grant, why, now).await?,
            (TokenKind::Access | TokenKind::Refresh, _) => {
                work.tokens().revoke_one(found.id, why, now).await?
            }
        };
        let after = work.tokens().find(found.id).await?;
        // It may have been cleaned up in between.
        let after = after.ok_or(TokenAdminError::UnknownToken)?;
        let event = self
            .context
            .deed(AuditAction::TokenRevoked, by)
            .of(found.id.as_uuid())
            .of_client(found.client)
            .of_user(after.user)
            .of_grant(found.grant)
            .with("kind", found.kind.as_str())
            .with("has_ended", has_ended);
        self.context.finish(work, run, event).await?;
        Ok(view(after, now))
    }

    /// Ends every token of a client: its grants, the codes that could still become one, and the
    /// tokens that it got for itself. What users answered on the consent page stays. All of it has ended
    /// when this answers, batch by batch however much it is, each with its event.
    ///
    /// # Errors
    /// When there is no such client, or storage fails. What has ended until then stays ended, and the
    /// rest ends when this is repeated.
    pub async fn revoke_all_of(
        &self,
        client: ClientKey,
        by: &Administrator,
        run: Run,
    ) -> Result<RevokedOfClient, TokenAdminError> {
        let mut conn = self.context.db.connect().await?;
        if !conn.reads().clients().exists(client).await? {
            return Err(TokenAdminError::UnknownClient);
        }
        let batches = Batches {
            context: &self.context,
            run,
            deed: Some(Deed {
                action: AuditAction::TokensOfClientRevoked,
                by,
                user: None,
                client: Some(client),
            }),
        };
        let which = GrantsToRevoke::OfClient(client);
        let revoked = RevokedOfClient {
            grants: end_everywhere(&batches, &mut conn, &which).await?,
            own_tokens: end_own(&batches, &mut conn, client).await?,
        };
        batches.say(revoked.grants, revoked.own_tokens);
        Ok(revoked)
    }
}

/// The narrowest of what the filter names: the rest is looked at row by row.
fn owner(filter: &TokenFilter) -> TokensOf {
    match (filter.grant, filter.user, filter.client) {
        (Some(grant), _, _) => TokensOf::Grant(grant),
        (None, Some(user), _) => TokensOf::User(user),
        (None, None, Some(client)) => TokensOf::Client(client),
        (None, None, None) => TokensOf::All,
    }
}

impl TokenFilter {
    fn holds(&self, view: &TokenView) -> bool {
        let TokenDetails { token, user, .. } = &view.details;
        self.kind.is_none_or(|kind| kind == token.kind)
            && self.user.is_none_or(|of| Some(of) == *user)
            && self.client.is_none_or(|of| of == token.client)
            && (self.shown == Shown::All || view.status == TokenStatus::Alive)
    }
}

fn view(details: TokenDetails, now: Timestamp) -> TokenView {
    let status = details.status(now);
    TokenView { details, status }
}

/// Ends what a client got for itself, each batch by itself.
pub(crate) async fn end_own(
    batches: &Batches<'_>,
    conn: &mut DbConn,
    client: ClientKey,
) -> Result<u64, DbError> {
    let (why, now) = (Revocation::ByAdministrator, batches.context.now());
    let how = ("tokens.revoke_own", batches.run);
    every_batch(conn, how, async |work, after| {
        let tokens = work.tokens();
        let ending = tokens.revoke_batch_of_client(client, why, now, after);
        let done = ending.await?;
        if done.changed > 0 {
            batches.note(work, "own_tokens", done.changed).await?;
        }
        Ok(done)
    })
    .await
}
