//! Assertions by which clients prove themselves (RFC 7523).

use std::fmt;

use authly_domain::clients::{AssertionClaims, AssertionFlaw};
use serde_json::{Map, Value};

use crate::client_jwt::{ClientJwt, audience, claim, seconds};

/// What `typ` may say, if it says anything: RFC 7519 §5.1, draft-ietf-oauth-rfc7523bis §5.
const TYPES: [&str; 2] = ["jwt", "client-authentication+jwt"];

/// An assertion as it was read. Whether it is the client's is not known yet.
pub struct ClientAssertion {
    jwt: ClientJwt,
    claims: AssertionClaims,
}

impl ClientAssertion {
    /// Reads an assertion.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn read(text: &str) -> Result<Self, AssertionFlaw> {
        let (jwt, claims) = ClientJwt::read(text, &TYPES)?;
        let claims = read_claims(&claims).map_err(AssertionFlaw::Claim)?;
        Ok(Self { jwt, claims })
    }

    /// The JWT that it is.
    #[must_use]
    pub const fn jwt(&self) -> &ClientJwt {
        &self.jwt
    }

    /// What it claims.
    #[must_use]
    pub const fn claims(&self) -> &AssertionClaims {
        &self.claims
    }
}

/// What it says is not for a log.
impl fmt::Debug for ClientAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAssertion")
            .field("jwt", &self.jwt)
            .finish_non_exhaustive()
    }
}

/// What it says, or the name of what is missing or cannot be read.
fn read_claims(claims: &Map<String, Value>) -> Result<AssertionClaims, &'static str> {
    let text = |name| {
        let read = |value: &Value| value.as_str().map(str::to_owned);
        let text = claim(claims, name, read)?;
        text.filter(|text| !text.is_empty()).ok_or(name)
    };
    let time = |name| claim(claims, name, seconds);
    Ok(AssertionClaims {
        iss: text("iss")?,
        sub: text("sub")?,
        aud: claim(claims, "aud", audience)?.ok_or("aud")?,
        exp: time("exp")?.ok_or("exp")?,
        nbf: time("nbf")?,
        iat: time("iat")?,
        jti: text("jti")?,
    })
}

#[cfg(test)]
mod tests;
