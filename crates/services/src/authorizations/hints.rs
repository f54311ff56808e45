//! `id_token_hint`: of whom a request speaks (OpenID Connect Core §3.1.2.1).

use authly_crypto::strict_json;
use authly_domain::authorizations::AuthorizationRequest;
use authly_domain::clients::Client;
use authly_domain::users::Subject;
use serde_json::Value;

use super::respond::Refusal;
use super::validate::invalid_request;
use super::{AuthorizationParameters, AuthorizationService};

/// The longest payload that is read, in bytes; what signed it is ours.
const MAX_PAYLOAD: usize = 16 * 1_024;

impl AuthorizationService {
    /// The request, with the user that its hint names. A hint that is no ID token of ours for this
    /// client is an error: whatever it was meant to say, it cannot be heeded. That it has expired, or
    /// that the key which signed it has been replaced, does not matter.
    pub(super) fn with_hint(
        &self,
        mut request: AuthorizationRequest,
        parameters: &AuthorizationParameters,
        client: &Client,
    ) -> Result<AuthorizationRequest, Refusal> {
        let Some(hint) = &parameters.id_token_hint else {
            return Ok(request);
        };
        let refused = || invalid_request("id_token_hint is no ID token that this client got here");
        let verified = self.keys.ring().load().verify_id_token_hint(hint);
        let verified = verified.map_err(|_reason| refused())?;
        let claims = strict_json::parse(verified.payload(), MAX_PAYLOAD);
        let claims = claims.map_err(|_reason| refused())?;
        let subject = self.named_by(&claims, client).ok_or_else(refused)?;
        if request.subjects.is_empty() {
            request.subjects.push(subject);
        } else if request.subjects.contains(&subject) {
            request.subjects = vec![subject];
        } else {
            return Err(invalid_request(
                "id_token_hint and claims speak of different users",
            ));
        }
        Ok(request)
    }

    /// The subject of an ID token for this client. What else we sign with the same `typ` has no `exp`.
    fn named_by(&self, claims: &Value, client: &Client) -> Option<Subject> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let audience = claims.get("aud")?;
        let is_for = |one: &Value| one.as_str() == Some(client.id.as_str());
        let is_for_client = match audience.as_array() {
            Some(several) => several.iter().any(is_for),
            None => is_for(audience),
        };
        let is_ours = text("iss") == Some(self.issuer.as_str());
        let is_id_token = claims.get("exp").is_some_and(Value::is_i64);
        let subject = text("sub")?;
        (is_ours && is_for_client && is_id_token).then(|| Subject::new(subject.to_owned()))
    }
}
