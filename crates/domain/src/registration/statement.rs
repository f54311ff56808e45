//! Software statements ([RFC 7591 §2.3](https://www.rfc-editor.org/rfc/rfc7591#section-2.3)).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clients::{ClientJwks, ClientJwtFlaw, SKEW};
use crate::clock::Timestamp;

/// Whose statements count, by `iss`, with the keys that they sign with. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatementIssuers(Arc<BTreeMap<String, ClientJwks>>);

impl StatementIssuers {
    /// These.
    #[must_use]
    pub fn new(issuers: BTreeMap<String, ClientJwks>) -> Self {
        Self(Arc::new(issuers))
    }

    /// The keys of one; `None` where its statements do not count.
    #[must_use]
    pub fn keys_of(&self, issuer: &str) -> Option<&ClientJwks> {
        self.0.get(issuer)
    }
}

/// When a statement counts, in seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StatementTimes {
    /// When it ends; `None` for never.
    pub exp: Option<i64>,
    /// From when on it counts.
    pub nbf: Option<i64>,
    /// When it was issued.
    pub iat: Option<i64>,
}

/// What is wrong about a statement, for administrators alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementFlaw {
    /// It is no JWT of its issuer's.
    #[error("the software statement cannot be taken: {0}")]
    Jwt(#[from] ClientJwtFlaw),
    /// A claim is not there, or of another kind.
    #[error("the software statement has no usable {0}")]
    Claim(&'static str),
    /// It has ended.
    #[error("the software statement has expired")]
    Expired,
    /// It does not count yet, or was issued in the future.
    #[error("the software statement is from the future")]
    TooEarly,
}

impl StatementTimes {
    /// Whether it counts at this moment. Clocks may differ a little.
    ///
    /// # Errors
    /// When it does not any more, or not yet.
    pub fn check(self, now: Timestamp) -> Result<(), StatementFlaw> {
        let moment =
            |name, seconds| Timestamp::from_unix_seconds(seconds).ok_or(StatementFlaw::Claim(name));
        if let Some(exp) = self.exp
            && moment("exp", exp)?.plus(SKEW) <= now
        {
            return Err(StatementFlaw::Expired);
        }
        for (name, seconds) in [("nbf", self.nbf), ("iat", self.iat)] {
            if let Some(seconds) = seconds
                && moment(name, seconds)? > now.plus(SKEW)
            {
                return Err(StatementFlaw::TooEarly);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn check(times: StatementTimes) -> Result<(), StatementFlaw> {
        times.check(Timestamp::from_unix_seconds(NOW).unwrap())
    }

    #[test]
    fn a_statement_counts_within_its_times() {
        assert_eq!(check(StatementTimes::default()), Ok(()));
        let at = |exp, nbf, iat| {
            check(StatementTimes {
                exp: Some(NOW + exp),
                nbf: Some(NOW + nbf),
                iat: Some(NOW + iat),
            })
        };
        assert_eq!(at(-29, 30, 30), Ok(()));
        assert_eq!(at(-30, 0, 0), Err(StatementFlaw::Expired));
        assert_eq!(at(60, 31, 0), Err(StatementFlaw::TooEarly));
        assert_eq!(at(60, 0, 31), Err(StatementFlaw::TooEarly));
        let never = StatementTimes {
            exp: Some(i64::MAX),
            ..StatementTimes::default()
        };
        assert_eq!(check(never), Err(StatementFlaw::Claim("exp")));
    }
}
