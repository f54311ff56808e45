//! Changes of the user's own claims, in the user's name (decisions 22).

use authly_crypto::strict_json;
use authly_domain::audit::{Actor, AuditAction, Origin};
use authly_domain::secret::AccessToken;
use authly_domain::users::{OwnChange, OwnChangeError, OwnClaim};
use serde_json::{Map, Value};

use super::{UserInfoError, UserInfoService};
use crate::tokens::of_scope;

/// The longest document that is read, in bytes.
const MAX_DOCUMENT: usize = 16 * 1_024;

/// The scope that allows it.
pub const WRITE_SCOPE: &str = "profile:write";

impl UserInfoService {
    /// Changes the claims that stand in a JSON document: a text is the new value, `null` takes a claim
    /// away, and what does not stand there stays. All of it, or nothing.
    ///
    /// # Errors
    /// When the token does not allow it, the document is refused, or storage fails.
    pub async fn change(
        &self,
        token: &AccessToken,
        document: &[u8],
        from: impl Into<Origin>,
    ) -> Result<(), UserInfoError> {
        let record = self.opened_by(token).await?;
        if !record.token.scope.contains(WRITE_SCOPE) {
            let facts = of_scope(&record.token, WRITE_SCOPE);
            return Err(UserInfoError::MayNotChange(facts.into()));
        }
        let document = strict_json::parse(document, MAX_DOCUMENT)?;
        let members = document.as_object().ok_or(UserInfoError::NotAnObject)?;
        let change = read(members)?;
        let actor = Actor::User(record.user);
        let names: Vec<_> = members.keys().map(String::as_str).collect();
        let event = self
            .context
            .event(AuditAction::OwnClaimsChanged, actor, from.into())
            .of_user(record.user)
            .of_client(record.token.client)
            .with("claims", names.join(" "));
        let mut conn = self.context.db.connect().await?;
        let work = conn.begin("userinfo.change").await?;
        work.users().change_profile(record.user, change).await?;
        self.context.note(&work, &event).await?;
        Ok(work.commit().await?)
    }
}

fn read(members: &Map<String, Value>) -> Result<OwnChange, OwnChangeError> {
    let mut change = OwnChange::default();
    for (name, value) in members {
        match (name.as_str(), value) {
            ("address", Value::Null) => {
                for member in OwnClaim::ADDRESS {
                    change.set(member, None)?;
                }
            }
            ("address", Value::Object(parts)) => {
                for (name, value) in parts {
                    let member = OwnClaim::of_address(name);
                    let member = member.ok_or(OwnChangeError::Claim)?;
                    change.set(member, text(value)?)?;
                }
            }
            (name, value) => {
                let member = OwnClaim::claim(name).ok_or(OwnChangeError::Claim)?;
                change.set(member, text(value)?)?;
            }
        }
    }
    Ok(change)
}

fn text(value: &Value) -> Result<Option<&str>, OwnChangeError> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _other => Err(OwnChangeError::Value),
    }
}
