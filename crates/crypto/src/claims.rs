//! The payloads of our tokens. Times are whole seconds since 1970-01-01T00:00:00Z (`NumericDate`,
//! RFC 7519 §2), always integers.

mod logout;

use authly_domain::keys::SigningAlgorithm;
use authly_domain::secret::AccessToken;
use authly_domain::users::{Address, ClaimValue, GivenClaims};
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256, Sha512};

use crate::base64url;

pub use logout::{LogoutEvent, LogoutTokenClaims};

/// The claims of an access token ([RFC 9068 §2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessTokenClaims {
    /// The issuer, as the metadata name it.
    pub iss: String,
    /// The user's subject, or the client's id when no user is involved.
    pub sub: String,
    /// The resource servers it is for: at least one. Text when one, an array when several.
    #[serde(serialize_with = "one_or_many")]
    pub aud: Vec<String>,
    /// The client it was issued to.
    pub client_id: String,
    /// What it allows: names with spaces between them. Left out when empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Its identifier.
    pub jti: String,
    /// When it was issued.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// When the user proved who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How strongly the user did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// By which means (RFC 8176). Left out when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
}

/// The claims of an ID token ([OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdTokenClaims {
    /// The issuer, as the metadata name it.
    pub iss: String,
    /// The user's subject.
    pub sub: String,
    /// The client it is for: at least one. Text when one, an array when several.
    #[serde(serialize_with = "one_or_many")]
    pub aud: Vec<String>,
    /// When it ends.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When the user proved who they are.
    pub auth_time: i64,
    /// The request's `nonce`, if it had one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How strongly the user proved who they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// By which means (RFC 8176). Left out when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// The party it was issued to, where that is not the one audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azp: Option<String>,
    /// The session it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// The access token issued with it: see [`at_hash`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    /// Claims about the user that the request asked for here.
    #[serde(flatten)]
    pub user: UserClaimsSet,
}

/// The claims of a signed answer of UserInfo ([OpenID Connect Core §5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)).
/// It says neither when it was made nor when it ends, so that it never passes for an ID token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserInfoClaims {
    /// The issuer, as the metadata name it.
    pub iss: String,
    /// The client it is for.
    pub aud: String,
    /// The user's subject.
    pub sub: String,
    /// What the access token opens.
    #[serde(flatten)]
    pub user: UserClaimsSet,
}

/// Claims about a user as JSON members (OpenID Connect Core §5.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserClaimsSet(pub GivenClaims);

impl Serialize for UserClaimsSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        for (claim, value) in &self.0.0 {
            let name = claim.as_str();
            match value {
                ClaimValue::Text(text) => members.serialize_entry(name, text)?,
                ClaimValue::Flag(flag) => members.serialize_entry(name, flag)?,
                ClaimValue::Number(number) => members.serialize_entry(name, number)?,
                ClaimValue::Address(address) => {
                    members.serialize_entry(name, &AddressMembers::of(address))?;
                }
            }
        }
        members.end()
    }
}

/// The members of the claim `address` (OpenID Connect Core §5.1.1).
#[derive(Serialize)]
struct AddressMembers<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    formatted: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    street_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locality: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

impl<'a> AddressMembers<'a> {
    fn of(address: &'a Address) -> Self {
        Self {
            formatted: address.formatted.as_deref(),
            street_address: address.street_address.as_deref(),
            locality: address.locality.as_deref(),
            region: address.region.as_deref(),
            postal_code: address.postal_code.as_deref(),
            country: address.country.as_deref(),
        }
    }
}

/// The `at_hash` of an access token ([OpenID Connect Core §3.1.3.6](https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken)):
/// base64url of the left half of its hash, with the hash of the algorithm that signs the *ID token*.
/// For Ed25519 that is SHA-512, which it uses inside.
#[must_use]
pub fn at_hash(access_token: &AccessToken, algorithm: SigningAlgorithm) -> String {
    let text = access_token.expose();
    match algorithm {
        SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 | SigningAlgorithm::Es256 => {
            left_half(&Sha256::digest(text))
        }
        SigningAlgorithm::EdDsa => left_half(&Sha512::digest(text)),
    }
}

fn left_half(hash: &[u8]) -> String {
    let (left, _right) = hash.split_at(hash.len() / 2);
    base64url::encode(left)
}

