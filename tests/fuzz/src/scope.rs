//! Scopes and resources: one scope in the first line, another in the rest.

use std::collections::BTreeSet;

use authly_domain::scopes::{MAX_TOKENS, Resource, Scope, ScopeToken};

use crate::{Check, first_line, of_text};

pub(crate) fn start() -> Check {
    of_text(|case| {
        let (one, other) = first_line(case);
        if let (Some(one), Some(other)) = (scope(one), scope(other)) {
            algebra(&one, &other);
        }
        if let Ok(resource) = other.parse::<Resource>() {
            assert_eq!(resource.as_str(), other);
            assert!(!other.contains('#') && url::Url::parse(other).is_ok());
            let normal = resource.normal_form();
            if normal.starts_with("http:") || normal.starts_with("https:") {
                // What is taken for the same is the same URL.
                assert_eq!(url::Url::parse(normal), url::Url::parse(other));
            }
        }
    })
}

/// Holds reading and writing against OAuth 2.1 §1.4.1.
fn scope(text: &str) -> Option<Scope> {
    let scope = text.parse::<Scope>().ok()?;
    assert_eq!(scope.to_string().parse(), Ok(scope.clone()));
    let written = scope.to_string();
    let grammar = |byte: u8| matches!(byte, 0x20 | 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    assert!(written.bytes().all(grammar), "{written:?}");
    let expected: BTreeSet<_> = text.split(' ').filter(|name| !name.is_empty()).collect();
    assert!(expected.len() <= MAX_TOKENS);
    assert_eq!(names(&scope), expected);
    Some(scope)
}

fn names(scope: &Scope) -> BTreeSet<&str> {
    let names: Vec<_> = scope.iter().map(ScopeToken::as_str).collect();
    let set: BTreeSet<_> = names.iter().copied().collect();
    assert_eq!(set.len(), names.len(), "a name stands once");
    set
}

/// Holds the operations against those of sets.
fn algebra(one: &Scope, other: &Scope) {
    let (left, right) = (names(one), names(other));
    assert_eq!(names(&one.union(other)), &left | &right);
    assert_eq!(names(&one.intersection(other)), &left & &right);
    assert_eq!(names(&one.without(other)), &left - &right);
    assert_eq!(one.covers(other), left.is_superset(&right));
    assert_eq!(one == other, left == right);
}
