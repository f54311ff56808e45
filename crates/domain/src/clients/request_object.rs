//! Requests that a client signs: request objects
//! ([RFC 9101](https://www.rfc-editor.org/rfc/rfc9101),
//! [OpenID Connect Core §6](https://openid.net/specs/openid-connect-core-1_0.html#JWTRequests)).

use std::fmt;
use std::str::FromStr;

use super::assertion::{LONGEST, SKEW};
use super::{Audience, Client, ClientJwtFlaw, ClientProfile, Flaw};
use crate::clock::Timestamp;
use crate::keys::SigningAlgorithm;
use crate::network::{FetchUrl, FetchUrlError};

/// The most addresses of request objects.
pub const MAX_REQUEST_URIS: usize = 20;

/// `require_signed_request_object` (RFC 9101 §10.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RequestObjectRule {
    /// The client may sign its requests: the rule.
    #[default]
    Optional,
    /// A request that it has not signed is not its own.
    Required,
}

/// An address that `request_uri` may name. It may have a fragment, which is never sent: with another one it
/// is another document, whatever is kept of the former (OpenID Connect Core §6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestUri(FetchUrl);

impl RequestUri {
    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What is fetched.
    #[must_use]
    pub const fn as_fetch_url(&self) -> &FetchUrl {
        &self.0
    }
}

impl fmt::Display for RequestUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RequestUri {
    type Err = FetchUrlError;

    fn from_str(text: &str) -> Result<Self, FetchUrlError> {
        FetchUrl::with_fragment(text).map(Self)
    }
}

/// What was registered about request objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestObjectMetadata {
    /// What they are signed with; `None` for whatever the client's profile allows.
    pub alg: Option<SigningAlgorithm>,
    /// Whether all its requests are signed.
    pub rule: RequestObjectRule,
    /// Where it keeps some of them.
    pub uris: Vec<RequestUri>,
}

/// The claims of a request object that are no parameters. Whether its signature is the client's is
/// `crypto`'s to say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestObjectClaims {
    /// Who has issued it.
    pub iss: Option<String>,
    /// Whom it is about, which is nobody.
    pub sub: Option<String>,
    /// For whom it is.
    pub aud: Option<Audience>,
    /// Who asks.
    pub client_id: Option<String>,
    /// When it ends, in seconds since 1970-01-01T00:00:00Z.
    pub exp: Option<i64>,
    /// From when on it counts, likewise.
    pub nbf: Option<i64>,
    /// When it was issued, likewise.
    pub iat: Option<i64>,
}

