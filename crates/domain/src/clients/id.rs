//! The `client_id` as it stands on the wire.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// The longest `client_id` that is accepted, in bytes: URLs of two kilobytes fit.
const MAX_LENGTH: usize = 2_048;

/// Why a text is not a `client_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientIdError {
    /// It is empty or longer than two kilobytes.
    #[error("a client_id has between 1 and 2048 characters")]
    Length,
    /// It holds something else than printable ASCII without spaces.
    #[error("a client_id consists of printable ASCII characters without spaces")]
    Character,
    /// It looks like a user's subject or a metadata document's URL (decisions 12).
    #[error("a client_id must not look like a user's subject or begin with https://")]
    Reserved,
}

/// A `client_id` (RFC 6749 appendix A.1), printable ASCII without the space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// The text on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Checks that an administrator, or a seed, may give this name: one shaped like a subject would
    /// let a client pass for a user, since `sub` of client credentials is the `client_id`
    /// (OAuth 2.1 §7.4).
    ///
    /// # Errors
    /// [`ClientIdError::Reserved`] where the name belongs to another mechanism.
    pub fn check_chosen(&self) -> Result<(), ClientIdError> {
        let like_a_subject = Uuid::try_parse(&self.0).is_ok();
        if like_a_subject || self.0.to_ascii_lowercase().starts_with("https://") {
            return Err(ClientIdError::Reserved);
        }
        Ok(())
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        if text.is_empty() || text.len() > MAX_LENGTH {
            return Err(ClientIdError::Length);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ClientIdError::Character);
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_client_id_is_printable_ascii_without_spaces() {
        assert!("notes-web".parse::<ClientId>().is_ok());
        for text in ["", "a b", "é", "a\u{0}", "a\nb"] {
            assert!(text.parse::<ClientId>().is_err(), "{text:?}");
        }
        assert_eq!(
            "x".repeat(2_049).parse::<ClientId>(),
            Err(ClientIdError::Length)
        );
    }

    #[test]
    fn a_chosen_client_id_cannot_pass_for_a_subject_or_a_document() {
        for text in [
            "0198c0de-0000-7000-8000-000000000000",
            "HTTPS://app.example",
        ] {
            let id: ClientId = text.parse().unwrap();
            assert_eq!(id.check_chosen(), Err(ClientIdError::Reserved), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_spelling_of_a_subject_can_be_chosen(bytes: [u8; 16], case: bool, form in 0..4) {
            let uuid = Uuid::from_bytes(bytes);
            let text = match form {
                0 => uuid.hyphenated().to_string(),
                1 => uuid.simple().to_string(),
                2 => uuid.braced().to_string(),
                _ => uuid.urn().to_string(),
            };
            let text = if case { text.to_uppercase() } else { text };
            let id: ClientId = text.parse().unwrap();
            // `URN:UUID:` in capitals is no UUID to the library, nor to anybody else.
            prop_assert!(id.check_chosen().is_err() || (case && form == 3), "{}", text);
        }

        #[test]
        fn a_client_id_keeps_its_text(text in "[!-~]{1,40}|\\PC{0,5}") {
            let printable = (1..=2_048).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
            let id = text.parse::<ClientId>();
            prop_assert_eq!(id.is_ok(), printable);
            prop_assert!(id.is_ok_and(|id| id.as_str() == text) || !printable);
        }
    }
}
