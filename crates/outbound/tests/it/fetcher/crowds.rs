//! What is left for others while hosts keep it waiting.

use std::sync::Arc;
use std::time::Duration;

use authly_domain::network::FetchUrl;
use authly_outbound::fetcher::{FetchFailure, FetchLimits};
use authly_services::ports::{DocumentKind, Freshness};
use authly_testing::Stranger;
use authly_testing::stranger::{Answer, Conduct, loopback};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::{Bench, DOCUMENT, bench_with};

/// A fetcher that soon loses patience where there is no place, and hardly ever with a host.
fn crowded(stranger: &Stranger, change: impl FnOnce(&mut FetchLimits)) -> Bench {
    bench_with(stranger, &["127.0.0.0/8"], |limits| {
        limits.wait = Duration::from_millis(50);
        change(limits);
    })
}

/// Nobody else can be asked, which is not held against them.
async fn assert_busy(bench: &Bench, url: &FetchUrl) {
    let failure = bench.failure(url).await;
    assert!(matches!(*failure, FetchFailure::Busy), "{failure:?}");
}

/// Hosts that take a connection and say nothing.
struct Silence(TcpListener);

impl Silence {
    async fn listen() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    /// So many addresses, each at a host of its own.
    fn urls(&self, bench: &Bench, count: usize) -> Vec<FetchUrl> {
        let port = self.0.local_addr().unwrap().port();
        let url = |number: usize| {
            let name = format!("silent-{number}.example");
            bench.names.set(&name, &[&[loopback(1)]]);
            format!("https://{name}:{port}/jwks").parse().unwrap()
        };
        (0..count).map(url).collect()
    }

    /// So many connections, once they are there.
    async fn reached(&self, count: usize) -> Vec<TcpStream> {
        let mut connections = Vec::new();
        while connections.len() < count {
            connections.push(self.0.accept().await.unwrap().0);
        }
        connections
    }
}

#[tokio::test]
async fn who_waits_for_a_place_in_vain_is_fetched_as_soon_as_there_is_one() {
    let few: [fn(&mut FetchLimits); 2] = [
        |limits| limits.at_once = 2,
        |limits| limits.at_once_to_a_host = 2,
    ];
    for limit in few {
        let stranger = Stranger::start().await;
        stranger.at("/one", Conduct::Silent);
        stranger.at("/two", Conduct::Silent);
        stranger.serve("/good", DOCUMENT);
        let bench = crowded(&stranger, limit);
        let good = stranger.url("/good");
        {
            let silent = ["/one", "/two"].map(|path| stranger.url(path));
            let silent = join_all(silent.iter().map(|url| bench.fetch(url)));
            tokio::pin!(silent);
            tokio::select! {
                _answers = &mut silent => panic!("the host says nothing"),
                () = stranger.was_asked(2) => {}
            }
            assert_busy(&bench, &good).await;
            assert_eq!(stranger.seen().requests, 2);
        }
        // The clock stands still: nothing is remembered of it.
        assert_eq!(bench.fetch(&good).await.unwrap(), DOCUMENT);
    }
}

#[tokio::test]
async fn who_waits_for_a_lookup_in_vain_is_fetched_as_soon_as_there_is_room_for_one() {
    let stranger = Stranger::start().await;
    stranger.serve("/good", DOCUMENT);
    let bench = crowded(&stranger, |limits| limits.lookups_at_once = 1);
    let good = stranger.url("/good");
    let gate = Arc::new(Semaphore::new(0));
    bench.names.hold("silent.example", &gate);
    {
        let silent = stranger.url_at("silent.example", "/jwks");
        let silent = bench.fetch(&silent);
        tokio::pin!(silent);
        tokio::select! {
            _answer = &mut silent => panic!("the name has no answer"),
            () = bench.names.were_asked(1) => {}
        }
    }
    // Whoever has asked is gone; the system still looks.
    assert_busy(&bench, &good).await;
    assert_eq!(bench.names.lookups(), 1);
    gate.add_permits(1);
    assert_eq!(bench.fetch(&good).await.unwrap(), DOCUMENT);
}

#[tokio::test]
async fn hosts_that_have_kept_it_waiting_leave_half_of_the_places_to_others() {
    let stranger = Stranger::start().await;
    stranger.serve("/good", DOCUMENT);
    let bench = crowded(&stranger, |limits| limits.at_once = 4);
    let good = stranger.url("/good");
    let silence = Silence::listen().await;
    let urls = silence.urls(&bench, 4);
    {
        let silent = join_all(urls.iter().map(|url| bench.fetch(url)));
        tokio::pin!(silent);
        let _held = tokio::select! {
            _answers = &mut silent => panic!("nobody says anything"),
            held = silence.reached(4) => held,
        };
        assert_busy(&bench, &good).await;
        bench.clock.advance(Duration::from_secs(30));
    }
    let mut silent = join_all(urls.iter().map(|url| bench.fetch(url)));
    // Each has begun, and taken its place if there is one.
    assert!((&mut silent).now_or_never().is_none());
    let answer = tokio::select! {
        _answers = &mut silent => panic!("nobody says anything"),
        answer = bench.fetch(&good) => answer,
    };
    assert_eq!(answer.unwrap(), DOCUMENT);
}

