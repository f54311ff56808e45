//! Request objects: authorization requests that clients sign (RFC 9101).

use std::fmt;

use authly_domain::clients::{RequestObjectClaims, RequestObjectFlaw};
use serde_json::{Map, Value};

use crate::client_jwt::{ClientJwt, audience, claim, seconds};

/// What `typ` may say, if it says anything: RFC 7519 §5.1, RFC 9101 §10.8.
const TYPES: [&str; 2] = ["jwt", "oauth-authz-req+jwt"];

/// A request object as it was read. Whether it is the client's is not known yet.
pub struct RequestObject {
    jwt: ClientJwt,
    claims: RequestObjectClaims,
    parameters: Map<String, Value>,
}

impl RequestObject {
    /// Reads a request object.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn read(text: &str) -> Result<Self, RequestObjectFlaw> {
        let (jwt, parameters) = ClientJwt::read(text, &TYPES)?;
        // RFC 9101 §4: one within another is never looked at.
        if parameters.contains_key("request") || parameters.contains_key("request_uri") {
            return Err(RequestObjectFlaw::Nested);
        }
        let claims = read_claims(&parameters).map_err(RequestObjectFlaw::Claim)?;
        Ok(Self {
            jwt,
            claims,
            parameters,
        })
    }

    /// The JWT that it is.
    #[must_use]
    pub const fn jwt(&self) -> &ClientJwt {
        &self.jwt
    }

    /// What it claims beside its parameters.
    #[must_use]
    pub const fn claims(&self) -> &RequestObjectClaims {
        &self.claims
    }

    /// A parameter as it would stand in a query; an empty one is absent.
    ///
    /// # Errors
    /// When it is of a kind that no parameter has.
    pub fn parameter(&self, name: &'static str) -> Result<Option<String>, RequestObjectFlaw> {
        let value = match self.parameters.get(name) {
            None => return Ok(None),
            // A parameter that is JSON itself stands there as such (OpenID Connect Core §6.1).
            Some(Value::Object(members)) if name == "claims" => {
                Value::Object(members.clone()).to_string()
            }
            Some(value) => text(value).ok_or(RequestObjectFlaw::Claim(name))?,
        };
        Ok(Some(value).filter(|value| !value.is_empty()))
    }

    /// A parameter that may stand there several times: a text, or an array of texts.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parameters(&self, name: &'static str) -> Result<Vec<String>, RequestObjectFlaw> {
        let values = match self.parameters.get(name) {
            None => &[],
            Some(Value::Array(several)) => several.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let texts = values.iter().map(text).collect::<Option<Vec<_>>>();
        texts.ok_or(RequestObjectFlaw::Claim(name))
    }
}

/// What it says is not for a log.
impl fmt::Debug for RequestObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestObject")
            .field("jwt", &self.jwt)
            .finish_non_exhaustive()
    }
}

/// A text or a number, without the NUL that no parameter has.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.contains('\0')).then(|| text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What it says beside its parameters, or the name of what cannot be read.
fn read_claims(members: &Map<String, Value>) -> Result<RequestObjectClaims, &'static str> {
    let text = |name| {
        let read = |value: &Value| value.as_str().map(str::to_owned);
        claim(members, name, read)
    };
    let time = |name| claim(members, name, seconds);
    Ok(RequestObjectClaims {
        iss: text("iss")?,
        sub: text("sub")?,
        aud: claim(members, "aud", audience)?,
        client_id: text("client_id")?,
        exp: time("exp")?,
        nbf: time("nbf")?,
        iat: time("iat")?,
    })
}

#[cfg(test)]
mod tests;
