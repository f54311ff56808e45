//! Authentication by an assertion that the client signs (`private_key_jwt`, RFC 7523).

use std::sync::Arc;

use authly_crypto::client_assertion::{AssertionVerifier, ClientAssertion};
use authly_crypto::opaque;
use authly_domain::clients::{AssertionFlaw, Client};
use authly_domain::clock::Timestamp;
use authly_repositories::DbError;
use authly_repositories::clients::AssertionUse;

use super::key_sets::KeySets;
use crate::Context;
use crate::policy::LivePolicies;
use crate::ports::{DocumentFetcher, Freshness};

/// Checks assertions of clients. Cheap to clone.
#[derive(Clone)]
pub(super) struct Assertions {
    context: Context,
    policies: LivePolicies,
    key_sets: KeySets,
    verifier: AssertionVerifier,
}

impl Assertions {
    pub(super) fn new(
        context: Context,
        policies: LivePolicies,
        fetcher: Arc<dyn DocumentFetcher>,
    ) -> Self {
        Self {
            context,
            policies,
            key_sets: KeySets::new(fetcher),
            verifier: AssertionVerifier::default(),
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
        let algorithm = assertion.algorithm();
        let is_registered = client
            .assertion_alg
            .is_none_or(|registered| registered == algorithm);
        if !is_registered || !client.profile.assertion_algorithms().contains(&algorithm) {
            return Err(AssertionFlaw::Algorithm);
        }
        let policies = self.policies.load();
        let issuer = &policies.tokens.issuer;
        let token_endpoint = issuer.token_endpoint();
        let claims = assertion.claims();
        let over = claims.check(client, issuer.as_str(), &token_endpoint, self.context.now())?;
        self.check_signature(assertion, client).await?;
        Ok(over)
    }

    /// The client may have begun to sign with a key that we have not seen yet. Then its keys are fetched
    /// anew, which the fetcher does only now and then, whoever makes us ask.
    async fn check_signature(
        &self,
        assertion: &ClientAssertion,
        client: &Client,
    ) -> Result<(), AssertionFlaw> {
        if let Some(keys) = &client.jwks {
            return self.verifier.check(assertion, keys);
        }
        let url = client.jwks_uri.as_ref().ok_or(AssertionFlaw::UnknownKey)?;
        let kept = self.key_sets.at(url, Freshness::AsServed).await?;
        let Err(flaw) = self.verifier.check(assertion, &kept.keys) else {
            return Ok(());
        };
        let wanted = Freshness::NewerThan(kept.fetched_at);
        let newer = self.key_sets.at(url, wanted).await?;
        if newer.fetched_at == kept.fetched_at {
            return Err(flaw);
        }
        self.verifier.check(assertion, &newer.keys)
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
