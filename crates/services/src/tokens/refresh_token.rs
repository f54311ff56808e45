//! `grant_type=refresh_token` (OAuth 2.1 §4.3; decisions 3 to 6): four round trips, `BEGIN` and
//! `COMMIT` counted.

use authly_crypto::{opaque, seal};
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::clients::Client;
use authly_domain::clock::Timestamp;
use authly_domain::grants::Revocation;
use authly_domain::scopes::{Resource, Scope};
use authly_domain::secret::RefreshToken;
use authly_domain::tokens::{NewAccessToken, RefreshRequest, RefreshTokenRecord, Rotation};
use authly_repositories::tokens::Rotated;
use authly_repositories::{DbError, UnitOfWork};

use super::id_token::IdOrder;
use super::issue::{AccessOrder, OnBehalfOf, still_allowed};
use super::service::Attempt;
use super::{InvalidGrant, IssuedTokens, RefreshTokenGrant, TokenError, TokenService, facts};

pub(super) async fn rotate(
    service: &TokenService,
    client: &Client,
    asked: &RefreshTokenGrant,
    from: &Origin,
) -> Result<Attempt<IssuedTokens>, TokenError> {
    let now = service.context.now();
    let presented = &asked.refresh_token;
    let mut conn = service.context.db.connect().await?;
    let work = conn.begin("tokens.rotate").await?;
    let digest = opaque::digest(presented.expose());
    let record = work.refresh_tokens().lock_by_digest(&digest).await?;
    let record = record.ok_or(InvalidGrant::UnknownRefreshToken)?;
    if record.client == client.key && record.client_version != client.version {
        return Ok(Attempt::StaleClient);
    }

    let request = RefreshRequest {
        client: client.key,
        scope: asked.scope.as_ref(),
        resources: &asked.resources,
    };
    let exchange = Exchange {
        service,
        client,
        record: &record,
        presented,
        now,
    };
    match record.plan_rotation(&request, now, service.rotation_window()) {
        Rotation::Proceed { scope, resources } => {
            let made = exchange.make_tokens(&work, &scope, &resources).await?;
            let (access, mut tokens) = made;
            tokens.refresh_token = exchange.replace(&work, access).await?;
            work.commit().await?;
            Ok(Attempt::Done(tokens))
        }
        Rotation::RepeatSuccessor {
            sealed,
            scope,
            resources,
        } => {
            let successor =
                seal::open_successor(presented, &sealed).map_err(|_source| DbError::Corrupt {
                    table: "tokens",
                    column: "successor_sealed",
                })?;
            let made = exchange.make_tokens(&work, &scope, &resources).await?;
            let (access, mut tokens) = made;
            work.access_tokens().insert(&access).await?;
            work.commit().await?;
            tokens.refresh_token = Some(successor);
            Ok(Attempt::Done(tokens))
        }
        Rotation::Reused => {
            revoke_reused(service, work, &record, from, now).await?;
            let why = InvalidGrant::RefreshTokenReuse {
                grant: record.grant,
            };
            let facts = facts::of_reuse(&record, now);
            Err(TokenError::InvalidGrant(why, facts.into()))
        }
        Rotation::Refused(reason) => Err(facts::of_refresh(&record, reason, asked, now)),
    }
}

/// A refresh token that is exchanged.
struct Exchange<'a> {
    service: &'a TokenService,
    client: &'a Client,
    record: &'a RefreshTokenRecord,
    presented: &'a RefreshToken,
    now: Timestamp,
}

impl Exchange<'_> {
    /// The new access token's row, and the answer, still without a refresh token.
    async fn make_tokens(
        &self,
        work: &UnitOfWork<'_>,
        scope: &Scope,
        resources: &[Resource],
    ) -> Result<(NewAccessToken, IssuedTokens), TokenError> {
        let (maker, client) = (&self.service.issuer, self.client);
        let scope = &still_allowed(client, scope)?;
        let audience = &self.service.audience(work, client, resources).await?;
        let user = on_behalf_of(self.record);
        let order = AccessOrder {
            client,
            user: Some(user),
            scope: scope.clone(),
            audience,
        };
        let (access_token, access) = maker.access_token(order, self.now)?;
        let id_order = IdOrder {
            client,
            user,
            scope,
            sid: self
                .record
                .session
                .map(|session| maker.sid(session, self.record.pairwise_subject.as_ref())),
            nonce: None,
            claims: &self.record.claims,
            access_token: &access_token,
        };
        let id_token = maker.id_token(&id_order, self.now)?;
        let tokens = IssuedTokens {
            access_token,
            expires_in: access.expires_at.since(self.now),
            scope: scope.clone(),
            refresh_token: None,
            id_token,
        };
        Ok((access, tokens))
    }

    /// Spends the token and stores its successor, or keeps it where its client does not rotate:
    /// then there is no new one to hand out.
    async fn replace(
        &self,
        work: &UnitOfWork<'_>,
        access: NewAccessToken,
    ) -> Result<Option<RefreshToken>, TokenError> {
        let (maker, record, now) = (&self.service.issuer, self.record, self.now);
        let began = record.grant_created_at;
        let stored = if self.client.rotates_refresh_tokens() {
            let granted = (&record.scope, record.resources.as_slice());
            let user = on_behalf_of(record);
            let (value, successor) = maker.refresh_token(&user, self.client, granted, began, now);
            let sealed = seal::seal_successor(self.presented, &value, &*maker.entropy);
            let rotated = Rotated {
                access,
                successor,
                sealed,
            };
            work.refresh_tokens()
                .replace(record, &rotated, now)
                .await?
                .then_some(Some(value))
        } else {
            let end = maker.refresh_token_end(self.client, began, now);
            work.refresh_tokens()
                .keep(record.id, &access, end)
                .await?
                .then_some(None)
        };
        // The row is locked and was live, so one of the two has stored something.
        stored.ok_or_else(|| InvalidGrant::UnknownRefreshToken.into())
    }
}

fn on_behalf_of(record: &RefreshTokenRecord) -> OnBehalfOf<'_> {
    OnBehalfOf {
        user: record.user,
        subject: &record.claims.user.subject,
        grant: record.grant,
        authentication: &record.authentication,
    }
}

/// Ends the grant of a token that was spent before (RFC 9700 §4.14.2): the commit outlives the
/// refusal.
async fn revoke_reused(
    service: &TokenService,
    work: UnitOfWork<'_>,
    record: &RefreshTokenRecord,
    from: &Origin,
    now: Timestamp,
) -> Result<(), TokenError> {
    if work
        .grants()
        .revoke(record.grant, Revocation::RefreshTokenReuse, now)
        .await?
    {
        let actor = Actor::Client(record.client);
        let event = service
            .context
            .event(AuditAction::RefreshTokenReuse, actor, from.clone())
            .of_user(record.user)
            .of_client(record.client)
            .of_grant(record.grant)
            .of_session(record.session)
            .refused();
        service.context.note(&work, &event).await?;
    }
    work.commit().await?;
    Ok(())
}
