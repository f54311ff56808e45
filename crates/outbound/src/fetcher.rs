//! The one way to documents whose addresses strangers have registered (`jwks_uri`, `request_uris`), and to
//! those who have registered where they are told of logouts.
//!
//! Such an address must not lead us into our own network, hold us up, fill our memory or make us a tool
//! against others. So: https alone; the address that is connected to is one that was checked, and public
//! unless the operator allowed it; no redirects, no proxy of the environment, no compression; a limit on
//! time and on bytes, the latter counted as they come; what was fetched is kept for as long as its server
//! says, within bounds, a failure for a while too; parallel requests for the same are one; and no host is
//! asked too often. Why a document could not be had is in the log alone.

mod download;
mod guard;
mod hosts;
mod lifetime;
mod names;
mod places;
mod post;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use authly_domain::clock::{Clock, Timestamp};
use authly_domain::network::FetchUrl;
use authly_services::ports::{
    DocumentFetcher, DocumentFuture, DocumentKind, FetchedDocument, Freshness, NotFetched,
};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use reqwest::redirect::Policy;
use tokio::sync::Mutex;
use tokio::time::timeout;

use self::download::{Chain, Download, Downloaded};
use self::guard::Guard;
use self::hosts::Hosts;
use self::names::GuardedNames;
use self::places::Places;

pub use self::download::FetchFailure;
pub use self::guard::{Allowance, AllowanceError};
pub use self::lifetime::Lifetimes;
pub use self::names::{AddressesFuture, Names, SystemNames};
pub use self::trust::{Trust, TrustError};

/// How long one is kept that nobody asks for.
const IDLE: Duration = Duration::from_hours(2);

/// What a fetch is held to.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// How long one waits for its place, before its time begins, and within it for the place of its
    /// lookup.
    pub wait: Duration,
    /// How long one may take in all, from the name to the last byte.
    pub time: Duration,
    /// How large a document may be.
    pub bytes: usize,
    /// How many documents are kept, those that were asked for last.
    pub documents: u64,
    /// How long documents are kept. A failure is remembered for the least of it.
    pub lifetimes: Lifetimes,
    /// How many are under way at once, in all. Hosts that took more than half of the time when they were
    /// asked last get half of these places at most, and likewise of those for lookups.
    pub at_once: usize,
    /// How many names are looked up at once: each takes a thread until the system answers.
    pub lookups_at_once: usize,
    /// How many of one kind are under way at once to one host.
    pub at_once_to_a_host: usize,
    /// How many of one kind a host is asked for in a minute.
    pub a_minute_from_a_host: u32,
}

impl FetchLimits {
    /// What the server goes by.
    pub const DEFAULT: Self = Self {
        wait: Duration::from_secs(2),
        time: Duration::from_secs(5),
        bytes: 64 * 1_024,
        documents: 1_024,
        lifetimes: Lifetimes {
            least: Duration::from_secs(30),
            most: Duration::from_hours(1),
            usual: Duration::from_mins(5),
        },
        at_once: 32,
        lookups_at_once: 16,
        at_once_to_a_host: 4,
        a_minute_from_a_host: 60,
    };
}

/// A document as it was fetched last, or that it could not be.
struct Kept {
    document: Option<FetchedDocument>,
    /// Until when the document is good.
    good_until: Timestamp,
    /// When it was asked for last, with success or without.
    asked_at: Timestamp,
    /// What came of it.
    failure: Option<Arc<FetchFailure>>,
}

/// Where one address's document is kept.
#[derive(Default)]
struct Slot {
    kept: ArcSwapOption<Kept>,
    /// Held by who fetches; the others wait and find what it fetched.
    turn: Mutex<()>,
}

/// Fetches documents, guarded.
pub struct GuardedFetcher {
    client: reqwest::Client,
    guard: Arc<Guard>,
    clock: Arc<dyn Clock>,
    limits: FetchLimits,
    slots: Cache<(DocumentKind, FetchUrl), Arc<Slot>>,
    hosts: Hosts,
    places: Arc<Places<(DocumentKind, String)>>,
}

