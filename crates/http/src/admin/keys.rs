//! `/admin/keys`.

use actix_web::web;
use authly_domain::keys::{KeyHistory, KeyId, KeyPhase};
use authly_protocol::admin::Moment;
use authly_protocol::admin::keys::{self, Key, KeyState, KeyUse, RevokedKey, SigningKey};
use authly_services::keys::{KeyAdmin, KeyAdminError, KeysError};

use super::paging::{foreign_cursor, page_asked, page_of};
use super::{AdminCall, Answer, Table};
use crate::respond::{AdminProblem, IsUnavailable};

/// Every endpoint of this part with its handler.
pub(super) fn table(table: Table) -> Table {
    table.with(list).with(rotate).with(revoke)
}

/// `GET /admin/keys`
async fn list(
    call: AdminCall<keys::List>,
    admin: web::Data<KeyAdmin>,
) -> Result<Answer<keys::List>, AdminProblem> {
    let asked = page_asked(call.query.limit, call.query.cursor)?;
    let page = admin.list(&asked).await?;
    Ok(Answer::of(page_of(page, |history| key(&admin, history))))
}

/// `POST /admin/keys/rotate`
async fn rotate(
    call: AdminCall<keys::Rotate>,
    admin: web::Data<KeyAdmin>,
) -> Result<Answer<keys::Rotate>, AdminProblem> {
    let rotation = admin.rotate(&call.caller.identity, call.run).await?;
    let active = rotation.active.iter();
    Ok(Answer::of(keys::Rotation {
        active: active
            .map(|(algorithm, kid)| SigningKey {
                kid: kid.to_string(),
                algorithm: algorithm.to_string(),
            })
            .collect(),
        retired: rotation.retired.iter().map(KeyId::to_string).collect(),
    }))
}

/// `POST /admin/keys/{key}/revoke`
async fn revoke(
    call: AdminCall<keys::Revoke>,
    admin: web::Data<KeyAdmin>,
) -> Result<Answer<keys::Revoke>, AdminProblem> {
    let kid = KeyId::new(call.path.key);
    let revoked = admin.revoke(&kid, &call.caller.identity, call.run).await?;
    Ok(Answer::of(RevokedKey {
        kid: kid.to_string(),
        algorithm: revoked.algorithm.map(|alg| alg.to_string()),
        was_withdrawn_now: revoked.was_withdrawn_now,
        successor: revoked.successor.as_ref().map(KeyId::to_string),
    }))
}

fn key(admin: &KeyAdmin, history: &KeyHistory) -> Key {
    Key {
        kid: history.kid.to_string(),
        key_use: match history.algorithm {
            Some(_) => KeyUse::Sig,
            None => KeyUse::Enc,
        },
        algorithm: history.algorithm.map(|alg| alg.to_string()),
        state: match history.phase {
            KeyPhase::Announced => KeyState::Announced,
            KeyPhase::Active { .. } => KeyState::Active,
            KeyPhase::Retiring { .. } => KeyState::Retiring,
            KeyPhase::Gone { .. } => KeyState::Gone,
            KeyPhase::Revoked { .. } => KeyState::Revoked,
        },
        // Every member of a public JWK of ours is a text.
        public_jwk: serde_json::from_str(&history.public_jwk).unwrap_or_default(),
        created_at: Moment(history.created_at),
        activated_at: history.activated_at.map(Moment),
        retired_at: history.retired_at.map(Moment),
        published_until: admin.published_until(history.phase).map(Moment),
        revoked_at: history.revoked_at.map(Moment),
    }
}

impl From<KeyAdminError> for AdminProblem {
    fn from(error: KeyAdminError) -> Self {
        match error {
            KeyAdminError::UnknownKey => Self::not_found("key"),
            KeyAdminError::Cursor(error) => foreign_cursor(error),
            KeyAdminError::Keys(KeysError::Storage(error)) => {
                let is_unavailable = IsUnavailable(error.is_unavailable());
                Self::storage(is_unavailable, error)
            }
            KeyAdminError::Keys(
                error @ (KeysError::Generation(_)
                | KeysError::Ring(_)
                | KeysError::PairwiseSalt(_)
                | KeysError::Stopped),
            ) => Self::failed(error),
        }
    }
}
