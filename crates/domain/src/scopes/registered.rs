//! Scopes as administrators see and change them.

use super::{ScopeRecord, ScopeToken};
use crate::clock::Timestamp;
use crate::configuration::ConfigurationName;

/// The most characters of a description.
const MAX_DESCRIPTION: usize = 500;

/// A scope with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredScope {
    /// What the catalogue says of it.
    pub record: ScopeRecord,
    /// Whether a client may ask for it.
    pub is_in_use: bool,
    /// The configuration that looks after it.
    pub managed_by: Option<ConfigurationName>,
    /// Goes up at each change.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Which scopes a list holds. What is `None` chooses none out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeFilter {
    /// What the name begins with.
    pub begins_with: Option<String>,
    /// Enabled or disabled ones.
    pub is_active: Option<bool>,
}

/// What is to be otherwise about a scope; `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeChange {
    /// What the consent page says it allows.
    pub description: Option<String>,
    /// Whether a request without `scope` asks for it.
    pub is_default: Option<bool>,
    /// Whether it may be asked for at all.
    pub is_active: Option<bool>,
    /// The configuration that looks after it: whoever stores the scope stores this beside it.
    pub managed_by: Option<Option<ConfigurationName>>,
}

impl ScopeChange {
    /// Makes the change.
    pub fn apply(self, scope: &mut ScopeRecord) {
        if let Some(description) = self.description {
            scope.description = description;
        }
        scope.is_default = self.is_default.unwrap_or(scope.is_default);
        scope.is_active = self.is_active.unwrap_or(scope.is_active);
    }
}

/// Something that is wrong about a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeFlaw {
    /// Its name cannot stand in the path of a URL by itself.
    #[error("a scope cannot be called . or ..")]
    Name,
    /// Its description is empty, too long or cannot be shown.
    #[error("a description has 1 to 500 characters, none of them a control character")]
    Description,
}

impl ScopeFlaw {
    /// The member that is wrong.
    #[must_use]
    pub const fn member(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
        }
    }
}

impl ScopeRecord {
    /// Everything that is wrong about it.
    #[must_use]
    pub fn flaws(&self) -> Vec<ScopeFlaw> {
        let mut flaws = Vec::new();
        if self.name.is_dots() {
            flaws.push(ScopeFlaw::Name);
        }
        let text = &self.description;
        let length = text.chars().count();
        if length == 0 || length > MAX_DESCRIPTION || text.chars().any(char::is_control) {
            flaws.push(ScopeFlaw::Description);
        }
        flaws
    }
}

impl ScopeToken {
    /// Whether a path would lose it (RFC 3986 §5.2.4): no URL could name it.
    #[must_use]
    pub fn is_dots(&self) -> bool {
        matches!(self.as_str(), "." | "..")
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn scope(name: &str, description: &str) -> ScopeRecord {
        ScopeRecord {
            name: name.parse().unwrap(),
            description: description.to_owned(),
            is_default: false,
            is_active: true,
            is_system: false,
        }
    }

    #[test]
    fn a_scope_has_a_name_that_a_path_can_carry_and_a_description() {
        assert_eq!(scope("notes:read", "Read your notes").flaws(), []);
        assert_eq!(scope("...", "ä".repeat(500).as_str()).flaws(), []);
        let both = [ScopeFlaw::Name, ScopeFlaw::Description];
        for (name, description) in [
            (".", ""),
            ("..", "a\0"),
            ("..", "a\nb"),
            (".", &"x".repeat(501)),
        ] {
            assert_eq!(scope(name, description).flaws(), both);
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let mut changed = scope("notes", "Notes");
        ScopeChange::default().apply(&mut changed);
        assert_eq!(changed, scope("notes", "Notes"));
        let change = ScopeChange {
            is_active: Some(false),
            ..ScopeChange::default()
        };
        change.apply(&mut changed);
        let disabled = ScopeRecord {
            is_active: false,
            ..scope("notes", "Notes")
        };
        assert_eq!(changed, disabled);
    }
}
