//! From the texts of a query to values of the domain, with every wrong parameter reported at once.

use std::fmt::Display;
use std::str::FromStr;

use authly_protocol::admin::{FieldError, ProblemCode};

use crate::respond::AdminProblem;

/// The longest beginning that is looked for, in characters.
const MAX_BEGINNING: usize = 200;

/// Collects what is wrong about a query.
#[derive(Debug, Default)]
pub(crate) struct QueryFields(Vec<FieldError>);

impl QueryFields {
    /// Notes that a parameter is wrong.
    pub(crate) fn wrong(&mut self, name: &str, detail: impl Display) {
        self.0.push(FieldError {
            pointer: name.to_owned(),
            detail: detail.to_string(),
        });
    }

    /// Reads a parameter that may be absent; notes `detail` where it cannot be read.
    pub(crate) fn parse<T: FromStr>(
        &mut self,
        name: &str,
        text: Option<&str>,
        detail: &str,
    ) -> Option<T> {
        let read = text?.parse();
        if read.is_err() {
            self.wrong(name, detail);
        }
        read.ok()
    }

    /// Reads what texts are to begin with. Nothing at all is what every text begins with.
    pub(crate) fn beginning(&mut self, name: &str, text: Option<&str>) -> Option<String> {
        let text = text.filter(|text| !text.is_empty())?;
        if text.contains('\0') || text.chars().count() > MAX_BEGINNING {
            self.wrong(name, "it has at most 200 characters, and no NUL");
            return None;
        }
        Some(text.to_owned())
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// With everything that is wrong, where something is.
    pub(crate) fn finish(self) -> Result<(), AdminProblem> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(invalid_query(self.0))
    }
}

/// These parameters of the query are wrong.
pub(super) fn invalid_query(errors: Vec<FieldError>) -> AdminProblem {
    let detail = match errors.as_slice() {
        [one] => format!("The parameter {}: {}.", one.pointer, one.detail),
        _ => "Parameters of the query are wrong.".to_owned(),
    };
    AdminProblem::new(ProblemCode::InvalidQuery, detail).about(errors)
}
