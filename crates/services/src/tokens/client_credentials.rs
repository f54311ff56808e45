//! `grant_type=client_credentials` (OAuth 2.1 §4.2): one write, shared with whoever asks at the
//! same moment.

use authly_domain::clients::{Client, ClientType, GrantType};
use authly_domain::refusals::Facts;
use authly_domain::scopes::Scope;
use authly_repositories::tokens::Written;

use super::issue::AccessOrder;
use super::service::Attempt;
use super::{ClientCredentialsGrant, InvalidScope, IssuedTokens, TokenError, TokenService, facts};

pub(super) async fn issue(
    service: &TokenService,
    client: &Client,
    asked: &ClientCredentialsGrant,
) -> Result<Attempt<IssuedTokens>, TokenError> {
    if client.client_type != ClientType::Confidential {
        let facts = Facts::default().more("Client credentials are for confidential clients.");
        let grant = GrantType::ClientCredentials;
        return Err(TokenError::GrantNotAllowed(grant, facts.into()));
    }
    let scope = scope_of(client, asked.scope.as_ref())?;
    let audience = service.own_audience(client, &asked.resources).await?;
    let order = AccessOrder {
        client,
        user: None,
        scope: scope.clone(),
        audience: &audience,
    };
    let now = service.context.now();
    let (access_token, row) = service.issuer.access_token(order, now)?;
    let expires_in = row.expires_at.since(now);
    match service.writer.store(row, client.version).await? {
        Written::ClientChanged => Ok(Attempt::StaleClient),
        Written::Stored => Ok(Attempt::Done(IssuedTokens {
            access_token,
            expires_in,
            scope,
            refresh_token: None,
            id_token: None,
        })),
    }
}

/// What a client gets for itself: what it asked for, else its defaults. Scopes that speak of a user
/// make no sense without one.
fn scope_of(client: &Client, asked: Option<&Scope>) -> Result<Scope, TokenError> {
    let possible = client.scope.without_identity();
    match asked {
        Some(asked) if possible.covers(asked) => Ok(asked.clone()),
        Some(asked) => Err(facts::other_scope(
            InvalidScope::NotAllowed,
            &possible,
            asked,
        )),
        None => {
            let defaults = client.default_scope.without_identity();
            if defaults.is_empty() && !possible.is_empty() {
                // OAuth 2.1 §1.4.1: no scope asked for, and none defined for that case.
                let facts = Facts::default().expected(format!("a part of: {possible}"));
                return Err(TokenError::InvalidScope(
                    InvalidScope::Missing,
                    facts.into(),
                ));
            }
            Ok(defaults)
        }
    }
}
