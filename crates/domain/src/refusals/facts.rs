//! What is known of one refusal: cut short, and without secrets.

use std::fmt::Display;

use time::format_description::well_known::Rfc3339;

use crate::clock::Timestamp;
use crate::id::UserId;

/// The most characters of a sentence, and of what was expected or came.
const LONGEST: usize = 500;
/// The most characters of a value that a stranger sent.
const LONGEST_VALUE: usize = 200;
/// Letters and digits in a row that are as long as this could be a secret: none of ours is shorter.
const SECRET: usize = 40;
/// How much is shown of what could be a secret.
const BEGINNING: usize = 10;

/// What is known of one refusal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    more: Option<String>,
    expected: Option<String>,
    came: Option<String>,
    client: Option<String>,
    user: Option<UserId>,
}

impl Facts {
    /// Adds a sentence about this case.
    #[must_use]
    pub fn more(mut self, sentence: impl Display) -> Self {
        self.more = Some(cut(&sentence.to_string(), LONGEST));
        self
    }

    /// Says what would have been right.
    #[must_use]
    pub fn expected(mut self, what: impl Display) -> Self {
        self.expected = Some(cut(&what.to_string(), LONGEST));
        self
    }

    /// Says what came instead.
    #[must_use]
    pub fn came(mut self, what: impl Display) -> Self {
        self.came = Some(shown(&what.to_string()));
        self
    }

    /// Says which client it was about, as the request named it.
    #[must_use]
    pub fn of_client(mut self, client_id: impl Display) -> Self {
        self.client = Some(shown(&client_id.to_string()));
        self
    }

    /// Says whose request it was.
    #[must_use]
    pub const fn of_user(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// The sentence about this case.
    #[must_use]
    pub fn sentence(&self) -> Option<&str> {
        self.more.as_deref()
    }

    /// What would have been right.
    #[must_use]
    pub fn what_was_expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// What came instead.
    #[must_use]
    pub fn what_came(&self) -> Option<&str> {
        self.came.as_deref()
    }

    /// Which client it was about, as the request named it.
    #[must_use]
    pub fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// Whose request it was.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        self.user
    }
}

/// A moment, to the second, as it is told.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let at = at.as_date_time();
    let second = at.replace_nanosecond(0).unwrap_or(at);
    second.format(&Rfc3339).unwrap_or_default()
}

/// A value that a stranger sent, as it may be kept: cut short, in printable characters, and without
/// what could be a secret that stands in the wrong place.
#[must_use]
pub fn shown(value: &str) -> String {
    let mut text = String::new();
    let mut word = String::new();
    for character in value.chars().take(LONGEST_VALUE * 4) {
        if character.is_ascii_alphanumeric() || matches!(character, '-' | '_') {
            word.push(character);
        } else {
            end_word(&mut word, &mut text);
            text.push(if character.is_control() {
                '�'
            } else {
                character
            });
        }
    }
    end_word(&mut word, &mut text);
    cut(&text, LONGEST_VALUE)
}

/// Adds a word, or its beginning where it could be a secret.
fn end_word(word: &mut String, text: &mut String) {
    if word.len() >= SECRET {
        text.extend(word.chars().take(BEGINNING));
        text.push('…');
    } else {
        text.push_str(word);
    }
    word.clear();
}

/// The text, or its beginning with `…` where it is longer than this.
fn cut(text: &str, longest: usize) -> String {
    let mut characters = text.chars();
    let mut kept: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_is_shown_as_it_came() {
        for value in [
            "https://app.example.com/cb/?a=1",
            "0198c5e2-7d3a-7c8e-9b1f-0123456789ab",
            "openid profile",
            "",
        ] {
            assert_eq!(shown(value), value);
        }
    }

    #[test]
    fn what_could_be_a_secret_is_not_kept() {
        let secret = format!("authly_cs_{}", "k".repeat(43));
        assert_eq!(shown(&secret), "authly_cs_…");
        let inside = format!("https://app.example.com/cb?code={secret}&x=1");
        assert_eq!(
            shown(&inside),
            "https://app.example.com/cb?code=authly_cs_…&x=1"
        );
        assert_eq!(
            shown(&format!("eyJhbGciOi.{}.x", "p".repeat(60))),
            "eyJhbGciOi.pppppppppp….x"
        );
    }

    #[test]
    fn what_could_confuse_a_terminal_is_replaced() {
        assert_eq!(shown("a\u{1b}[2Jb\nc\0"), "a�[2Jb�c�");
    }

    proptest! {
        #[test]
        fn whatever_comes_little_of_it_is_kept(value in any::<String>(), secret in "[A-Za-z0-9_-]{40,90}") {
            let kept = shown(&value);
            prop_assert!(kept.chars().count() <= LONGEST_VALUE + 1);
            prop_assert!(!kept.chars().any(char::is_control));
            let hidden = shown(&format!("{value} {secret} {value}"));
            prop_assert!(!hidden.contains(&secret));
        }
    }
}
