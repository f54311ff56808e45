//! JSON from strangers: one meaning for each document.
//!
//! Parsers disagree about repeated members (RFC 8259 §4), which lets a signed document say one thing
//! to us and another to the next reader; RFC 7515 §4 lets us refuse them, and so we do. Depth and
//! size have limits, so that a document cannot cost more than it is worth.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How deep arrays and objects may lie within each other.
pub const MAX_DEPTH: usize = 16;

/// Why a document is refused. None of them quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StrictJsonError {
    /// It has more bytes than the caller allows.
    #[error("the JSON document is too large")]
    TooLarge,
    /// It is not JSON (RFC 8259), or there is more after it.
    #[error("the document is not JSON")]
    Malformed,
    /// Arrays and objects lie deeper than [`MAX_DEPTH`].
    #[error("the JSON document is nested too deeply")]
    TooDeep,
    /// An object has two members of the same name.
    #[error("the JSON document repeats a member")]
    DuplicateMember,
}

/// Reads a document of at most `max_bytes` bytes.
///
/// # Errors
/// When it is too large, not JSON, nested too deeply or repeats a member of an object.
pub fn parse(bytes: &[u8], max_bytes: usize) -> Result<Value, StrictJsonError> {
    if bytes.len() > max_bytes {
        return Err(StrictJsonError::TooLarge);
    }
    let refusal = Cell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Strict {
        depth: 0,
        refusal: &refusal,
    }
    .deserialize(&mut reader)
    .and_then(|value| reader.end().map(|()| value))
    .map_err(|_error| refusal.get().unwrap_or(StrictJsonError::Malformed))
}

/// Builds a value and counts how deep it is. The reason for a refusal goes to the cell, because the
/// reader's own error is only text.
#[derive(Clone, Copy)]
struct Strict<'c> {
    depth: usize,
    refusal: &'c Cell<Option<StrictJsonError>>,
}

impl Strict<'_> {
    fn refuse<E: de::Error>(self, reason: StrictJsonError) -> E {
        self.refusal.set(Some(reason));
        E::custom(reason)
    }

    /// For the members of an array or object.
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(self.refuse(StrictJsonError::TooDeep));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| self.refuse(StrictJsonError::Malformed))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let member = members.next_value_seed(inside)?;
            if object.insert(name, member).is_some() {
                return Err(self.refuse(StrictJsonError::DuplicateMember));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Value, StrictJsonError> {
        parse(text.as_bytes(), 10_000)
    }

    #[test]
    fn a_plain_document_reads_as_usual() {
        let text = r#"{"a":[1,-2,2.5,true,null,"é\n"],"b":{"a":{}}}"#;
        let expected = json!({"a": [1, -2, 2.5, true, null, "é\n"], "b": {"a": {}}});
        assert_eq!(read(text), Ok(expected));
    }

    #[test]
    fn a_repeated_member_is_refused_however_it_is_spelled_and_wherever_it_is() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"[{"b":{"a":1,"c":2,"a":3}}]"#,
        ] {
            assert_eq!(read(text), Err(StrictJsonError::DuplicateMember), "{text}");
        }
    }

    #[test]
    fn sixteen_levels_are_read_and_seventeen_are_not() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(read(&nested(MAX_DEPTH + 1)), Err(StrictJsonError::TooDeep));
        assert_eq!(read(&"[".repeat(5_000)), Err(StrictJsonError::TooDeep));
        assert_eq!(
            read(&r#"{"a":"#.repeat(1_000)),
            Err(StrictJsonError::TooDeep)
        );
    }

    #[test]
    fn a_document_over_the_limit_is_refused_unread() {
        assert_eq!(parse(b"[1]", 3), Ok(json!([1])));
        assert_eq!(parse(b"[12]", 3), Err(StrictJsonError::TooLarge));
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            "{",
            "{} {}",
            "nul",
            "{'a':1}",
            "[1,]",
            "1e999",
            "\u{FEFF}{}",
            "\"\t\"",
        ] {
            assert_eq!(read(text), Err(StrictJsonError::Malformed), "{text:?}");
        }
        assert_eq!(parse(b"\"\xFF\"", 10), Err(StrictJsonError::Malformed));
    }

    /// A document that is a few levels deep.
    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn every_document_is_read_as_it_was_written(document in document()) {
            assert_eq!(read(&document.to_string()), Ok(document));
        }

        #[test]
        fn one_member_that_stands_twice_spoils_every_document(
            document in document(),
            name in "\\PC{0,5}",
            others in prop::collection::btree_map("[a-z]{1,3}", document(), 0..4),
        ) {
            let name = Value::from(name);
            let others = others.into_iter().filter(|(other, _)| Some(other.as_str()) != name.as_str());
            let between: Vec<_> = others
                .map(|(other, value)| format!("{}:{value},", Value::from(other)))
                .collect();
            let between = between.concat();
            let twice = format!("{{{name}:1,{between}{name}:{document}}}");
            assert_eq!(read(&twice), Err(StrictJsonError::DuplicateMember), "{twice}");
            assert_eq!(read(&format!("[{document},{twice}]")), Err(StrictJsonError::DuplicateMember));
        }

        #[test]
        fn what_it_reads_the_library_reads_the_same(text in r#"[\[\]{}:,"ab0-9.eE+ -]{0,40}"#) {
            if let Ok(value) = read(&text) {
                assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
            }
        }

        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(parse(&bytes, 150));
        }

        #[test]
        fn nothing_that_looks_like_json_makes_it_panic(text in r#"[\[\]{}:,"\\ua0-9.eE+ -]{0,80}"#) {
            if let Ok(value) = read(&text) {
                assert!(read(&value.to_string()).is_ok());
            }
        }
    }
}
