//! `id_token_hint`: of whom a request speaks (OpenID Connect Core §3.1.2.1).

use authly_domain::authorizations::AuthorizationRequest;
use authly_domain::clients::Client;
use authly_domain::refusals::Reason;

use super::respond::Refusal;
use super::validate::invalid_request;
use super::{AuthorizationParameters, AuthorizationService};
use crate::tokens::IdTokenHint;

impl AuthorizationService {
    /// The request, with the user that its hint names. A hint that is no ID token of ours for this
    /// client is an error: whatever it was meant to say, it cannot be heeded.
    pub(super) fn with_hint(
        &self,
        mut request: AuthorizationRequest,
        parameters: &AuthorizationParameters,
        client: &Client,
    ) -> Result<AuthorizationRequest, Refusal> {
        let Some(hint) = &parameters.id_token_hint else {
            return Ok(request);
        };
        let read = IdTokenHint::read(hint, &self.keys.ring().load(), &self.issuer);
        let hint = read.filter(|hint| hint.is_for(&client.id)).ok_or_else(|| {
            let description = "id_token_hint is no ID token that this client got here";
            invalid_request(Reason::IdTokenHint, description)
        })?;
        if request.subjects.is_empty() {
            request.subjects.push(hint.subject);
        } else if request.subjects.contains(&hint.subject) {
            request.subjects = vec![hint.subject];
        } else {
            return Err(invalid_request(
                Reason::SubjectsDiffer,
                "id_token_hint and claims speak of different users",
            ));
        }
        Ok(request)
    }
}
