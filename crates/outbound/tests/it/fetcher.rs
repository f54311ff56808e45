//! The fetcher, against hosts that mean it no good.

mod caching;
mod crowds;
mod guard;
mod hostile;

use std::sync::Arc;
use std::time::Duration;

use authly_domain::network::FetchUrl;
use authly_outbound::fetcher::{
    FetchFailure, FetchLimits, FetcherParts, GuardedFetcher, Lifetimes, Trust,
};
use authly_services::ports::{DocumentKind, Freshness};
use authly_testing::Stranger;
use authly_testing::clock::ManualClock;
use authly_testing::stranger::TestNames;

/// What every host of these tests serves.
const DOCUMENT: &str = r#"{"keys":[]}"#;

/// A fetcher whose time and names the test decides.
struct Bench {
    fetcher: GuardedFetcher,
    clock: ManualClock,
    names: TestNames,
}

/// A fetcher that believes this host's authority, and may go to the machine itself.
fn bench(stranger: &Stranger) -> Bench {
    bench_with(stranger, &["127.0.0.0/8", "::1"], |_limits| {})
}

fn bench_with(
    stranger: &Stranger,
    allowed: &[&str],
    change: impl FnOnce(&mut FetchLimits),
) -> Bench {
    let clock = ManualClock::new();
    let names = TestNames::default();
    let mut limits = FetchLimits {
        // Where a limit on time is the matter, the test sets it.
        wait: Duration::from_mins(1),
        time: Duration::from_mins(1),
        lifetimes: Lifetimes {
            least: Duration::from_secs(30),
            most: Duration::from_hours(1),
            usual: Duration::from_mins(5),
        },
        ..FetchLimits::DEFAULT
    };
    change(&mut limits);
    let fetcher = GuardedFetcher::new(FetcherParts {
        clock: Arc::new(clock.clone()),
        names: Arc::new(names.clone()),
        trust: Trust::Only(stranger.authority().as_bytes().to_vec()),
        allowed: allowed.iter().map(|text| text.parse().unwrap()).collect(),
        limits,
    });
    Bench {
        fetcher: fetcher.unwrap(),
        clock,
        names,
    }
}

impl Bench {
    async fn fetch(&self, url: &FetchUrl) -> Result<String, Arc<FetchFailure>> {
        let fetched = self
            .fetcher
            .document(DocumentKind::Json, url, Freshness::AsServed)
            .await?;
        Ok(String::from_utf8(fetched.body.to_vec()).unwrap())
    }

    async fn failure(&self, url: &FetchUrl) -> Arc<FetchFailure> {
        self.fetch(url).await.unwrap_err()
    }
}
