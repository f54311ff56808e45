//! Strict JSON, against a reader that keeps every member.

use authly_crypto::strict_json::{MAX_DEPTH, StrictJsonError, parse};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::Check;

/// The most bytes of a document.
const MAX_BYTES: usize = 4_096;

pub(crate) fn start() -> Check {
    Box::new(|case| {
        let strict = parse(case, MAX_BYTES);
        if case.len() > MAX_BYTES {
            assert_eq!(strict, Err(StrictJsonError::TooLarge));
            return;
        }
        // The other reader stops at 128 levels, where it says that the document is no JSON.
        let plain = serde_json::from_slice::<Value>(case);
        match (&strict, serde_json::from_slice::<Node>(case)) {
            (Ok(value), _) => {
                assert_eq!(plain.ok().as_ref(), Some(value));
                // The last digit of a fraction may come out otherwise: the library reads it fast.
                assert!(parse(value.to_string().as_bytes(), usize::MAX).is_ok());
            }
            (Err(_), Ok(node)) => {
                assert!(node.repeats() || node.depth() > MAX_DEPTH, "{strict:?}");
            }
            (Err(_), Err(_)) => {}
        }
        if let Ok(node) = serde_json::from_slice::<Node>(case)
            && strict.is_ok()
        {
            assert!(!node.repeats() && node.depth() <= MAX_DEPTH);
        }
    })
}

/// A document with every member that was written.
enum Node {
    Leaf,
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    fn depth(&self) -> usize {
        let deepest = |nodes: &mut dyn Iterator<Item = &Self>| nodes.map(Self::depth).max();
        match self {
            Self::Leaf => 0,
            Self::Array(items) => 1 + deepest(&mut items.iter()).unwrap_or(0),
            Self::Object(members) => {
                1 + deepest(&mut members.iter().map(|(_, node)| node)).unwrap_or(0)
            }
        }
    }

    fn repeats(&self) -> bool {
        match self {
            Self::Leaf => false,
            Self::Array(items) => items.iter().any(Self::repeats),
            Self::Object(members) => {
                let mut names: Vec<_> = members.iter().map(|(name, _)| name).collect();
                names.sort();
                names.dedup();
                names.len() < members.len() || members.iter().any(|(_, node)| node.repeats())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Node;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_bool<E>(self, _value: bool) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_i64<E>(self, _value: i64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_u64<E>(self, _value: u64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_str<E>(self, _value: &str) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = items.next_element()? {
            nodes.push(node);
        }
        Ok(Node::Array(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(member) = members.next_entry()? {
            nodes.push(member);
        }
        Ok(Node::Object(nodes))
    }
}
