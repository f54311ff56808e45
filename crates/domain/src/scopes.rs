//! Scopes (OAuth 2.1 §1.4.1) and resources (RFC 8707).

mod admin;
mod registered;
mod resource;

use std::fmt;
use std::str::FromStr;

pub use admin::{AdminScope, ParseAdminScopeError};
pub use registered::{RegisteredScope, ScopeChange, ScopeFilter, ScopeFlaw};
pub use resource::{ParseResourceError, Resource};

/// The longest scope name that is accepted, in bytes.
pub const MAX_TOKEN_LENGTH: usize = 128;
/// The most scope names that one scope may hold.
pub const MAX_TOKENS: usize = 64;

/// The scopes that speak of a user: they mean nothing where a client acts for itself.
const IDENTITY: [&str; 7] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "profile:write",
    "offline_access",
];

/// Why a text is not a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseScopeError {
    /// A name is empty or holds a character outside `%x21 / %x23-5B / %x5D-7E`.
    #[error("a scope name holds a character that is not allowed")]
    Character,
    /// A name is longer than [`MAX_TOKEN_LENGTH`].
    #[error("a scope name is too long")]
    TooLong,
    /// There are more names than [`MAX_TOKENS`].
    #[error("there are too many scope names")]
    TooMany,
}

/// One scope name: `scope-token` of OAuth 2.1 §1.4.1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeToken(String);

impl ScopeToken {
    /// The name as on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ScopeToken {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        if text.len() > MAX_TOKEN_LENGTH {
            return Err(ParseScopeError::TooLong);
        }
        let allowed = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if text.is_empty() || !text.bytes().all(allowed) {
            return Err(ParseScopeError::Character);
        }
        Ok(Self(text.to_owned()))
    }
}

/// A set of scope names that keeps the order in which they were written. Two with the same names are
/// equal, whatever their order (OAuth 2.1 §1.4.1: the order does not matter).
#[derive(Debug, Clone, Eq, Default)]
pub struct Scope(Vec<ScopeToken>);

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.covers(other) && other.covers(self)
    }
}

impl Scope {
    /// The scope without any name.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Whether there is no name in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `name` is in it.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|token| token.as_str() == name)
    }

    /// Whether a scope of administration is in it.
    #[must_use]
    pub fn administers(&self) -> bool {
        AdminScope::ALL
            .iter()
            .any(|one| self.contains(one.as_str()))
    }

    /// Whether it is there for administration and nothing else.
    #[must_use]
    pub fn only_administers(&self) -> bool {
        let is_one = |token: &ScopeToken| {
            let mut all = AdminScope::ALL.iter();
            all.any(|one| one.as_str() == token.as_str())
        };
        !self.is_empty() && self.0.iter().all(is_one)
    }

    /// Whether every name of `other` is in it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|token| self.0.contains(token))
    }

    /// The names that are in both, in this one's order.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|token| other.0.contains(token))
                .cloned()
                .collect(),
        )
    }

    /// The names that are not in `other`, in this one's order.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|token| !other.0.contains(token))
                .cloned()
                .collect(),
        )
    }

    /// The names that mean something without a user: all but those that speak of one.
    #[must_use]
    pub fn without_identity(&self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|name| !IDENTITY.contains(&name.as_str()))
                .cloned()
                .collect(),
        )
    }

    /// The names of both, this one's first.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.0.iter().chain(&other.0).cloned().collect()
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &ScopeToken> {
        self.0.iter()
    }
}

impl FromIterator<ScopeToken> for Scope {
    fn from_iter<I: IntoIterator<Item = ScopeToken>>(names: I) -> Self {
        let mut scope = Self::empty();
        for name in names {
            if !scope.0.contains(&name) {
                scope.0.push(name);
            }
        }
        scope
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(name.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Scope {
    type Err = ParseScopeError;

    /// Reads names divided by single or repeated spaces; a repeated name counts once.
    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        let mut scope = Self::empty();
        for name in text.split(' ').filter(|name| !name.is_empty()) {
            let name: ScopeToken = name.parse()?;
            if !scope.0.contains(&name) {
                if scope.0.len() == MAX_TOKENS {
                    return Err(ParseScopeError::TooMany);
                }
                scope.0.push(name);
            }
        }
        Ok(scope)
    }
}

/// A row of the scope catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeRecord {
    /// Its name on the wire.
    pub name: ScopeToken,
    /// What the consent page says it allows.
    pub description: String,
    /// Whether a request without `scope` asks for it (OAuth 2.1 §1.4.1).
    pub is_default: bool,
    /// Whether it may be asked for at all.
    pub is_active: bool,
    /// Whether the server depends on it, so that it cannot be deleted.
    pub is_system: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::*;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    #[test]
    fn a_repeated_name_counts_once_and_order_is_kept() {
        assert_eq!(scope("b  a b").to_string(), "b a");
    }

    #[test]
    fn the_order_does_not_matter() {
        assert_eq!(scope("a b"), scope("b a"));
        assert_ne!(scope("a b"), scope("a"));
    }

    #[test]
    fn characters_outside_the_grammar_are_refused() {
        for text in ["a\"b", "a\\b", "a\tb", "é", "a\0"] {
            assert_eq!(
                text.parse::<Scope>(),
                Err(ParseScopeError::Character),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_flood_of_names_is_refused() {
        let many: Vec<String> = (0..=MAX_TOKENS).map(|n| format!("s{n}")).collect();
        assert_eq!(
            many.join(" ").parse::<Scope>(),
            Err(ParseScopeError::TooMany)
        );
        assert_eq!(
            "x".repeat(129).parse::<Scope>(),
            Err(ParseScopeError::TooLong)
        );
    }

    #[test]
    fn covering_intersecting_and_subtracting_work_by_name() {
        let all = scope("openid profile email");
        assert!(all.covers(&scope("email openid")));
        assert!(!all.covers(&scope("email admin")));
        assert_eq!(all.intersection(&scope("email x")).to_string(), "email");
        assert_eq!(all.without(&scope("openid")).to_string(), "profile email");
        assert_eq!(scope("a b").union(&scope("b c")).to_string(), "a b c");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn whatever_parses_reads_back_the_same(text in ".{0,80}") {
            if let Ok(scope) = text.parse::<Scope>() {
                assert_eq!(scope.to_string().parse::<Scope>().unwrap(), scope);
            }
        }
    }
}
