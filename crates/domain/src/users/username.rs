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

/// NFKC, without regard to case, NFKC again: the form in which names are unique. Letters go through
/// upper case, because some have two small forms: `ς` and `σ` are both `Σ`, and `ß` is `SS`; and
/// through lower case before that, for `ẞ`, which is a capital.
pub(super) fn normal_form(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .nfkc()
        .collect()
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
        if text.len() > 254 || !has_form_of_address(text) {
            return Err(EmailError);
        }
        // Some letters and digits become something else, such as `⑴`, which is `(1)`.
        let normal = normal_form(text);
        if !has_form_of_address(&normal) {
            return Err(EmailError);
        }
        Ok(Self {
            text: text.to_owned(),
            normal,
        })
    }
}

/// Whether letters, digits and the usual signs stand on both sides of the last `@`.
fn has_form_of_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let in_local = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let of_label = |c: char| c.is_alphanumeric() || c == '-';
    let is_label = |label: &str| !label.is_empty() && label.chars().all(of_label);
    !local.is_empty() && local.chars().all(in_local) && domain.split('.').all(is_label)
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_differ_in_case_or_width_are_the_same() {
        let normal = |text: &str| text.parse::<Username>().unwrap().normal;
        assert_eq!(normal("Admin"), "admin");
        assert_eq!(normal("\u{ff21}dmin"), "admin");
        assert_eq!(normal("\u{212a}elvin"), "kelvin");
    }

    #[test]
    fn names_that_differ_in_which_small_form_a_letter_has_are_the_same() {
        let normal = |text: &str| text.parse::<Username>().unwrap().normal;
        for (one, other) in [
            ("Αλέξης", "ΑΛΈΞΗΣ"),
            ("αλεξησ", "αλεξης"),
            ("straße", "STRASSE"),
            ("ſam", "SAM"),
            ("\u{131}lker", "ILKER"),
        ] {
            assert_eq!(normal(one), normal(other));
        }
    }

    #[test]
    fn no_letter_makes_two_names_of_one() {
        for letter in (char::MIN..=char::MAX).filter(|letter| letter.is_alphanumeric()) {
            let Ok(name) = letter.to_string().parse::<Username>() else {
                continue;
            };
            let normal = name.normal_form();
            assert_eq!(normal_form(normal), normal, "{letter}");
            assert_eq!(normal_form(&normal.to_uppercase()), normal, "{letter}");
            assert_eq!(
                normal_form(&letter.to_uppercase().to_string()),
                normal,
                "{letter}"
            );
            assert_eq!(
                normal_form(&letter.to_lowercase().to_string()),
                normal,
                "{letter}"
            );
        }
    }

    #[test]
    fn an_address_whose_normal_form_is_none_is_refused() {
        for text in [
            "⑴@example.com",
            "a@⑴.com",
            "ﷺ@example.com",
            "a@example。com",
        ] {
            assert_eq!(text.parse::<Email>(), Err(EmailError), "{text}");
            assert_eq!(LoginName::read(text), LoginName::Nobody, "{text}");
        }
        let email: Email = "Ａlice@EXAMPLE.com".parse().unwrap();
        assert_eq!(email.as_str(), "Ａlice@EXAMPLE.com");
        assert_eq!(email.normal_form(), "alice@example.com");
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

    proptest! {
        #[test]
        fn a_name_reads_back_and_is_found_however_it_is_typed(text in "[\\pL\\pN._+-]{1,20}") {
            if let Ok(name) = text.parse::<Username>() {
                prop_assert_eq!(&name.as_str().parse(), &Ok(name.clone()));
                let found = LoginName::Username(name.normal.clone());
                prop_assert_eq!(LoginName::read(&format!(" {text}\t")), found.clone());
                for typed in [text.to_uppercase(), text.to_lowercase()] {
                    let read = LoginName::read(&typed);
                    prop_assert!(read == found || typed.parse::<Username>().is_err(), "{}", typed);
                }
            }
        }

        #[test]
        fn nothing_else_than_letters_digits_and_four_signs_is_a_name(text in "\\PC{0,20}") {
            if let Ok(name) = text.parse::<Username>() {
                let allowed = |c: char| c.is_alphanumeric() || "._-+".contains(c);
                prop_assert!(name.as_str().chars().all(allowed));
                prop_assert!((1..=64).contains(&name.as_str().chars().count()));
                prop_assert!(LoginName::read(&text) != LoginName::Nobody);
            }
        }

        #[test]
        fn an_address_is_found_in_any_case_and_is_never_a_name(
            text in "[a-zA-Z0-9.+_-]{1,10}@[a-zA-Z0-9-]{1,10}(\\.[a-z]{1,5}){0,2}",
        ) {
            let email: Email = text.parse().unwrap();
            let found = LoginName::Email(email.normal.clone());
            prop_assert_eq!(LoginName::read(&text.to_uppercase()), found.clone());
            prop_assert_eq!(LoginName::read(email.normal_form()), found);
            prop_assert!(text.parse::<Username>().is_err());
        }
    }
}