/// What is wrong about a request object, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestObjectFlaw {
    /// It is no JWT of the client's.
    #[error("the request object cannot be taken: {0}")]
    Jwt(#[from] ClientJwtFlaw),
    /// A claim or parameter is not there, or of another kind.
    #[error("the request object has no usable {0}")]
    Claim(&'static str),
    /// It holds or names another request object (RFC 9101 §4).
    #[error("there is a request object within the request object")]
    Nested,
    /// `sub` is the client, so that it could pass for an assertion (RFC 9101 §10.8).
    #[error("sub of the request object is the client")]
    Subject,
    /// `iss` or `client_id` is somebody else.
    #[error("iss, client_id and the request's own client_id are not the same")]
    Party,
    /// It is not for us.
    #[error("the request object is not for this server")]
    Audience,
    /// It has ended, or was made too long ago.
    #[error("the request object has expired")]
    Expired,
    /// It ends too late.
    #[error("the request object ends more than an hour ahead")]
    TooLong,
    /// It does not count yet, or was issued in the future.
    #[error("the request object is from the future")]
    TooEarly,
}

impl RequestObjectClaims {
    /// Whether the claims are in order, for this client.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn check(
        &self,
        client: &Client,
        issuer: &str,
        now: Timestamp,
    ) -> Result<(), RequestObjectFlaw> {
        let profile = client.request_object_profile();
        self.check_presence(profile)?;
        let id = client.id.as_str();
        if self.sub.as_deref() == Some(id) {
            return Err(RequestObjectFlaw::Subject);
        }
        let mut parties = [&self.iss, &self.client_id].into_iter().flatten();
        if parties.any(|party| party != id) {
            return Err(RequestObjectFlaw::Party);
        }
        if self.aud.as_ref().is_some_and(|aud| !aud.holds(issuer)) {
            return Err(RequestObjectFlaw::Audience);
        }
        self.check_times(profile, now)
    }

    fn check_presence(&self, profile: ClientProfile) -> Result<(), RequestObjectFlaw> {
        for name in profile.request_object_claims() {
            let is_there = match *name {
                "iss" => self.iss.is_some(),
                "aud" => self.aud.is_some(),
                "exp" => self.exp.is_some(),
                "nbf" => self.nbf.is_some(),
                _ => self.client_id.is_some(),
            };
            if !is_there {
                return Err(RequestObjectFlaw::Claim(name));
            }
        }
        Ok(())
    }

    fn check_times(&self, profile: ClientProfile, now: Timestamp) -> Result<(), RequestObjectFlaw> {
        let moment = |name, seconds: Option<i64>| {
            let read = |seconds| {
                Timestamp::from_unix_seconds(seconds).ok_or(RequestObjectFlaw::Claim(name))
            };
            seconds.map(read).transpose()
        };
        if let Some(exp) = moment("exp", self.exp)? {
            if exp.plus(SKEW) <= now {
                return Err(RequestObjectFlaw::Expired);
            }
            if exp > now.plus(LONGEST).plus(SKEW) {
                return Err(RequestObjectFlaw::TooLong);
            }
        }
        let (nbf, iat) = (moment("nbf", self.nbf)?, moment("iat", self.iat)?);
        if [nbf, iat]
            .into_iter()
            .flatten()
            .any(|at| at > now.plus(SKEW))
        {
            return Err(RequestObjectFlaw::TooEarly);
        }
        // FAPI 2.0 Message Signing §5.3.1: made within the last hour.
        let is_old = nbf.is_some_and(|nbf| nbf.plus(LONGEST).plus(SKEW) <= now);
        if profile == ClientProfile::Fapi2 && is_old {
            return Err(RequestObjectFlaw::Expired);
        }
        Ok(())
    }
}

impl Client {
    /// The profile whose rules its request objects go by. OpenID Connect lets them be completed by whoever
    /// sends them; where all are to be signed, nothing counts that is not (RFC 9101 §6.3, §10.5).
    #[must_use]
    pub const fn request_object_profile(&self) -> ClientProfile {
        match (self.profile, self.requests.rule) {
            (ClientProfile::Oidc, RequestObjectRule::Required) => ClientProfile::Strict,
            (profile, _) => profile,
        }
    }

    /// What is wrong about how it signs its requests.
    pub(super) fn check_requests(&self, flaws: &mut Vec<Flaw>) {
        let requests = &self.requests;
        let is_keyed = self.jwks.is_some() || self.jwks_uri.is_some();
        for (member, is_said) in [
            ("request_object_signing_alg", requests.alg.is_some()),
            (
                "require_signed_request_object",
                requests.rule == RequestObjectRule::Required,
            ),
            ("request_uris", !requests.uris.is_empty()),
        ] {
            if is_said && !is_keyed {
                flaws.push(Flaw::of(member, format!("{member} needs jwks or jwks_uri")));
            }
        }
        let algorithms = self.profile.signing_algorithms();
        if requests.alg.is_some_and(|alg| !algorithms.contains(&alg)) {
            let what = "RS256 is for clients of the profile oidc";
            flaws.push(Flaw::of("request_object_signing_alg", what));
        }
        if requests.uris.len() > MAX_REQUEST_URIS {
            let what = format!("request_uris has at most {MAX_REQUEST_URIS} entries");
            flaws.push(Flaw::of("request_uris", what));
        }
        if self.profile == ClientProfile::Fapi2 && !requests.uris.is_empty() {
            let what = "clients of the profile fapi2 send their requests by value";
            flaws.push(Flaw::of("request_uris", what));
        }
    }
}

#[cfg(test)]
mod tests;
