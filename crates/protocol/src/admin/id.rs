//! Identifiers as the admin API writes them: the bare UUID.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use authly_domain::id::{ParseIdError, UuidBacked};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// An identifier of the kind `T`, written as its bare UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id<T>(pub T);

impl<T: UuidBacked> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bare().fmt(f)
    }
}

impl<T: UuidBacked> FromStr for Id<T> {
    type Err = ParseIdError;

    /// Reads the form with hyphens (RFC 9562 §4) and no other, so that an address has one spelling.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let hyphenated = text.len() == 36;
        let parsed = Uuid::try_parse(text).ok().filter(|_uuid| hyphenated);
        parsed.map(|uuid| Self(T::wrap(uuid))).ok_or(ParseIdError)
    }
}

impl<T: UuidBacked> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: UuidBacked> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<T> JsonSchema for Id<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Id")
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "uuid"})
    }
}

#[cfg(test)]
mod tests {
    use authly_domain::id::ClientKey;
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn an_identifier_is_its_bare_uuid() {
        let text = "0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e";
        let id: Id<ClientKey> = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Id<ClientKey>>(&json).unwrap(), id);
    }

    #[test]
    fn other_spellings_of_a_uuid_are_refused() {
        for text in [
            "0198f2c47e1a7c3b9d2e1f0a2b3c4d5e",
            "{0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e}",
            "cli_0198f2c4-7e1a-7c3b-9d2e-1f0a2b3c4d5e",
            "",
        ] {
            assert_eq!(text.parse::<Id<ClientKey>>(), Err(ParseIdError), "{text}");
        }
    }
}