/// RFC 7519 §4.1.3: one audience may be plain text, which is what every reader understands.
fn one_or_many<S: Serializer>(audience: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match audience {
        [] => Err(S::Error::custom("a token needs an audience")),
        [one] => serializer.serialize_str(one),
        many => many.serialize(serializer),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    fn access() -> AccessTokenClaims {
        AccessTokenClaims {
            iss: "https://as.example".to_owned(),
            sub: "s6BhdRkqt3".to_owned(),
            aud: vec!["https://rs.example".to_owned()],
            client_id: "s6BhdRkqt3".to_owned(),
            scope: String::new(),
            jti: "j1".to_owned(),
            iat: 1_800_000_000,
            exp: 1_800_000_900,
            auth_time: None,
            acr: None,
            amr: Vec::new(),
        }
    }

    fn id_token() -> IdTokenClaims {
        IdTokenClaims {
            iss: "https://as.example".to_owned(),
            sub: "u".to_owned(),
            aud: vec!["c".to_owned()],
            exp: 1_800_000_900,
            iat: 1_800_000_000,
            auth_time: 1_799_999_000,
            nonce: None,
            acr: None,
            amr: Vec::new(),
            azp: None,
            sid: None,
            at_hash: None,
            user: UserClaimsSet::default(),
        }
    }

    #[test]
    fn what_an_access_token_has_no_value_for_is_left_out() {
        let expected = json!({
            "iss": "https://as.example", "sub": "s6BhdRkqt3", "aud": "https://rs.example",
            "client_id": "s6BhdRkqt3", "jti": "j1", "iat": 1_800_000_000, "exp": 1_800_000_900,
        });
        assert_eq!(serde_json::to_value(access()).unwrap(), expected);
    }

    #[test]
    fn a_full_access_token_says_everything_and_times_are_integers() {
        let mut claims = access();
        claims.aud.push("https://other.example".to_owned());
        claims.scope = "openid profile".to_owned();
        claims.auth_time = Some(1_799_999_000);
        claims.acr = Some("1".to_owned());
        claims.amr = vec!["pwd".to_owned()];
        let expected = concat!(
            r#"{"iss":"https://as.example","sub":"s6BhdRkqt3","#,
            r#""aud":["https://rs.example","https://other.example"],"client_id":"s6BhdRkqt3","#,
            r#""scope":"openid profile","jti":"j1","iat":1800000000,"exp":1800000900,"#,
            r#""auth_time":1799999000,"acr":"1","amr":["pwd"]}"#,
        );
        assert_eq!(serde_json::to_string(&claims).unwrap(), expected);
    }

    #[test]
    fn a_token_without_audience_cannot_be_written() {
        let claims = AccessTokenClaims {
            aud: Vec::new(),
            ..access()
        };
        assert!(serde_json::to_string(&claims).is_err());
    }

    #[test]
    fn an_id_token_carries_what_the_request_brought() {
        let claims = IdTokenClaims {
            nonce: Some("n".to_owned()),
            sid: Some("s".to_owned()),
            at_hash: Some("h".to_owned()),
            ..id_token()
        };
        let expected = json!({
            "iss": "https://as.example", "sub": "u", "aud": "c", "exp": 1_800_000_900,
            "iat": 1_800_000_000, "auth_time": 1_799_999_000, "nonce": "n", "sid": "s",
            "at_hash": "h",
        });
        assert_eq!(serde_json::to_value(claims).unwrap(), expected);
    }

    #[test]
    fn claims_about_the_user_stand_beside_the_others_in_their_types() {
        use authly_domain::users::StandardClaim as C;
        let address = Address {
            locality: Some("Berlin".to_owned()),
            ..Address::default()
        };
        let given = GivenClaims(vec![
            (C::Name, ClaimValue::Text("Alice".to_owned())),
            (C::EmailVerified, ClaimValue::Flag(true)),
            (C::UpdatedAt, ClaimValue::Number(1_800_000_000)),
            (C::Address, ClaimValue::Address(address)),
        ]);
        let claims = UserInfoClaims {
            iss: "https://as.example".to_owned(),
            aud: "c".to_owned(),
            sub: "u".to_owned(),
            user: UserClaimsSet(given),
        };
        let expected = json!({
            "iss": "https://as.example", "aud": "c", "sub": "u", "name": "Alice",
            "email_verified": true, "updated_at": 1_800_000_000, "address": {"locality": "Berlin"},
        });
        assert_eq!(serde_json::to_value(claims).unwrap(), expected);
    }

    #[test]
    fn the_at_hash_example_of_openid_connect_comes_out() {
        // OpenID Connect Core appendix A.3 and A.4.
        let token = AccessToken::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y".to_owned());
        assert_eq!(
            at_hash(&token, SigningAlgorithm::Rs256),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(at_hash(&token, SigningAlgorithm::EdDsa).len(), 43);
    }
}
