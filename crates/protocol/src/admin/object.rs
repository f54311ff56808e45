//! Documents within documents, which are objects: what is derived would take a list as well, whose
//! entries were the members in order.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::Patch;

/// A document that stood there as an object.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members)).map(Object)
            }
        }

        deserializer.deserialize_map(Members(PhantomData))
    }
}

/// Reads a document, for `deserialize_with`.
pub(super) fn required<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Object::<T>::deserialize(deserializer).map(|Object(document)| document)
}

/// Reads several documents, for `deserialize_with`.
pub(super) fn list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let read = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(read.into_iter().map(|Object(document)| document).collect())
}

/// Reads a document that may be absent, for `deserialize_with`.
pub(super) fn optional<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let read = Option::<Object<T>>::deserialize(deserializer)?;
    Ok(read.map(|Object(document)| document))
}

/// Reads what a change says of a document, for `deserialize_with`.
pub(super) fn patch<'de, T, D>(deserializer: D) -> Result<Patch<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let read = Patch::<Object<T>>::deserialize(deserializer)?;
    Ok(read.map(|Object(document)| document))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Eq, Default, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Inner {
        name: Option<String>,
    }

    #[derive(Debug, PartialEq, Eq, Default, serde::Deserialize)]
    #[serde(default)]
    struct Outer {
        #[serde(deserialize_with = "optional")]
        given: Option<Inner>,
        #[serde(deserialize_with = "patch")]
        changed: Patch<Inner>,
    }

    #[test]
    fn an_object_is_read_and_absence_and_null_are_what_they_were() {
        let read = |json| serde_json::from_value::<Outer>(json).unwrap();
        assert_eq!(read(json!({})), Outer::default());
        let cleared = read(json!({"given": null, "changed": null}));
        assert_eq!((cleared.given, cleared.changed), (None, Patch::Clear));
        let inner = || Inner {
            name: Some("x".to_owned()),
        };
        let set = read(json!({"given": {"name": "x"}, "changed": {"name": "x"}}));
        assert_eq!(
            (set.given, set.changed),
            (Some(inner()), Patch::Set(inner()))
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for member in ["given", "changed"] {
            for value in [
                json!([]),
                json!(["x"]),
                json!("x"),
                json!(7),
                json!({"b": 1}),
            ] {
                let outer = json!({member: value});
                let read = serde_json::from_value::<Outer>(outer.clone());
                assert!(read.is_err(), "{outer}");
                let read = serde_json::from_str::<Outer>(&outer.to_string());
                assert!(read.is_err(), "{outer}");
            }
        }
    }
}
