//! What an example says when it ends early.

use std::error::Error;
use std::fmt;

/// Any error, as `main` returns it: shown with all its reasons, as a sentence.
pub struct Complaint(Box<dyn Error>);

impl<E: Into<Box<dyn Error>>> From<E> for Complaint {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// What Rust prints of an error that `main` returns.
impl fmt::Debug for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut reason = self.0.source();
        while let Some(error) = reason {
            write!(f, ": {error}")?;
            reason = error.source();
        }
        Ok(())
    }
}
