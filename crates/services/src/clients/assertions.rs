//! Authentication by an assertion that the client signs (`private_key_jwt`, RFC 7523).

use authly_crypto::client_assertion::ClientAssertion;
use authly_crypto::opaque;
use authly_domain::clients::{AssertionFlaw, Client, ClientJwtFlaw};
use authly_domain::clock::Timestamp;
use authly_repositories::DbError;
use authly_repositories::clients::AssertionUse;

use super::signatures::ClientSignatures;
use crate::Context;
use crate::policy::LivePolicies;

/// Checks assertions of clients. Cheap to clone.
#[derive(Clone)]
pub(super) struct Assertions {
    context: Context,
    policies: LivePolicies,
    signatures: ClientSignatures,
}

impl Assertions {
    pub(super) fn new(
        context: Context,
        policies: LivePolicies,
        signatures: ClientSignatures,
    ) -> Self {
        Self {
            context,
            policies,
            signatures,
        }
    }

    /// Whether this client has made the assertion, for us and for now; answers until when its use is to be
    /// kept in mind. Whether it was used before is not looked at.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub(super) async fn check(
        &self,
        assertion: &ClientAssertion,
        client: &Client,
    ) -> Result<Timestamp, AssertionFlaw> {
        let algorithm = assertion.jwt().algorithm();
        let is_registered = client
            .assertion_alg
            .is_none_or(|registered| registered == algorithm);
        if !is_registered || !client.profile.signing_algorithms().contains(&algorithm) {
            return Err(ClientJwtFlaw::Algorithm.into());
        }
        let policies = self.policies.load();
        let issuer = &policies.tokens.issuer;
        let token_endpoint = issuer.token_endpoint();
        let claims = assertion.claims();
        let over = claims.check(client, issuer.as_str(), &token_endpoint, self.context.now())?;
        self.signatures.check(assertion.jwt(), client).await?;
        Ok(over)
    }

    /// Notes that the assertion was used, on all nodes, if the client is as we know it. One round trip,
    /// in which nothing else is waited for.
    ///
    /// # Errors
    /// When storage fails.
    pub(super) async fn use_once(
        &self,
        assertion: &ClientAssertion,
        client: &Client,
        over: Timestamp,
    ) -> Result<AssertionUse, DbError> {
        let digest = opaque::digest(&assertion.claims().jti);
        let conn = self.context.db.connect().await?;
        let clients = conn.reads().clients();
        clients.use_assertion(client, &digest, over).await
    }
}
