//! The payload of a logout token.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// The claims of a logout token ([OpenID Connect Back-Channel Logout §2.4](https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken)).
/// There is never a `nonce` among them, so that it cannot pass for an ID token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogoutTokenClaims {
    /// The issuer, as the metadata name it.
    pub iss: String,
    /// The user, as the client knows them.
    pub sub: String,
    /// The client it is for.
    pub aud: String,
    /// When it was made.
    pub iat: i64,
    /// When it ends.
    pub exp: i64,
    /// Its identifier.
    pub jti: String,
    /// The session that has ended, as the client's ID tokens name it.
    pub sid: String,
    /// That it is a logout token.
    pub events: LogoutEvent,
}

/// The one member of `events`, which is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogoutEvent;

/// The name of that member.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

impl Serialize for LogoutEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(1))?;
        members.serialize_entry(EVENT, &serde_json::Map::new())?;
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_logout_token_says_whose_session_has_ended_and_has_no_nonce() {
        let claims = LogoutTokenClaims {
            iss: "https://as.example".to_owned(),
            sub: "alice".to_owned(),
            aud: "s6BhdRkqt3".to_owned(),
            iat: 1_800_000_000,
            exp: 1_800_000_120,
            jti: "bWJq".to_owned(),
            sid: "08a5019c".to_owned(),
            events: LogoutEvent,
        };
        assert_eq!(
            serde_json::to_value(&claims).unwrap(),
            json!({
                "iss": "https://as.example",
                "sub": "alice",
                "aud": "s6BhdRkqt3",
                "iat": 1_800_000_000,
                "exp": 1_800_000_120,
                "jti": "bWJq",
                "sid": "08a5019c",
                "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
            })
        );
    }
}
