//! The scopes of administration: what an access token may be used for at the admin API.

use std::fmt;
use std::str::FromStr;

/// Declares the scopes with their names and what they allow.
macro_rules! admin_scopes {
    ($($variant:ident = $name:literal, $about:literal;)+) => {
        /// One scope of administration. It opens nothing by itself: who calls must be an
        /// administrator, or a service client that an administrator has entitled.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum AdminScope {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        impl AdminScope {
            /// Every scope of administration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// What the consent page says it allows.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => $about,)+
                }
            }
        }
    };
}

admin_scopes! {
    ClientsRead = "admin:clients:read", "See applications as an administrator";
    ClientsWrite = "admin:clients:write", "Change applications as an administrator";
    ScopesRead = "admin:scopes:read", "See scopes as an administrator";
    ScopesWrite = "admin:scopes:write", "Change scopes as an administrator";
    UsersRead = "admin:users:read", "See users as an administrator";
    UsersWrite = "admin:users:write", "Change users as an administrator";
    SystemRead = "admin:system:read", "See the server and its settings as an administrator";
    SystemWrite = "admin:system:write", "Change the server and its settings as an administrator";
    TokensRead = "admin:tokens:read", "See tokens and grants as an administrator";
    TokensWrite = "admin:tokens:write", "Change tokens and grants as an administrator";
    KeysRead = "admin:keys:read", "See signing keys as an administrator";
    KeysWrite = "admin:keys:write", "Change signing keys as an administrator";
    AuditRead = "admin:audit:read", "See the audit trail as an administrator";
    AuditWrite = "admin:audit:write", "Change the audit trail as an administrator";
}

impl fmt::Display for AdminScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text is not the name of a scope of administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a scope of administration")]
pub struct ParseAdminScopeError;

impl FromStr for AdminScope {
    type Err = ParseAdminScopeError;

    fn from_str(text: &str) -> Result<Self, ParseAdminScopeError> {
        let mut all = Self::ALL.iter().copied();
        all.find(|scope| scope.as_str() == text)
            .ok_or(ParseAdminScopeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_area_has_a_scope_to_read_and_one_to_write() {
        for scope in AdminScope::ALL {
            let name = scope.as_str();
            assert_eq!(name.parse(), Ok(*scope));
            let other = match name.strip_suffix(":read") {
                Some(area) => format!("{area}:write"),
                None => name.replace(":write", ":read"),
            };
            assert!(
                other != name && other.parse::<AdminScope>().is_ok(),
                "{name}"
            );
        }
        assert_eq!(
            "admin:clients".parse::<AdminScope>(),
            Err(ParseAdminScopeError)
        );
    }
}
