//! From the texts of a document to values of the domain, with every wrong member reported at once.

use std::fmt::Display;
use std::str::FromStr;

use authly_domain::configuration::ConfigurationName;
use authly_protocol::admin::{FieldError, Patch, ProblemCode};

use crate::respond::AdminProblem;

/// Collects what is wrong about a document.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<FieldError>);

impl Fields {
    /// Notes that the member at `pointer` (RFC 6901) is wrong.
    pub(crate) fn wrong(&mut self, pointer: impl Into<String>, detail: impl Display) {
        self.0.push(FieldError {
            pointer: pointer.into(),
            detail: detail.to_string(),
        });
    }

    /// Reads a document that stands at `base` within the whole.
    pub(crate) fn within<T>(&mut self, base: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut inner = Self::default();
        let value = read(&mut inner);
        let errors = inner.0.into_iter();
        self.0.extend(errors.map(|error| FieldError {
            pointer: format!("{base}{}", error.pointer),
            ..error
        }));
        value
    }

    /// Reads a member; notes why it cannot be read.
    pub(crate) fn parse<T: FromStr<Err: Display>>(
        &mut self,
        pointer: &str,
        text: &str,
    ) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.wrong(pointer, error);
                None
            }
        }
    }

    /// Reads a member that may be absent.
    pub(crate) fn parse_opt<T: FromStr<Err: Display>>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
    ) -> Option<T> {
        text.and_then(|text| self.parse(pointer, text))
    }

    /// Reads each entry of a list; notes each that cannot be read.
    pub(crate) fn parse_all<T: FromStr<Err: Display>>(
        &mut self,
        pointer: &str,
        texts: &[String],
    ) -> Vec<T> {
        let numbered = texts.iter().enumerate();
        numbered
            .filter_map(|(at, text)| self.parse(&format!("{pointer}/{at}"), text))
            .collect()
    }

    /// What a change says of a member that cannot be empty: `null` is wrong there.
    pub(crate) fn required<T>(&mut self, pointer: &str, patch: Patch<T>) -> Option<T> {
        match patch {
            Patch::Keep => None,
            Patch::Set(value) => Some(value),
            Patch::Clear => {
                self.wrong(pointer, "it cannot be null");
                None
            }
        }
    }

    /// What a change says of the configuration that looks after something.
    #[expect(
        clippy::option_option,
        reason = "the services' changes have these three cases so"
    )]
    pub(crate) fn mark(&mut self, said: &Patch<String>) -> Option<Option<ConfigurationName>> {
        match said {
            Patch::Keep => None,
            Patch::Clear => Some(None),
            Patch::Set(name) => self.parse("/managed_by", name).map(Some),
        }
    }

    /// Ends the reading where the refusal is no problem document.
    ///
    /// # Errors
    /// With everything that is wrong, where something is.
    pub(crate) fn checked<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self.0)
        }
    }

    /// Ends the reading: `value` is what was read, which is whole when nothing is wrong.
    ///
    /// # Errors
    /// With everything that is wrong, where something is.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, AdminProblem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(invalid_body(self.0)),
        }
    }
}

/// The most members that a refusal names: an answer is no longer than somebody reads.
const MOST_NAMED: usize = 100;

/// The document is understood, and these members of it are wrong.
pub(super) fn invalid_body(mut errors: Vec<FieldError>) -> AdminProblem {
    let detail = match errors.as_slice() {
        [one] => format!("{}: {}.", one.pointer, one.detail),
        many if many.len() > MOST_NAMED => format!(
            "{} members of the document are wrong; the first {MOST_NAMED} are named.",
            many.len()
        ),
        many => format!("{} members of the document are wrong.", many.len()),
    };
    errors.truncate(MOST_NAMED);
    AdminProblem::new(ProblemCode::InvalidBody, detail).about(errors)
}
