//! `id_token_hint`: an ID token of ours by which a client says of whom it speaks (OpenID Connect Core
//! §3.1.2.1, RP-Initiated Logout §2).

use authly_crypto::keyring::KeyRing;
use authly_crypto::strict_json;
use authly_domain::clients::ClientId;
use authly_domain::issuer::Issuer;
use authly_domain::users::Subject;
use serde_json::Value;

/// The longest payload that is read, in bytes; what signed it is ours.
const MAX_PAYLOAD: usize = 16 * 1_024;

/// What an ID token says of whom it was made for. That it has expired, or that the key which signed it
/// has been replaced, does not matter; a key that was revoked signs nothing that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdTokenHint {
    audience: Vec<String>,
    /// What the client calls the user.
    pub(crate) subject: Subject,
    /// What the client calls the session; absent where the grant hung on none.
    pub(crate) sid: Option<String>,
}

impl IdTokenHint {
    /// Reads a hint; `None` where it is no ID token of this issuer. What else we sign with the same
    /// `typ` has no `exp`.
    pub(crate) fn read(text: &str, ring: &KeyRing, issuer: &Issuer) -> Option<Self> {
        let verified = ring.verify_id_token_hint(text).ok()?;
        let claims = strict_json::parse(verified.payload(), MAX_PAYLOAD).ok()?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let is_ours = text("iss") == Some(issuer.as_str());
        let is_id_token = claims.get("exp").is_some_and(Value::is_i64);
        if !is_ours || !is_id_token {
            return None;
        }
        let audience = claims.get("aud")?;
        let one = |value: &Value| value.as_str().map(str::to_owned);
        let audience = match audience.as_array() {
            Some(several) => several.iter().filter_map(one).collect(),
            None => vec![one(audience)?],
        };
        Some(Self {
            audience,
            subject: Subject::new(text("sub")?.to_owned()),
            sid: text("sid").map(str::to_owned),
        })
    }

    /// Whether this client got it.
    pub(crate) fn is_for(&self, client: &ClientId) -> bool {
        self.audience.iter().any(|one| one == client.as_str())
    }

    /// The client that got it: ours have one audience.
    pub(crate) fn client(&self) -> Option<ClientId> {
        match self.audience.as_slice() {
            [one] => one.parse().ok(),
            _ => None,
        }
    }
}
