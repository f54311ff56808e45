//! What a client is held to beyond the rules for all (decisions 20).

use super::named::named;
use crate::keys::SigningAlgorithm;

named! {
    /// `profile`: the rules that a client goes by.
    ClientProfile {
        /// Those of Authly, the rule: an assertion is for the issuer alone.
        Strict = "strict",
        /// Those of OpenID Connect Core §9: an assertion may be for the token endpoint, and signed
        /// with RS256.
        Oidc = "oidc",
        /// Those of the FAPI 2.0 Security Profile.
        Fapi2 = "fapi2",
    }
}

/// For whom a JWT says that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// `aud` is a text.
    One(String),
    /// `aud` is an array of texts.
    Several(Vec<String>),
}

impl Audience {
    /// Whether this is among them.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Several(several) => several.iter().any(|one| one == name),
        }
    }
}

/// What the parameters beside a request object are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutsideParameters {
    /// Nothing: the request is what the client has signed (RFC 9101 §6.3).
    Ignored,
    /// They stand in for what the request object does not say (OpenID Connect Core §6.1).
    Complete,
}

impl ClientProfile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Oidc, Self::Fapi2];

    /// What a client may sign with. RS256 is for those whom OpenID Connect leaves no choice
    /// (FAPI 2.0 §5.4.1).
    #[must_use]
    pub const fn signing_algorithms(self) -> &'static [SigningAlgorithm] {
        match self {
            Self::Oidc => &SigningAlgorithm::ALL,
            Self::Strict | Self::Fapi2 => &[
                SigningAlgorithm::Ps256,
                SigningAlgorithm::Es256,
                SigningAlgorithm::EdDsa,
            ],
        }
    }

    /// Whether an assertion of this audience is for us. One that is also for somebody else could be
    /// used here by them (draft-ietf-oauth-rfc7523bis §4), so that only `oidc` takes it.
    #[must_use]
    pub fn admits(self, audience: &Audience, issuer: &str, token_endpoint: &str) -> bool {
        match (self, audience) {
            (Self::Strict | Self::Fapi2, Audience::One(one)) => one == issuer,
            (Self::Strict, Audience::Several(several)) => several.as_slice() == [issuer.to_owned()],
            // FAPI 2.0 §5.3.2.1: a text, and nothing else.
            (Self::Fapi2, Audience::Several(_)) => false,
            (Self::Oidc, several) => several.holds(issuer) || several.holds(token_endpoint),
        }
    }

    /// What the parameters beside a request object are worth.
    #[must_use]
    pub const fn outside_parameters(self) -> OutsideParameters {
        match self {
            Self::Oidc => OutsideParameters::Complete,
            Self::Strict | Self::Fapi2 => OutsideParameters::Ignored,
        }
    }

    /// The claims that a request object needs beside its parameters. OpenID Connect Core §6.1 demands none
    /// of a client; FAPI 2.0 Message Signing §5.3.1 demands them all.
    #[must_use]
    pub const fn request_object_claims(self) -> &'static [&'static str] {
        match self {
            Self::Oidc => &[],
            Self::Strict => &["iss", "aud", "exp", "client_id"],
            Self::Fapi2 => &["iss", "aud", "exp", "client_id", "nbf"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://auth.example";
    const TOKEN: &str = "https://auth.example/token";

    #[test]
    fn each_profile_has_its_own_audience() {
        use ClientProfile::{Fapi2, Oidc, Strict};
        let one = |text: &str| Audience::One(text.to_owned());
        let several = |texts: &[&str]| {
            Audience::Several(texts.iter().map(|text| (*text).to_owned()).collect())
        };
        for (audience, admitted) in [
            (one(ISSUER), &[Strict, Oidc, Fapi2][..]),
            (one(TOKEN), &[Oidc]),
            (several(&[ISSUER]), &[Strict, Oidc]),
            (several(&[TOKEN]), &[Oidc]),
            (several(&[ISSUER, TOKEN]), &[Oidc]),
            (several(&["https://other.example", ISSUER]), &[Oidc]),
            (several(&["https://other.example"]), &[]),
            (several(&[]), &[]),
            (one("https://auth.example/"), &[]),
            (one("https://auth.example/token?a"), &[]),
            (one(""), &[]),
        ] {
            for profile in ClientProfile::ALL {
                let admits = profile.admits(&audience, ISSUER, TOKEN);
                assert_eq!(
                    admits,
                    admitted.contains(&profile),
                    "{profile:?} {audience:?}"
                );
            }
        }
    }

    #[test]
    fn only_the_profile_of_openid_connect_takes_rs256() {
        for profile in ClientProfile::ALL {
            let takes = profile
                .signing_algorithms()
                .contains(&SigningAlgorithm::Rs256);
            assert_eq!(takes, profile == ClientProfile::Oidc);
        }
    }
}
