//! A token's value on its way to the server.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use authly_domain::secret::PresentedToken;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest value that is looked up, in characters: no token of ours is as long.
const LONGEST: usize = 16_384;

/// A token's value: shown by nothing, and sent in bodies alone.
#[derive(Clone)]
pub struct TokenValue(Arc<PresentedToken>);

impl TokenValue {
    /// Takes the text as the value.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Arc::new(PresentedToken::new(text)))
    }

    /// The text itself, for its digest.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for TokenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenValue([redacted])")
    }
}

impl Serialize for TokenValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for TokenValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Says what is wrong about a value without quoting it.
        struct Text;

        impl serde::de::Visitor<'_> for Text {
            type Value = TokenValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a token")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<TokenValue, E> {
                match text.len() {
                    1..=LONGEST => Ok(TokenValue::new(text.to_owned())),
                    _ => Err(E::custom("it is no token: 1 to 16384 characters are")),
                }
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for TokenValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("TokenValue")
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "maxLength": LONGEST, "writeOnly": true})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_sent_and_not_shown() {
        let value: TokenValue = serde_json::from_str(r#""a.b.c""#).unwrap();
        assert_eq!(value.expose(), "a.b.c");
        assert_eq!(serde_json::to_string(&value).unwrap(), r#""a.b.c""#);
        assert_eq!(format!("{value:?}"), "TokenValue([redacted])");
    }

    #[test]
    fn what_can_be_no_token_is_refused_without_being_quoted() {
        let long = format!("\"{}\"", "s3cret".repeat(LONGEST));
        for text in [r#""""#, &long, "null", r#"["s3cret"]"#] {
            let refused = serde_json::from_str::<TokenValue>(text).unwrap_err();
            assert!(!refused.to_string().contains("s3cret"), "{refused}");
        }
    }
}
