//! How much is asked of one host: so many requests at once, and so many a minute, whoever makes us ask.
//! Whoever makes us ask for documents of one kind takes nothing from those of the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use authly_domain::clock::Timestamp;
use authly_services::ports::DocumentKind;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::sync::Semaphore;

/// The most hosts that are remembered.
const HOSTS: u64 = 10_000;
/// The window in which requests are counted.
const WINDOW: Duration = Duration::from_mins(1);

/// The requests of late to each host.
pub(super) struct Hosts {
    known: Cache<String, Arc<Host>>,
    at_once: usize,
    a_minute: u32,
}

/// The requests of late to one host.
pub(super) struct Host {
    json: Asked,
    jwt: Asked,
    /// Forms under way: they do not wait for documents, nor documents for them.
    pub(super) posts: Semaphore,
}

/// The requests of late for documents of one kind.
pub(super) struct Asked {
    /// Those under way.
    pub(super) places: Semaphore,
    /// How many may be made within a window.
    most: u32,
    /// When the window ends, and how many began in it.
    window: Mutex<(Timestamp, u32)>,
}

impl Hosts {
    pub(super) fn new(at_once: usize, a_minute: u32) -> Self {
        Self {
            // A host that was asked nothing for a window has a clean slate anyway.
            known: Cache::builder()
                .max_capacity(HOSTS)
                .time_to_idle(WINDOW * 2)
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            at_once,
            a_minute,
        }
    }

    /// What is known of this host.
    pub(super) fn of(&self, name: &str, now: Timestamp) -> Arc<Host> {
        let asked = || Asked {
            places: Semaphore::new(self.at_once),
            most: self.a_minute,
            window: Mutex::new((now.plus(WINDOW), 0)),
        };
        self.known.get_with_by_ref(name, || {
            Arc::new(Host {
                json: asked(),
                jwt: asked(),
                posts: Semaphore::new(self.at_once),
            })
        })
    }
}

impl Host {
    /// What it was asked for of this kind.
    pub(super) const fn asked_for(&self, kind: DocumentKind) -> &Asked {
        match kind {
            DocumentKind::Json => &self.json,
            DocumentKind::Jwt => &self.jwt,
        }
    }
}

impl Asked {
    /// Counts a request; answers whether it may be made.
    pub(super) fn count(&self, now: Timestamp) -> bool {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let (ends, count) = *window;
        let (ends, count) = if now < ends {
            (ends, count)
        } else {
            (now.plus(WINDOW), 0)
        };
        let may_ask = count < self.most;
        *window = (ends, count.saturating_add(u32::from(may_ask)));
        may_ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_asked_so_often_a_minute_and_others_are_not_held_up_by_it() {
        let hosts = Hosts::new(1, 2);
        let now = Timestamp::from_unix_seconds(1_000_000_000).unwrap();
        let ask = |name: &str, now| hosts.of(name, now).asked_for(DocumentKind::Json).count(now);
        assert!(ask("a.example", now));
        assert!(ask("a.example", now));
        assert!(!ask("a.example", now.plus(Duration::from_secs(59))));
        assert!(ask("b.example", now));
        assert!(ask("a.example", now.plus(WINDOW)));
    }
}