#[tokio::test]
async fn names_that_have_kept_it_waiting_leave_half_of_the_lookups_to_others() {
    let stranger = Stranger::start().await;
    stranger.serve("/good", DOCUMENT);
    let bench = crowded(&stranger, |limits| limits.lookups_at_once = 2);
    let good = stranger.url("/good");
    let gate = Arc::new(Semaphore::new(0));
    let urls = ["one.example", "two.example"].map(|name| {
        bench.names.hold(name, &gate);
        stranger.url_at(name, "/jwks")
    });
    {
        let silent = join_all(urls.iter().map(|url| bench.fetch(url)));
        tokio::pin!(silent);
        tokio::select! {
            _answers = &mut silent => panic!("the names have no answer"),
            () = bench.names.were_asked(2) => {}
        }
        assert_busy(&bench, &good).await;
        bench.clock.advance(Duration::from_secs(30));
        // The system gives up at last.
        gate.add_permits(2);
        for answer in silent.await {
            let failure = answer.unwrap_err();
            assert!(matches!(*failure, FetchFailure::NoAnswer(_)), "{failure:?}");
        }
        bench.clock.advance(Duration::from_secs(30));
    }
    let silent = join_all(urls.iter().map(|url| bench.fetch(url)));
    tokio::pin!(silent);
    tokio::select! {
        _answers = &mut silent => panic!("the names have no answer"),
        () = bench.names.were_asked(3) => {}
    }
    let answer = tokio::select! {
        _answers = &mut silent => panic!("the names have no answer"),
        answer = bench.fetch(&good) => answer,
    };
    assert_eq!(answer.unwrap(), DOCUMENT);
}

/// Uses up what may be asked of the host within a minute, which is three times.
async fn spend_the_minute(bench: &Bench, stranger: &Stranger) {
    for path in ["/one", "/two", "/three"] {
        bench.fetch(&stranger.url(path)).await.unwrap();
    }
}

#[tokio::test]
async fn who_uses_up_what_may_be_asked_of_a_host_takes_no_document_from_others() {
    let stranger = Stranger::start().await;
    for path in ["/jwks", "/one", "/two", "/three"] {
        stranger.serve(path, DOCUMENT);
    }
    let bench = crowded(&stranger, |limits| limits.a_minute_from_a_host = 3);
    let url = stranger.url("/jwks");
    bench.fetch(&url).await.unwrap();
    // Its time is up, and nobody can be asked for another.
    bench.clock.advance(Duration::from_mins(5));
    spend_the_minute(&bench, &stranger).await;
    assert_eq!(bench.fetch(&url).await.unwrap(), DOCUMENT);
    assert_eq!(stranger.seen().requests, 4);
    // It does not count for longer than any may.
    bench.clock.advance(Duration::from_mins(55));
    spend_the_minute(&bench, &stranger).await;
    assert_busy(&bench, &url).await;

    bench.clock.advance(Duration::from_mins(1));
    bench.fetch(&url).await.unwrap();
    // What its host has taken back stays so.
    bench.clock.advance(Duration::from_mins(5));
    stranger.at("/jwks", Answer::json("").status(404).into());
    let failure = bench.failure(&url).await;
    assert!(matches!(*failure, FetchFailure::Status(404)), "{failure:?}");
    bench.clock.advance(Duration::from_mins(1));
    spend_the_minute(&bench, &stranger).await;
    assert_busy(&bench, &url).await;
}

#[tokio::test]
async fn documents_of_one_kind_take_no_place_from_those_of_the_other() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", DOCUMENT);
    stranger.at("/silent", Conduct::Silent);
    let jwt = Answer::json("a.b.c").header("Content-Type", "application/jwt");
    stranger.at("/jwt", jwt.into());
    let bench = crowded(&stranger, |limits| {
        limits.a_minute_from_a_host = 2;
        limits.at_once_to_a_host = 1;
    });
    let fetch = async |kind, path| {
        let fetcher = &bench.fetcher;
        let url = stranger.url(path);
        fetcher.document(kind, &url, Freshness::AsServed).await
    };
    let silent = fetch(DocumentKind::Jwt, "/silent");
    tokio::pin!(silent);
    tokio::select! {
        _answer = &mut silent => panic!("the host says nothing"),
        () = stranger.was_asked(1) => {}
    }
    let failure = fetch(DocumentKind::Jwt, "/jwt").await.unwrap_err();
    assert!(matches!(*failure, FetchFailure::Busy), "{failure:?}");
    fetch(DocumentKind::Json, "/jwks").await.unwrap();
}
