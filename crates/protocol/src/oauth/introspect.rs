//! The answer of the introspection endpoint.

use serde::{Deserialize, Serialize};

/// One value as a text, several as a list: how `aud` is written (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// The only one.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Audience {
    /// The audience of a token; `None` where it has none.
    #[must_use]
    pub fn of(mut values: Vec<String>) -> Option<Self> {
        match values.len() {
            0 => None,
            1 => values.pop().map(Self::One),
            _ => Some(Self::Several(values)),
        }
    }

    /// Whether `value` is among them.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        match self {
            Self::One(only) => only == value,
            Self::Several(values) => values.iter().any(|one| one == value),
        }
    }
}

/// What is known of a token (RFC 7662 §2.2). Of a token that does not count nothing is said but that.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IntrospectionResponse {
    /// Whether the token counts.
    pub active: bool,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Whose it is: a user's subject, or the `client_id` for client credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// For whom it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// Which client it was issued to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The name that the user logs in with, where the token has the scope `profile`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// What it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// `Bearer` for an access token; absent for a refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// When it ends, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The access token's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// When the user logged in, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// How strongly the user proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// By which methods (RFC 8176).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amr: Option<Vec<String>>,
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_token_that_does_not_count_nothing_else_is_said() {
        let inactive = serde_json::to_value(IntrospectionResponse::default()).unwrap();
        assert_eq!(inactive, json!({"active": false}));
    }

    #[test]
    fn one_audience_is_a_text_and_several_are_a_list() {
        let written = |values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            serde_json::to_value(Audience::of(values)).unwrap()
        };
        assert_eq!(written(&[]), json!(null));
        assert_eq!(written(&["https://api"]), json!("https://api"));
        assert_eq!(written(&["a", "b"]), json!(["a", "b"]));
    }

    #[test]
    fn an_audience_is_read_in_both_forms() {
        for form in [json!("a"), json!(["b", "a"])] {
            let read: Audience = serde_json::from_value(form).unwrap();
            assert!(read.contains("a") && !read.contains("c"));
        }
    }
}
