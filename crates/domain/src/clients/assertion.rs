//! What a client says of itself to be let in: `private_key_jwt`
//! ([RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523#section-3),
//! [OpenID Connect Core §9](https://openid.net/specs/openid-connect-core-1_0.html#ClientAuthentication)).

use std::time::Duration;

use super::{Audience, Client, ClientJwtFlaw};
use crate::clock::Timestamp;

/// How much the client's clock and ours may differ. FAPI 2.0 §5.3.2.1 wants ten seconds to be let through
/// and sixty not to be.
pub(crate) const SKEW: Duration = Duration::from_secs(30);
/// How far ahead an assertion may end: until then we keep in mind that it was used.
pub(super) const LONGEST: Duration = Duration::from_hours(1);

/// The claims of an assertion. Whether its signature is the client's is `crypto`'s to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertionClaims {
    /// Who has issued it.
    pub iss: String,
    /// Whom it is about.
    pub sub: String,
    /// For whom it is.
    pub aud: Audience,
    /// When it ends, in seconds since 1970-01-01T00:00:00Z.
    pub exp: i64,
    /// From when on it counts, likewise.
    pub nbf: Option<i64>,
    /// When it was issued, likewise.
    pub iat: Option<i64>,
    /// By what it is known: it is used once.
    pub jti: String,
}

/// What is wrong about an assertion, for the log alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFlaw {
    /// It is no JWT of the client's.
    #[error("the assertion cannot be taken: {0}")]
    Jwt(#[from] ClientJwtFlaw),
    /// A claim is not there, or no text or number as it has to be.
    #[error("the assertion has no usable {0}")]
    Claim(&'static str),
    /// `iss` and `sub` are not the client's name, or the request names another.
    #[error("iss, sub and client_id of the assertion are not the same")]
    Party,
    /// It is for somebody else, or for others too.
    #[error("the assertion is not for this server, as the client's profile wants it")]
    Audience,
    /// It has ended.
    #[error("the assertion has expired")]
    Expired,
    /// It ends too late.
    #[error("the assertion ends more than an hour ahead")]
    TooLong,
    /// It does not count yet, or was issued in the future.
    #[error("the assertion is from the future")]
    TooEarly,
    /// It was used before.
    #[error("the assertion was used before")]
    Used,
}

impl AssertionClaims {
    /// Whether the claims are in order, for this client. Answers until when its `jti` is to be kept in mind.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub fn check(
        &self,
        client: &Client,
        issuer: &str,
        token_endpoint: &str,
        now: Timestamp,
    ) -> Result<Timestamp, AssertionFlaw> {
        let id = client.id.as_str();
        if self.iss != id || self.sub != id {
            return Err(AssertionFlaw::Party);
        }
        if !client.profile.admits(&self.aud, issuer, token_endpoint) {
            return Err(AssertionFlaw::Audience);
        }
        let moment =
            |name, seconds| Timestamp::from_unix_seconds(seconds).ok_or(AssertionFlaw::Claim(name));
        let exp = moment("exp", self.exp)?;
        let over = exp.plus(SKEW);
        if over <= now {
            return Err(AssertionFlaw::Expired);
        }
        if exp > now.plus(LONGEST).plus(SKEW) {
            return Err(AssertionFlaw::TooLong);
        }
        for (name, seconds) in [("nbf", self.nbf), ("iat", self.iat)] {
            if let Some(seconds) = seconds
                && moment(name, seconds)? > now.plus(SKEW)
            {
                return Err(AssertionFlaw::TooEarly);
            }
        }
        Ok(over)
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::clients::sample::client;

    const ISSUER: &str = "https://auth.example";
    const NOW: i64 = 1_780_000_000;

    fn check(change: impl FnOnce(&mut AssertionClaims)) -> Result<i64, AssertionFlaw> {
        let mut claims = AssertionClaims {
            iss: "app".to_owned(),
            sub: "app".to_owned(),
            aud: Audience::One(ISSUER.to_owned()),
            exp: NOW + 60,
            nbf: None,
            iat: None,
            jti: "1".to_owned(),
        };
        change(&mut claims);
        let now = Timestamp::from_unix_seconds(NOW).unwrap();
        let token = "https://auth.example/token";
        let kept = claims.check(&client(), ISSUER, token, now)?;
        Ok(kept.unix_seconds() - NOW)
    }

    #[test]
    fn an_assertion_in_order_is_kept_in_mind_until_no_clock_takes_it_any_more() {
        assert_eq!(check(|_claims| {}), Ok(90));
        assert_eq!(check(|claims| claims.exp = NOW + 3_630), Ok(3_660));
        assert_eq!(check(|claims| claims.exp = NOW - 29), Ok(1));
    }

    #[test]
    fn clocks_may_differ_by_half_a_minute() {
        assert_eq!(
            check(|claims| claims.exp = NOW - 30),
            Err(AssertionFlaw::Expired)
        );
        for set in [
            (|claims, at| claims.nbf = Some(at)) as fn(&mut AssertionClaims, i64),
            |claims, at| claims.iat = Some(at),
        ] {
            assert_eq!(check(|claims| set(claims, NOW + 30)), Ok(90));
            assert_eq!(check(|claims| set(claims, NOW - 86_400)), Ok(90));
            assert_eq!(
                check(|claims| set(claims, NOW + 31)),
                Err(AssertionFlaw::TooEarly)
            );
        }
    }

    #[test]
    fn an_assertion_ends_within_an_hour() {
        assert_eq!(
            check(|claims| claims.exp = NOW + 3_631),
            Err(AssertionFlaw::TooLong)
        );
        let year = 365 * 86_400;
        assert_eq!(
            check(|claims| claims.exp = NOW + year),
            Err(AssertionFlaw::TooLong)
        );
    }

    #[test]
    fn times_beyond_the_calendar_are_refused() {
        for time in [i64::MAX, i64::MIN] {
            let refused = check(|claims| claims.exp = time);
            assert_eq!(refused, Err(AssertionFlaw::Claim("exp")));
            let refused = check(|claims| claims.iat = Some(time));
            assert_eq!(refused, Err(AssertionFlaw::Claim("iat")));
        }
    }

    #[test]
    fn it_is_by_the_client_about_the_client() {
        for change in [
            (|claims| "other".clone_into(&mut claims.iss)) as fn(&mut AssertionClaims),
            |claims| "other".clone_into(&mut claims.sub),
            |claims| "APP".clone_into(&mut claims.sub),
        ] {
            assert_eq!(check(change), Err(AssertionFlaw::Party));
        }
        let elsewhere = check(|claims| claims.aud = Audience::One("app".to_owned()));
        assert_eq!(elsewhere, Err(AssertionFlaw::Audience));
    }
}
