//! User names and addresses, with the normal form in which they are unique.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

/// Why a text is not a user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// It has no character, or more than 64.
    #[error("a user name has between 1 and 64 characters")]
    Length,
    /// It holds something else than letters, digits and `.`, `_`, `-`, `+`.
    #[error("a user name consists of letters, digits and . _ - +")]
    Character,
    /// It does not begin and end with a letter or digit.
    #[error("a user name begins and ends with a letter or digit")]
    Edge,
}

/// A user name. Two that look alike but for case or width are the same name: see
/// [`normal_form`](Username::normal_form).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username {
    text: String,
    normal: String,
}

/// NFKC, lower case, NFKC again: the form in which names are unique.
fn normal_form(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

impl Username {
    /// The name as the user writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form that is unique and looked up.
    #[must_use]
    pub fn normal_form(&self) -> &str {
        &self.normal
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    /// The `@` is left out on purpose: a name can then never be somebody's address.
    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let text: String = text.nfkc().take(65).collect();
        if text.is_empty() || text.chars().count() > 64 {
            return Err(UsernameError::Length);
        }
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
        if !text.chars().all(allowed) {
            return Err(UsernameError::Character);
        }
        let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !edge(text.chars().next()) || !edge(text.chars().next_back()) {
            return Err(UsernameError::Edge);
        }
        let normal = normal_form(&text);
        Ok(Self { text, normal })
    }
}

/// Why a text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct EmailError;

/// An e-mail address, unique without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    text: String,
    normal: String,
}

impl Email {
    /// The address as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form that is unique and looked up.
    #[must_use]
    pub fn normal_form(&self) -> &str {
        &self.normal
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let domain_ok = domain.split('.').all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let local_ok = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
        if text.len() > 254 || local.is_empty() || !local.chars().all(local_ok) || !domain_ok {
            return Err(EmailError);
        }
        Ok(Self {
            text: text.to_owned(),
            normal: normal_form(text),
        })
    }
}

/// What a person typed to say who they are: a user name or an address, in normal form. Text that
/// can be neither is kept as `Nobody`, since login treats it as an unknown user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginName {
    /// A user name's normal form.
    Username(String),
    /// An address's normal form.
    Email(String),
    /// Neither: no account can have it.
    Nobody,
}

impl LoginName {
    /// Reads what was typed, less the spaces around it.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.trim();
        if let Ok(email) = text.parse::<Email>() {
            return Self::Email(email.normal);
        }
        text.parse::<Username>()
            .map_or(Self::Nobody, |name| Self::Username(name.normal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_or_width_are_the_same() {
        let normal = |text: &str| text.parse::<Username>().unwrap().normal;
        assert_eq!(normal("Admin"), "admin");
        assert_eq!(normal("\u{ff21}dmin"), "admin");
        assert_eq!(normal("\u{212a}elvin"), "kelvin");
    }

    #[test]
    fn invisible_reversed_and_padded_names_are_refused() {
        for text in [
            "",
            "a b",
            "a\u{200b}b",
            "\u{202e}abc",
            "abc.",
            " abc",
            "a@b",
            "a\0b",
            "-a",
        ] {
            assert!(text.parse::<Username>().is_err(), "{text:?}");
        }
        assert_eq!(
            "x".repeat(65).parse::<Username>(),
            Err(UsernameError::Length)
        );
        assert_eq!(
            "\u{fdfa}".repeat(64).parse::<Username>(),
            Err(UsernameError::Length)
        );
    }

    #[test]
    fn what_was_typed_is_a_name_an_address_or_nobody() {
        assert_eq!(
            LoginName::read(" Alice "),
            LoginName::Username("alice".into())
        );
        let address = LoginName::read("Alice@Example.com");
        assert_eq!(address, LoginName::Email("alice@example.com".into()));
        for text in ["", "a b", "a@", "@b", "a@b c", "a\0"] {
            assert_eq!(LoginName::read(text), LoginName::Nobody, "{text:?}");
        }
    }
}
