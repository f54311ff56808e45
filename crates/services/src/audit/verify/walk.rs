//! Follows the links of the chain through a part of the trail, and names what does not fit.
//!
//! The events lie in the order of their places, and each holds the hash of the one before it. The walk
//! goes by the hashes: an event on which none follows was inserted, a hash on which none follows was
//! removed, and where the hashes lead elsewhere than the places, events were put in another order. The
//! number that goes into a hash is counted along the links, so that moving places hides nothing.

use std::collections::HashMap;

use authly_crypto::chain;
use authly_domain::audit::{AuditRecord, Link, Seal};
use authly_domain::id::AuditEventId;

use super::erased::Erased;
use super::tries::Tries;

/// How many removed events of a part are named one by one.
const MOST_NAMED: usize = 1_000;

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// An event does not say what was sealed.
    Altered,
    /// What an event says of a person is not what was committed to, or is gone although the person is not.
    PersonalAltered,
    /// An event is missing.
    Removed,
    /// An event was never sealed there.
    Inserted,
    /// An event stands in another place than it was sealed in.
    Reordered,
    /// The head of the chain is not what its last event leads to.
    Head,
    /// The chain hangs on something else than the server has let it hang on.
    Anchor,
    /// The chain is another than the one whose head was noted.
    Rewritten,
    /// The place that was noted lies before the oldest event that is kept: nothing can be said of it.
    NotKept,
}

/// One thing that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// Where: the place in the chain.
    pub position: i64,
    /// The event, where there is one.
    pub event: Option<AuditEventId>,
}

/// What a walk has shown.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) faults: Vec<Fault>,
    pub(super) reached: Link,
    /// Each place that was passed, with its hash.
    pub(super) passed: HashMap<i64, [u8; 32]>,
}

/// An event of the part.
struct Step<'a> {
    event: &'a AuditRecord,
    seal: Seal,
    is_passed: bool,
}

struct Walker<'a> {
    steps: Vec<Step<'a>>,
    /// Which events hang on a hash.
    after: HashMap<[u8; 32], Vec<usize>>,
    at: Link,
    last: Option<usize>,
    /// The events in the order of the chain, each with its number.
    order: Vec<(usize, i64)>,
    head: Link,
    erased: &'a Erased,
    tries: Tries,
    walked: Walked,
}

/// Walks from `start` through these events, which lie by their places, and no further than the head.
/// Places were `shift` higher than the numbers of the chain before.
pub(super) fn walk(
    start: Link,
    shift: i64,
    events: &[AuditRecord],
    erased: &Erased,
    head: Link,
) -> Walked {
    let steps: Vec<_> = events
        .iter()
        .filter_map(|event| {
            Some(Step {
                event,
                seal: event.seal?,
                is_passed: false,
            })
        })
        .collect();
    let mut after: HashMap<_, Vec<_>> = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        after.entry(step.seal.previous).or_default().push(index);
    }
    let mut walker = Walker {
        steps,
        after,
        at: start,
        last: None,
        order: Vec::new(),
        head,
        erased,
        tries: Tries::new(),
        walked: Walked {
            faults: Vec::new(),
            reached: start,
            passed: HashMap::new(),
        },
    };
    while walker.at.position < head.position && walker.step() {}
    walker.finish(shift)
}

