//! What somebody who is trusted says of a client, in the place of what it says itself.

use authly_crypto::software_statement::SoftwareStatement;
use authly_domain::registration::StatementFlaw;
use serde_json::{Map, Value};

use super::{RegistrationError, RegistrationService};

/// The member that a statement comes in.
const MEMBER: &str = "software_statement";

impl RegistrationService {
    /// The document with what its software statement says, which counts before what stands beside it
    /// (RFC 7591 §2.3). It stays as it is where there is no statement.
    ///
    /// # Errors
    /// When the statement's issuer is none whose statements count, or it is not that issuer's.
    pub fn stated(
        &self,
        mut document: Map<String, Value>,
    ) -> Result<Map<String, Value>, RegistrationError> {
        let statement = match document.get(MEMBER) {
            None | Some(Value::Null) => return Ok(document),
            Some(Value::String(text)) => SoftwareStatement::read(text)?,
            Some(_) => return Err(StatementFlaw::Claim(MEMBER).into()),
        };
        let policies = self.policies.load();
        let issuers = &policies.registration.statement_issuers;
        let keys = issuers.keys_of(statement.issuer());
        let keys = keys.ok_or(RegistrationError::StatementNotApproved)?;
        let signed = self.verifier.check(statement.jwt(), keys);
        signed.map_err(StatementFlaw::from)?;
        statement.times().check(self.context.now())?;
        document.extend(statement.into_metadata());
        Ok(document)
    }
}
