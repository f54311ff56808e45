//! What lies behind a refusal or failure: for the log and for administrators, never sent.

use std::error::Error;

use authly_domain::refusals::{Explain, Explanation, Reason};

/// What a failure of ours says of itself.
pub(crate) type Fault = Box<dyn Error + Send + Sync>;

/// What lies behind a refusal or failure. Whatever can be one explains itself, so that no refusal is
/// without its sentence.
#[derive(Debug)]
pub(crate) struct Cause {
    error: Fault,
    explanation: Box<Explanation>,
}

impl Cause {
    /// A fault of ours: what it says is for the log alone.
    pub(crate) fn fault(error: impl Into<Fault>) -> Self {
        Self::outage(Reason::ServerError, error)
    }

    /// Something that is away for now, which says so in its own words, for the log alone.
    pub(crate) fn outage(reason: Reason, error: impl Into<Fault>) -> Self {
        Self {
            error: error.into(),
            explanation: Box::new(reason.into()),
        }
    }

    /// Why, for administrators.
    pub(crate) fn explanation(&self) -> &Explanation {
        &self.explanation
    }

    /// Everything that is known, on one line.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.error.to_string();
        let mut source = self.error.source();
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}

impl<E: Explain + Error + Send + Sync + 'static> From<E> for Cause {
    fn from(error: E) -> Self {
        Self {
            explanation: Box::new(error.explain()),
            error: error.into(),
        }
    }
}

/// A refusal whose answer is no error of the web server: a redirect to the client with an error, or a
/// form that is shown again. It travels beside the answer.
#[derive(Debug)]
pub(crate) struct Refused {
    /// What the answer says: a code, or the name of the form's problem.
    pub(crate) error: &'static str,
    /// What lies behind it.
    pub(crate) cause: Cause,
}
