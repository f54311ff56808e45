//! Where it goes, and where it does not.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use authly_outbound::fetcher::{
    FetchFailure, FetchLimits, FetcherParts, GuardedFetcher, SystemNames, Trust, TrustError,
};
use authly_services::ports::{DocumentFetcher as _, DocumentKind, Freshness, NotFetched};
use authly_testing::Stranger;
use authly_testing::clock::ManualClock;
use authly_testing::stranger::{Credential, Seen, TestNames, loopback};

use super::{DOCUMENT, bench, bench_with};

#[tokio::test]
async fn a_document_is_fetched_where_the_operator_allows_the_place() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", DOCUMENT);
    for allowed in [&["127.0.0.0/8"][..], &[Stranger::NAME], &["127.0.0.1"]] {
        let bench = bench_with(&stranger, allowed, |_limits| {});
        assert_eq!(
            bench.fetch(&stranger.url("/jwks")).await.unwrap(),
            DOCUMENT,
            "{allowed:?}"
        );
    }
    let by_address = stranger.url_at("127.0.0.1", "/jwks");
    assert_eq!(bench(&stranger).fetch(&by_address).await.unwrap(), DOCUMENT);
}

#[tokio::test]
async fn nobody_connects_to_an_address_that_is_not_public_however_it_is_spelled() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", DOCUMENT);
    let bench = bench_with(&stranger, &["allowed.example"], |_limits| {});
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "10.0.0.1",
        "100.64.0.1",
        "[fe80::1]",
        "[fd00::1]",
    ] {
        let failure = bench.failure(&stranger.url_at(host, "/jwks")).await;
        assert!(
            matches!(*failure, FetchFailure::ForbiddenAddress),
            "{host}: {failure:?}"
        );
    }
    assert_eq!(stranger.seen(), Seen::default());
}

#[tokio::test]
async fn nobody_connects_to_a_name_that_leads_to_such_an_address() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", DOCUMENT);
    let bench = bench_with(&stranger, &["127.0.0.2"], |_limits| {});
    let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
    for (name, addresses) in [
        ("a.example", &[loopback(1)][..]),
        ("b.example", &[mapped.into()]),
        ("c.example", &[Ipv6Addr::LOCALHOST.into(), loopback(3)]),
        ("d.example", &[Ipv4Addr::UNSPECIFIED.into()]),
        ("e.example", &[]),
    ] {
        bench.names.set(name, &[addresses]);
        let failure = bench.failure(&stranger.url_at(name, "/jwks")).await;
        assert!(
            matches!(*failure, FetchFailure::ForbiddenAddress),
            "{name}: {failure:?}"
        );
    }
    assert_eq!(stranger.seen(), Seen::default());
    // Of several addresses, those that may be reached are used.
    bench
        .names
        .set(Stranger::NAME, &[&[loopback(1), loopback(2)]]);
    assert_eq!(bench.fetch(&stranger.url("/jwks")).await.unwrap(), DOCUMENT);
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_checked_for_each_connection() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", DOCUMENT);
    let bench = bench_with(&stranger, &["127.0.0.2"], |_limits| {});
    // Good when it is looked up first, and bad for whoever looks it up again to connect.
    bench
        .names
        .set(Stranger::NAME, &[&[loopback(2)], &[loopback(1)]]);
    let url = stranger.url("/jwks");
    assert_eq!(bench.fetch(&url).await.unwrap(), DOCUMENT);
    assert_eq!(bench.names.lookups(), 1);

    bench.clock.advance(FetchLimits::DEFAULT.lifetimes.most);
    let failure = bench.failure(&url).await;
    assert!(
        matches!(*failure, FetchFailure::ForbiddenAddress),
        "{failure:?}"
    );
    assert_eq!(stranger.seen().connections, 1);
}

#[tokio::test]
async fn the_systems_names_are_guarded_as_well() {
    let stranger = Stranger::start().await;
    let fetcher = GuardedFetcher::new(FetcherParts {
        clock: Arc::new(ManualClock::new()),
        names: Arc::new(SystemNames),
        trust: Trust::Only(stranger.authority().as_bytes().to_vec()),
        allowed: Vec::new(),
        limits: FetchLimits::DEFAULT,
    });
    let fetcher = fetcher.unwrap();
    let url = stranger.url_at("localhost", "/jwks");
    let failure = fetcher
        .document(DocumentKind::Json, &url, Freshness::AsServed)
        .await
        .unwrap_err();
    assert!(
        matches!(*failure, FetchFailure::ForbiddenAddress),
        "{failure:?}"
    );
    // What others learn of it is the same for every reason.
    let said = fetcher.fetch(DocumentKind::Json, &url, Freshness::AsServed);
    let said = said.await.unwrap_err();
    assert_eq!(said, NotFetched);
    assert_eq!(said.to_string(), "the document could not be fetched");
    assert_eq!(stranger.seen(), Seen::default());
}

#[tokio::test]
async fn a_host_that_cannot_prove_its_name_is_asked_nothing() {
    for credential in [
        Credential::of_another_name(),
        Credential::expired(),
        Credential::none(),
    ] {
        let stranger = Stranger::with(&credential).await;
        stranger.serve("/jwks", DOCUMENT);
        let failure = bench(&stranger).failure(&stranger.url("/jwks")).await;
        assert!(matches!(*failure, FetchFailure::NoAnswer(_)), "{failure:?}");
        assert_eq!(stranger.seen().requests, 0);
    }
    // In order, and by an authority that nobody has heard of.
    let (stranger, other) = (Stranger::start().await, Stranger::start().await);
    let failure = bench(&other).failure(&stranger.url("/jwks")).await;
    assert!(matches!(*failure, FetchFailure::NoAnswer(_)), "{failure:?}");
    assert_eq!(stranger.seen().requests, 0);
}

#[tokio::test]
async fn authorities_can_be_added_to_those_of_the_system_and_have_to_be_there() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", DOCUMENT);
    let with = |pem: &str| {
        GuardedFetcher::new(FetcherParts {
            clock: Arc::new(ManualClock::new()),
            names: Arc::new(TestNames::default()),
            trust: Trust::SystemAnd(Some(pem.as_bytes().to_vec())),
            allowed: vec!["127.0.0.1".parse().unwrap()],
            limits: FetchLimits {
                time: Duration::from_mins(1),
                ..FetchLimits::DEFAULT
            },
        })
    };
    let fetcher = with(stranger.authority()).unwrap();
    let document = fetcher
        .document(
            DocumentKind::Json,
            &stranger.url("/jwks"),
            Freshness::AsServed,
        )
        .await;
    assert_eq!(&*document.unwrap().body, DOCUMENT.as_bytes());
    for empty in ["", "no PEM"] {
        assert!(
            matches!(with(empty).err(), Some(TrustError::Missing)),
            "{empty}"
        );
    }
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(with(broken).err(), Some(TrustError::Unusable(_))));
}