impl Walker<'_> {
    /// Goes one event further; answers whether there was one.
    fn step(&mut self) -> bool {
        if let Some(index) = self.follower() {
            self.pass(index, self.at.position + 1);
            return true;
        }
        let Some(index) = self.next_by_place() else {
            return false;
        };
        let expected = self.at.position + 1;
        let number = self.number_of(index);
        if number > expected {
            self.removed(expected..number);
        } else {
            self.note_broken(index);
        }
        self.pass(index, number);
        true
    }

    /// The event that hangs on the present one. Of several, the one on which the chain goes on.
    fn follower(&self) -> Option<usize> {
        let candidates = self.after.get(&self.at.hash)?;
        let mut free = candidates
            .iter()
            .copied()
            .filter(|index| self.steps.get(*index).is_some_and(|step| !step.is_passed));
        let first = free.clone().next();
        let goes_on = free.find(|index| {
            let step = self.steps.get(*index);
            step.is_some_and(|step| {
                let hash = &step.seal.link.hash;
                *hash == self.head.hash || self.after.contains_key(hash)
            })
        });
        goes_on.or(first)
    }

    /// The next event by its place, where the links lead no further.
    fn next_by_place(&self) -> Option<usize> {
        let from = self.last.map_or(0, |last| last + 1);
        let mut rest = self.steps.iter().enumerate().skip(from);
        rest.find(|(_, step)| !step.is_passed)
            .map(|(index, _)| index)
    }

    /// Which number an event has in the chain that hangs on nothing: the one with which its hash fits;
    /// if there is none, its place.
    fn number_of(&mut self, index: usize) -> i64 {
        let expected = self.at.position + 1;
        let Some(step) = self.steps.get(index) else {
            return expected;
        };
        let place = step.seal.link.position;
        let canonical = step.event.canonical();
        let fits = |number: i64| {
            chain::link(&step.seal.previous, number, &canonical) == step.seal.link.hash
        };
        let by_place = Some(place).filter(|place| *place >= expected && fits(*place));
        by_place
            .or_else(|| self.tries.find(expected, fits))
            .unwrap_or_else(|| place.max(expected))
    }

    /// Names those that are missing, of many the first.
    fn removed(&mut self, numbers: std::ops::Range<i64>) {
        let room = MOST_NAMED.saturating_sub(self.walked.faults.len()).max(1);
        let faults = numbers.take(room).map(|number| Fault {
            kind: FaultKind::Removed,
            position: number,
            event: None,
        });
        self.walked.faults.extend(faults);
    }

    /// Nothing is missing, and still the event before does not lead here: that one has got another
    /// hash. Where it is the beginning, or this event's own link was altered, this one is named.
    fn note_broken(&mut self, index: usize) {
        let fits = self.steps.get(index).is_some_and(|step| {
            let canonical = step.event.canonical();
            let number = self.at.position + 1;
            chain::link(&step.seal.previous, number, &canonical) == step.seal.link.hash
        });
        let Some(before) = self.last.filter(|_last| fits) else {
            if fits {
                self.fault(FaultKind::Altered, index);
            }
            return;
        };
        self.fault(FaultKind::Altered, before);
    }

    fn fault(&mut self, kind: FaultKind, index: usize) {
        let Some(step) = self.steps.get(index) else {
            return;
        };
        let fault = Fault {
            kind,
            position: step.seal.link.position,
            event: Some(step.event.id),
        };
        if !self.walked.faults.contains(&fault) {
            self.walked.faults.push(fault);
        }
    }

    fn pass(&mut self, index: usize, number: i64) {
        let Some(step) = self.steps.get_mut(index) else {
            return;
        };
        step.is_passed = true;
        let seal = step.seal;
        let hash = chain::link(&seal.previous, number, &step.event.canonical());
        let keeps_its_word = match &step.event.personal {
            None => step.event.commitment.is_none() || self.erased.has(step.event),
            Some((salt, personal)) => {
                let commitment = chain::commitment(salt, &personal.canonical());
                step.event.commitment.as_deref() == Some(commitment.as_slice())
            }
        };
        if hash != seal.link.hash {
            self.fault(FaultKind::Altered, index);
        } else if !keeps_its_word {
            self.fault(FaultKind::PersonalAltered, index);
        }
        self.at = Link {
            position: number,
            hash: seal.link.hash,
        };
        self.walked.passed.insert(number, seal.link.hash);
        self.last = Some(self.last.map_or(index, |last| last.max(index)));
        self.order.push((index, number));
    }

    fn finish(mut self, shift: i64) -> Walked {
        let left: Vec<_> = (0..self.steps.len())
            .filter(|index| self.steps.get(*index).is_some_and(|step| !step.is_passed))
            .collect();
        let is_whole = left.is_empty() && !self.misses_events();
        for index in left {
            self.fault(FaultKind::Inserted, index);
        }
        let mut moved = out_of_order(&self.order);
        if is_whole {
            // Nothing else explains a place that is not the number.
            moved.extend(self.out_of_place(shift));
        }
        for index in moved {
            self.fault(FaultKind::Reordered, index);
        }
        self.walked.reached = self.at;
        self.walked.faults.sort_by_key(|fault| fault.position);
        self.walked
    }
}

impl Walker<'_> {
    fn misses_events(&self) -> bool {
        let mut faults = self.walked.faults.iter();
        faults.any(|fault| fault.kind == FaultKind::Removed)
    }

    /// Those whose place is not their number.
    fn out_of_place(&self, shift: i64) -> Vec<usize> {
        let place = |index: usize| self.steps.get(index).map(|step| step.seal.link.position);
        let order = self.order.iter();
        order
            .filter(|(index, number)| place(*index) != Some(number + shift))
            .map(|(index, _)| *index)
            .collect()
    }
}

/// Those before which a later one was passed, or after which an earlier one was.
fn out_of_order(order: &[(usize, i64)]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut most = None;
    for (index, _) in order {
        if most.is_some_and(|most| *index < most) {
            found.push(*index);
        }
        most = most.max(Some(*index));
    }
    let mut least = usize::MAX;
    for (index, _) in order.iter().rev() {
        if *index > least {
            found.push(*index);
        }
        least = least.min(*index);
    }
    found.sort_unstable();
    found.dedup();
    found
}
