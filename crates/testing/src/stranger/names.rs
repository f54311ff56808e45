//! Names whose addresses the test decides.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use authly_outbound::fetcher::{AddressesFuture, Names};
use tokio::sync::{Semaphore, watch};

use super::{Stranger, loopback};

/// Resolves names of tests. Clones share what they know.
#[derive(Clone)]
pub struct TestNames {
    known: Arc<Mutex<Known>>,
    /// How often a name was looked up.
    lookups: watch::Sender<usize>,
}

#[derive(Default)]
struct Known {
    /// The answers to come; the last one stays.
    answers: HashMap<String, VecDeque<Vec<IpAddr>>>,
    /// What the answers wait for.
    gates: HashMap<String, Arc<Semaphore>>,
}

impl Default for TestNames {
    /// Knows where a [`Stranger`] is.
    fn default() -> Self {
        let names = Self {
            known: Arc::default(),
            lookups: watch::Sender::new(0),
        };
        names.set(Stranger::NAME, &[&[loopback(1)]]);
        names
    }
}

impl TestNames {
    /// What the name's lookups answer, one after the other; the last answer stays.
    pub fn set(&self, name: &str, answers: &[&[IpAddr]]) {
        let answers = answers.iter().map(|addresses| addresses.to_vec()).collect();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.answers.insert(name.to_owned(), answers);
    }

    /// The name is answered once the test adds a permit, which this uses up.
    pub fn hold(&self, name: &str, gate: &Arc<Semaphore>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.gates.insert(name.to_owned(), Arc::clone(gate));
    }

    /// How often a name was looked up.
    #[must_use]
    pub fn lookups(&self) -> usize {
        *self.lookups.borrow()
    }

    /// Waits until names have been looked up so often.
    pub async fn were_asked(&self, times: usize) {
        let mut lookups = self.lookups.subscribe();
        let waited = lookups.wait_for(|lookups| *lookups >= times).await;
        waited.expect("the names still count");
    }
}

impl Names for TestNames {
    fn look_up(&self, name: &str) -> AddressesFuture {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = known
            .answers
            .get_mut(name)
            .and_then(|answers| match answers.len() {
                0 | 1 => answers.front().cloned(),
                _ => answers.pop_front(),
            });
        let gate = known.gates.get(name).cloned();
        self.lookups.send_modify(|lookups| *lookups += 1);
        Box::pin(async move {
            if let Some(gate) = gate {
                gate.acquire().await.map_err(io::Error::other)?.forget();
            }
            answer.ok_or_else(|| io::Error::other("no such name"))
        })
    }
}
