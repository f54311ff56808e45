//! Refusals, explained for administrators: why a request was refused, in plain words, with what was
//! expected and what came. Never shown to browsers or clients.
//!
//! Each reason is a [`Reason`] with a sentence of its own. Whatever refuses a request says its reason
//! by [`Explain`], by matches without a catch-all: a refusal that is added does not compile until
//! somebody has chosen its sentence.

mod difference;
mod facts;
mod reason;
mod record;

use std::fmt;

pub use difference::difference;
pub use facts::{Facts, moment, shown};
pub use reason::Reason;
pub use record::{KeptRefusal, MAX_REFUSALS, RefusalRecord};

/// What can say why it refuses.
pub trait Explain {
    /// Why, for administrators.
    fn explain(&self) -> Explanation;
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The reason.
    pub reason: Reason,
    /// What is known of this case.
    pub facts: Facts,
}

impl Explanation {
    /// This reason, with what is known of the case.
    #[must_use]
    pub const fn new(reason: Reason, facts: Facts) -> Self {
        Self { reason, facts }
    }

    /// What happened, in plain words: the sentence of the reason, and what this case adds to it.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self.facts.sentence() {
            None => self.reason.sentence().to_owned(),
            Some(more) => format!("{} {more}", self.reason.sentence()),
        }
    }
}

impl From<Reason> for Explanation {
    fn from(reason: Reason) -> Self {
        Self::new(reason, Facts::default())
    }
}

impl Explain for Explanation {
    fn explain(&self) -> Explanation {
        self.clone()
    }
}

impl Explain for Reason {
    fn explain(&self) -> Explanation {
        (*self).into()
    }
}

/// The sentence.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl std::error::Error for Explanation {}

/// The sentence.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_case_follows_the_sentence_of_its_reason() {
        let plain = Explanation::from(Reason::CodeExpired);
        assert_eq!(plain.sentence(), "The code had expired.");
        let facts = Facts::default().more("That was 4 s earlier.");
        let told = Explanation::new(Reason::CodeExpired, facts);
        assert_eq!(
            told.sentence(),
            "The code had expired. That was 4 s earlier."
        );
    }
}
