//! Software statements ([RFC 7591 §2.3](https://www.rfc-editor.org/rfc/rfc7591#section-2.3)): what somebody
//! who is trusted says of a client.

use std::fmt;

use authly_domain::registration::{StatementFlaw, StatementTimes};
use serde_json::{Map, Value};

use crate::client_jwt::{ClientJwt, claim, seconds};

/// What `typ` may say, if it says anything.
const TYPES: [&str; 2] = ["jwt", "software-statement+jwt"];
/// Claims that are about the statement (RFC 7519 §4.1), and members that no statement speaks of.
const NO_METADATA: [&str; 10] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "client_secret",
    "software_statement",
];

/// A software statement as it was read. Whether its issuer has signed it is not known yet.
pub struct SoftwareStatement {
    jwt: ClientJwt,
    issuer: String,
    times: StatementTimes,
    metadata: Map<String, Value>,
}

impl SoftwareStatement {
    /// Reads a statement.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn read(text: &str) -> Result<Self, StatementFlaw> {
        let (jwt, mut claims) = ClientJwt::read(text, &TYPES)?;
        let issuer = claims.get("iss").and_then(Value::as_str);
        let issuer = issuer.ok_or(StatementFlaw::Claim("iss"))?.to_owned();
        let time = |name| claim(&claims, name, seconds).map_err(StatementFlaw::Claim);
        let times = StatementTimes {
            exp: time("exp")?,
            nbf: time("nbf")?,
            iat: time("iat")?,
        };
        claims.retain(|name, _value| !NO_METADATA.contains(&name.as_str()));
        Ok(Self {
            jwt,
            issuer,
            times,
            metadata: claims,
        })
    }

    /// The JWT that it is.
    #[must_use]
    pub const fn jwt(&self) -> &ClientJwt {
        &self.jwt
    }

    /// Who says that they have issued it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// When it counts.
    #[must_use]
    pub const fn times(&self) -> StatementTimes {
        self.times
    }

    /// What it says of the client.
    #[must_use]
    pub fn into_metadata(self) -> Map<String, Value> {
        self.metadata
    }
}

/// What it says is not for a log.
impl fmt::Debug for SoftwareStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareStatement")
            .field("jwt", &self.jwt)
            .finish_non_exhaustive()
    }
}
