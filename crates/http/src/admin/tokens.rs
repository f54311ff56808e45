//! `/admin/tokens`, tokens that are named by their value, and the tokens of a client.

use actix_web::web;
use authly_domain::grants::NotAlive;
use authly_domain::page::Shown;
use authly_domain::secret;
use authly_domain::tokens as domain;
use authly_protocol::admin::tokens::{
    self, ShownTokens, Token, TokenKind, TokenStatus, TokenValue,
};
use authly_protocol::admin::{Id, Moment, NamedClient, NamedUser};
use authly_services::tokens::{TokenAdmin, TokenAdminError, TokenFilter, TokenName, TokenView};

use super::paging::{foreign_cursor, page_asked, page_of};
use super::{AdminCall, Answer, Table};
use crate::respond::{AdminProblem, IsUnavailable};

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table
        .with(list)
        .with(get)
        .with(look_up)
        .with(revoke)
        .with(revoke_presented)
        .with(revoke_of_client)
}

/// `GET /admin/tokens`
async fn list(
    call: AdminCall<tokens::List>,
    admin: web::Data<TokenAdmin>,
) -> Result<Answer<tokens::List>, AdminProblem> {
    let query = call.query;
    let filter = TokenFilter {
        grant: query.grant.map(|id| id.0),
        user: query.user.map(|id| id.0),
        client: query.client.map(|id| id.0),
        kind: query.kind.map(|kind| match kind {
            TokenKind::Access => domain::TokenKind::Access,
            TokenKind::Refresh => domain::TokenKind::Refresh,
        }),
        shown: match query.show {
            Some(ShownTokens::Alive) => Shown::Alive,
            Some(ShownTokens::All) | None => Shown::All,
        },
    };
    let asked = page_asked(query.limit, query.cursor)?;
    let page = admin.list(&filter, &asked).await?;
    Ok(Answer::of(page_of(page, token)))
}

/// `GET /admin/tokens/{token}`
async fn get(
    call: AdminCall<tokens::Get>,
    admin: web::Data<TokenAdmin>,
) -> Result<Answer<tokens::Get>, AdminProblem> {
    let view = admin.get(&TokenName::Id(call.path.token.0)).await?;
    Ok(Answer::of(token(&view)))
}

/// `POST /admin/presented-tokens/look-up`
async fn look_up(
    call: AdminCall<tokens::LookUp>,
    admin: web::Data<TokenAdmin>,
) -> Result<Answer<tokens::LookUp>, AdminProblem> {
    let view = admin.get(&presented(&call.body.token)).await?;
    Ok(Answer::of(token(&view)))
}

/// `POST /admin/tokens/{token}/revoke`
async fn revoke(
    call: AdminCall<tokens::Revoke>,
    admin: web::Data<TokenAdmin>,
) -> Result<Answer<tokens::Revoke>, AdminProblem> {
    let (by, run) = (&call.caller.identity, call.run);
    let name = TokenName::Id(call.path.token.0);
    let view = admin.revoke(&name, by, run).await?;
    Ok(Answer::of(token(&view)))
}

/// `POST /admin/presented-tokens/revoke`
async fn revoke_presented(
    call: AdminCall<tokens::RevokePresented>,
    admin: web::Data<TokenAdmin>,
) -> Result<Answer<tokens::RevokePresented>, AdminProblem> {
    let (by, run) = (&call.caller.identity, call.run);
    let name = presented(&call.body.token);
    let view = admin.revoke(&name, by, run).await?;
    Ok(Answer::of(token(&view)))
}

/// `POST /admin/clients/{client}/tokens/revoke`
async fn revoke_of_client(
    call: AdminCall<tokens::RevokeOfClient>,
    admin: web::Data<TokenAdmin>,
) -> Result<Answer<tokens::RevokeOfClient>, AdminProblem> {
    let (by, run) = (&call.caller.identity, call.run);
    let revoked = admin.revoke_all_of(call.path.client.0, by, run).await?;
    Ok(Answer::of(tokens::RevokedTokens {
        grants: revoked.grants,
        own_tokens: revoked.own_tokens,
    }))
}

fn presented(value: &TokenValue) -> TokenName {
    TokenName::Value(secret::PresentedToken::new(value.expose().to_owned()))
}

fn token(view: &TokenView) -> Token {
    let TokenView { details, status } = view;
    let record = &details.token;
    let user = details.user.zip(record.username.as_ref());
    let (status, explanation) = explained(*status);
    Token {
        id: Id(record.id),
        kind: match record.kind {
            domain::TokenKind::Access => TokenKind::Access,
            domain::TokenKind::Refresh => TokenKind::Refresh,
        },
        status,
        explanation: explanation.to_owned(),
        client: NamedClient {
            id: Id(record.client),
            client_id: record.client_id.as_str().to_owned(),
        },
        user: user.map(|(id, username)| NamedUser {
            id: Id(id),
            username: username.as_str().to_owned(),
        }),
        grant: record.grant.map(Id),
        session: record.session.map(Id),
        scope: record.scope.to_string(),
        audience: record.audience.clone(),
        kid: details.kid.as_ref().map(ToString::to_string),
        issued_at: Moment(record.issued_at),
        expires_at: Moment(record.expires_at),
        spent_at: details.spent_at.map(Moment),
        revoked_at: details.revoked.map(|revoked| Moment(revoked.at)),
        revoked_reason: details
            .revoked
            .map(|revoked| revoked.why.as_str().to_owned()),
    }
}

/// Whether a token counts, for programs and for people.
const fn explained(status: domain::TokenStatus) -> (TokenStatus, &'static str) {
    match status {
        domain::TokenStatus::Alive => (TokenStatus::Alive, "It counts."),
        domain::TokenStatus::Expired => (TokenStatus::Expired, "Its time is over."),
        domain::TokenStatus::Spent => (
            TokenStatus::Spent,
            "It was exchanged for its successor, as refresh tokens are.",
        ),
        domain::TokenStatus::Revoked => (TokenStatus::Revoked, "It was revoked by itself."),
        domain::TokenStatus::NotAlive(NotAlive::UserInactive) => {
            (TokenStatus::UserInactive, "Its user is disabled.")
        }
        domain::TokenStatus::NotAlive(NotAlive::ClientInactive) => {
            (TokenStatus::ClientInactive, "Its client is disabled.")
        }
        domain::TokenStatus::NotAlive(NotAlive::GrantRevoked) => (
            TokenStatus::GrantRevoked,
            "Its grant was revoked, and every token of that with it.",
        ),
        domain::TokenStatus::NotAlive(NotAlive::SessionEnded) => (
            TokenStatus::SessionEnded,
            "The session that its grant hangs on has ended.",
        ),
        domain::TokenStatus::NotAlive(NotAlive::KeyRevoked) => (
            TokenStatus::KeyRevoked,
            "The key that signed it was revoked.",
        ),
    }
}

impl From<TokenAdminError> for AdminProblem {
    fn from(error: TokenAdminError) -> Self {
        match error {
            TokenAdminError::UnknownToken => Self::not_found("token"),
            TokenAdminError::UnknownClient => Self::not_found("client"),
            TokenAdminError::Cursor(error) => foreign_cursor(error),
            TokenAdminError::Storage(error) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                Self::storage(is_unavailable, error)
            }
        }
    }
}
