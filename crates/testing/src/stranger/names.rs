//! Names whose addresses the test decides.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use authly_outbound::fetcher::{AddressesFuture, Names};

use super::{Stranger, loopback};

/// Resolves names of tests. Clones share what they know.
#[derive(Clone)]
pub struct TestNames(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    /// The answers to come; the last one stays.
    answers: HashMap<String, VecDeque<Vec<IpAddr>>>,
    lookups: usize,
}

impl Default for TestNames {
    /// Knows where a [`Stranger`] is.
    fn default() -> Self {
        let names = Self(Arc::default());
        names.set(Stranger::NAME, &[&[loopback(1)]]);
        names
    }
}

impl TestNames {
    /// What the name's lookups answer, one after the other; the last answer stays.
    pub fn set(&self, name: &str, answers: &[&[IpAddr]]) {
        let answers = answers.iter().map(|addresses| addresses.to_vec()).collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.answers.insert(name.to_owned(), answers);
    }

    /// How often a name was looked up.
    #[must_use]
    pub fn lookups(&self) -> usize {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.lookups
    }
}

impl Names for TestNames {
    fn look_up(&self, name: &str) -> AddressesFuture {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.lookups += 1;
        let answer = known
            .answers
            .get_mut(name)
            .and_then(|answers| match answers.len() {
                0 | 1 => answers.front().cloned(),
                _ => answers.pop_front(),
            });
        Box::pin(async move { answer.ok_or_else(|| io::Error::other("no such name")) })
    }
}