/// What a fetcher is made with.
pub struct FetcherParts {
    /// What tells how old a document is.
    pub clock: Arc<dyn Clock>,
    /// What knows the addresses of names.
    pub names: Arc<dyn Names>,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Where it may go although the place is not public.
    pub allowed: Vec<Allowance>,
    /// What a fetch is held to.
    pub limits: FetchLimits,
}

impl FetcherParts {
    /// The system's resolver and its authorities, public addresses alone, and the usual limits.
    #[must_use]
    pub fn of_system(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            names: Arc::new(SystemNames),
            trust: Trust::SystemAnd(None),
            allowed: Vec::new(),
            limits: FetchLimits::DEFAULT,
        }
    }
}

impl GuardedFetcher {
    /// A fetcher that has fetched nothing yet.
    ///
    /// # Errors
    /// When the certificates of authorities are not readable as such.
    pub fn new(parts: FetcherParts) -> Result<Self, TrustError> {
        let guard = Arc::new(Guard::new(parts.allowed));
        let limits = parts.limits;
        let long = limits.time / 2;
        let lookups = Places::new(limits.lookups_at_once, long, Arc::clone(&parts.clock));
        let places = Places::new(limits.at_once, long, Arc::clone(&parts.clock));
        let names = GuardedNames {
            names: parts.names,
            guard: Arc::clone(&guard),
            places: lookups,
            wait: limits.wait,
        };
        let client = reqwest::Client::builder()
            .tls_certs_only(trust::roots(&parts.trust)?)
            .https_only(true)
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .user_agent("Authly")
            // A connection is to the address that was checked for it, and ends with its answer.
            .pool_max_idle_per_host(0)
            .dns_resolver(names)
            .build()
            .map_err(TrustError::Unusable)?;
        Ok(Self {
            client,
            guard,
            clock: parts.clock,
            limits,
            slots: Cache::builder()
                .max_capacity(limits.documents)
                .time_to_idle(IDLE)
                // Not who asks most: what is new would not be kept.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            hosts: Hosts::new(limits.at_once_to_a_host, limits.a_minute_from_a_host),
            places,
        })
    }

    /// The document at this address, with the reason where it cannot be had.
    ///
    /// # Errors
    /// When it could not be fetched now, or a moment ago.
    pub async fn document(
        &self,
        kind: DocumentKind,
        url: &FetchUrl,
        freshness: Freshness,
    ) -> Result<FetchedDocument, Arc<FetchFailure>> {
        let slot = self.slots.get_with((kind, url.clone()), Arc::default);
        if let Some(answer) = self.at_hand(&slot, freshness) {
            return answer;
        }
        // As long as who has the turn may take.
        let patience = self.limits.wait + self.limits.time;
        let Ok(_turn) = timeout(patience, slot.turn.lock()).await else {
            return self.or_older(&slot, FetchFailure::Busy.into());
        };
        if let Some(answer) = self.at_hand(&slot, freshness) {
            return answer;
        }
        let failure = match self.fetch_anew(kind, url).await {
            Ok(downloaded) => return Ok(self.keep(&slot, downloaded)),
            Err(failure) => Arc::new(failure),
        };
        let reason = Chain(&*failure);
        tracing::info!(url = %url, %reason, "a document could not be fetched");
        // Where nothing was asked there is nothing to remember.
        if !matches!(*failure, FetchFailure::Busy) {
            self.remember(&slot, &failure);
        }
        self.or_older(&slot, failure)
    }

