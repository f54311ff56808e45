//! What is wrong with the look of the pages: all of it at once.

use std::fmt;

/// Everything that is wrong with the pages' templates, texts and branding, each with its file.
#[derive(Debug)]
pub struct ThemeError {
    problems: Vec<String>,
}

impl ThemeError {
    /// Each problem, on a line of its own.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.len() {
            1 => f.write_str("the pages have a problem:")?,
            count => write!(f, "the pages have {count} problems:")?,
        }
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ThemeError {}

/// Problems as they are found, each once.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<String>);

impl Problems {
    /// One more, unless it is known.
    pub(super) fn add(&mut self, problem: String) {
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// `value`, if there is no problem.
    pub(super) fn unless_any<T>(self, value: T) -> Result<T, ThemeError> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self.into_error())
        }
    }

    /// All of them as an error.
    pub(super) fn into_error(self) -> ThemeError {
        ThemeError { problems: self.0 }
    }
}
