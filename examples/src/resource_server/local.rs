//! Checks access tokens by their signature (RFC 9068 §4).

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Header, Validation, decode, decode_header};
use serde::Deserialize;

use super::keys::{Key, KeySet};
use super::tokens::names;
use super::{Caller, TokenError};

/// How many seconds the clocks of the server and of this machine may differ.
const LEEWAY: u64 = 30;

/// Checks tokens that one server issued for one audience.
#[derive(Debug)]
pub struct LocalCheck {
    issuer: String,
    audience: String,
    keys: KeySet,
}

/// The claims that are looked at (RFC 9068 §2.2).
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    client_id: String,
    scope: Option<String>,
    auth_time: Option<u64>,
}

impl LocalCheck {
    /// Admits tokens of `issuer` that are for `audience`, signed with one of `keys`.
    #[must_use]
    pub const fn new(issuer: String, audience: String, keys: KeySet) -> Self {
        Self {
            issuer,
            audience,
            keys,
        }
    }

    pub(super) async fn check(&self, token: &str) -> Result<Caller, TokenError> {
        let header = decode_header(token).map_err(|_error| TokenError::Invalid("it is no JWT"))?;
        is_access_token(&header)?;
        let kid = header.kid.as_deref();
        let kid = kid.ok_or(TokenError::Invalid("it names no key"))?;
        let key = self.keys.key(kid).await?;
        let key = key.ok_or(TokenError::Invalid("its key is not known"))?;
        self.claims(token, &key).map(|claims| Caller {
            subject: claims.sub,
            client_id: claims.client_id,
            scope: names(claims.scope.as_deref()),
            auth_time: claims.auth_time,
        })
    }

    fn claims(&self, token: &str, key: &Key) -> Result<Claims, TokenError> {
        // The key says which algorithm it is for: what the token says is only compared with that.
        let mut validation = Validation::new(key.algorithm);
        validation.leeway = LEEWAY;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let token = decode::<Claims>(token, &key.verifier, &validation);
        let token = token.map_err(|error| TokenError::Invalid(reason(error.kind())))?;
        Ok(token.claims)
    }
}

/// An ID token is signed by the same server and must not pass for an access token: the type in the
/// header tells them apart (RFC 9068 §4). Extensions that we do not know may change what the token
/// means (RFC 7515 §4.1.11).
fn is_access_token(header: &Header) -> Result<(), TokenError> {
    let kind = header.typ.as_deref().unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    if kind.strip_prefix("application/").unwrap_or(&kind) != "at+jwt" {
        return Err(TokenError::Invalid("it is no access token"));
    }
    if header.crit.is_some() {
        return Err(TokenError::Invalid("it has extensions that are not known"));
    }
    Ok(())
}

fn reason(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::ExpiredSignature => "it has expired",
        ErrorKind::InvalidIssuer => "it is from another server",
        ErrorKind::InvalidAudience => "it is for another audience",
        ErrorKind::InvalidSignature => "its signature is wrong",
        ErrorKind::InvalidAlgorithm => "its key is for another algorithm",
        _ => "its claims are incomplete or malformed",
    }
}