    /// What needs no fetch: a document that does, or what came of asking a moment ago.
    fn at_hand(
        &self,
        slot: &Slot,
        freshness: Freshness,
    ) -> Option<Result<FetchedDocument, Arc<FetchFailure>>> {
        let kept = slot.kept.load_full()?;
        let now = self.clock.now();
        let was_just_asked = now < kept.asked_at.plus(self.limits.lifetimes.least);
        let good = kept
            .document
            .clone()
            .filter(|_document| now < kept.good_until);
        match good {
            Some(document) => {
                let does = match freshness {
                    Freshness::AsServed => true,
                    Freshness::NewerThan(moment) => document.fetched_at > moment,
                };
                (does || was_just_asked).then_some(Ok(document))
            }
            None if was_just_asked => kept.failure.clone().map(Err),
            None => None,
        }
    }

    /// Asks the host, if it was not asked too often.
    async fn fetch_anew(
        &self,
        kind: DocumentKind,
        url: &FetchUrl,
    ) -> Result<Downloaded, FetchFailure> {
        let name = url.as_url().host_str().unwrap_or_default();
        let host = self.hosts.of(name, self.clock.now());
        let asked = host.asked_for(kind);
        let waiting = async {
            let of_host = asked.places.acquire().await;
            (of_host, self.places.take((kind, name.to_owned())).await)
        };
        let waited = timeout(self.limits.wait, waiting).await;
        let (_of_host, place) = waited.map_err(|_elapsed| FetchFailure::Busy)?;
        if !asked.count(self.clock.now()) {
            return Err(FetchFailure::Busy);
        }
        let download = Download {
            client: &self.client,
            guard: &self.guard,
            clock: &*self.clock,
            lifetimes: &self.limits.lifetimes,
            max_bytes: self.limits.bytes,
        };
        let fetched = timeout(self.limits.time, download.run(kind, url)).await;
        place.settle();
        fetched.unwrap_or(Err(FetchFailure::TimedOut))
    }

    fn keep(&self, slot: &Slot, downloaded: Downloaded) -> FetchedDocument {
        let now = self.clock.now();
        let document = FetchedDocument {
            body: downloaded.body,
            fetched_at: now,
        };
        slot.kept.store(Some(Arc::new(Kept {
            document: Some(document.clone()),
            good_until: now.plus(downloaded.good_for),
            asked_at: now,
            failure: None,
        })));
        document
    }

    /// A failure does not take away the document that is still good, and leaves no other.
    fn remember(&self, slot: &Slot, failure: &Arc<FetchFailure>) {
        let now = self.clock.now();
        let kept = slot.kept.load_full();
        let before = kept.filter(|kept| now < kept.good_until);
        slot.kept.store(Some(Arc::new(Kept {
            document: before.as_ref().and_then(|kept| kept.document.clone()),
            good_until: before.map_or(now, |kept| kept.good_until),
            asked_at: now,
            failure: Some(Arc::clone(failure)),
        })));
    }

    /// The document from before, if it is still good. Where nobody was asked it counts on for as long as any
    /// may: else whoever keeps us from asking could take it away.
    fn or_older(
        &self,
        slot: &Slot,
        failure: Arc<FetchFailure>,
    ) -> Result<FetchedDocument, Arc<FetchFailure>> {
        let now = self.clock.now();
        let kept = slot.kept.load_full();
        let document = kept.as_deref().and_then(|kept| {
            let document = kept.document.as_ref()?;
            let counts_until = match *failure {
                FetchFailure::Busy => document.fetched_at.plus(self.limits.lifetimes.most),
                _ => kept.good_until,
            };
            (now < counts_until).then(|| document.clone())
        });
        document.ok_or(failure)
    }
}

impl DocumentFetcher for GuardedFetcher {
    fn fetch<'a>(
        &'a self,
        kind: DocumentKind,
        url: &'a FetchUrl,
        freshness: Freshness,
    ) -> DocumentFuture<'a> {
        Box::pin(async move {
            let fetched = self.document(kind, url, freshness).await;
            fetched.map_err(|_logged| NotFetched)
        })
    }
}
