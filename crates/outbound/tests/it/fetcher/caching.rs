//! How often it asks.

use std::sync::Arc;
use std::time::Duration;

use authly_outbound::fetcher::FetchFailure;
use authly_services::ports::{DocumentKind, Freshness};
use authly_testing::Stranger;
use authly_testing::stranger::{Answer, Conduct, loopback};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use tokio::sync::Semaphore;

use super::{DOCUMENT, bench, bench_with};

#[tokio::test]
async fn a_document_is_kept_for_as_long_as_its_host_says_within_bounds() {
    let stranger = Stranger::start().await;
    let bench = bench(&stranger);
    let url = stranger.url("/jwks");
    let mut asked = 0;
    for (cache_control, age, seconds) in [
        ("max-age=90", "0", 90),
        ("no-store", "0", 30),
        ("max-age=86400", "0", 3_600),
        // As somebody on the way had kept it.
        ("max-age=3600", "3500", 100),
    ] {
        let said = Answer::json(DOCUMENT)
            .header("Cache-Control", cache_control)
            .header("Age", age);
        stranger.at("/jwks", said.into());
        asked += 1;
        bench.fetch(&url).await.unwrap();
        bench.clock.advance(Duration::from_secs(seconds - 1));
        bench.fetch(&url).await.unwrap();
        assert_eq!(stranger.seen().requests, asked, "{cache_control}");
        bench.clock.advance(Duration::from_secs(1));
    }
    bench.fetch(&url).await.unwrap();
    assert_eq!(stranger.seen().requests, asked + 1);
}

#[tokio::test]
async fn a_new_document_is_kept_however_often_others_are_asked_for() {
    let stranger = Stranger::start().await;
    let bench = bench_with(&stranger, &["127.0.0.0/8"], |limits| limits.documents = 4);
    for path in ["/0", "/1", "/2", "/3", "/new"] {
        stranger.serve(path, DOCUMENT);
    }
    let fetch_often = async |paths: &[&str]| {
        for _ in 0..200 {
            for path in paths {
                bench.fetch(&stranger.url(path)).await.unwrap();
            }
        }
    };
    fetch_often(&["/0", "/1", "/2", "/3"]).await;
    assert_eq!(stranger.seen().requests, 4);
    bench.fetch(&stranger.url("/new")).await.unwrap();
    fetch_often(&["/3"]).await;
    bench.fetch(&stranger.url("/new")).await.unwrap();
    assert_eq!(stranger.seen().requests, 5);
}

#[tokio::test]
async fn a_failure_is_remembered_for_a_while() {
    let stranger = Stranger::start().await;
    stranger.at("/jwks", Answer::json("").status(500).into());
    let bench = bench(&stranger);
    let url = stranger.url("/jwks");
    for _ in 0..3 {
        let failure = bench.failure(&url).await;
        assert!(matches!(*failure, FetchFailure::Status(500)), "{failure:?}");
    }
    assert_eq!(stranger.seen().requests, 1);
    stranger.serve("/jwks", DOCUMENT);
    bench.clock.advance(Duration::from_secs(30));
    assert_eq!(bench.fetch(&url).await.unwrap(), DOCUMENT);
}

#[tokio::test]
async fn a_newer_document_is_asked_for_and_not_more_often_than_a_few_times_a_minute() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", "1");
    let bench = bench(&stranger);
    let url = stranger.url("/jwks");
    let first = bench
        .fetcher
        .document(DocumentKind::Json, &url, Freshness::AsServed)
        .await
        .unwrap();
    stranger.serve("/jwks", "2");
    let newer = Freshness::NewerThan(first.fetched_at);
    for _ in 0..3 {
        let same = bench
            .fetcher
            .document(DocumentKind::Json, &url, newer)
            .await
            .unwrap();
        assert_eq!(&*same.body, b"1");
    }
    assert_eq!(stranger.seen().requests, 1);

    bench.clock.advance(Duration::from_secs(30));
    let second = bench
        .fetcher
        .document(DocumentKind::Json, &url, newer)
        .await
        .unwrap();
    assert_eq!(&*second.body, b"2");
    // For whoever was behind it is new enough; nobody asks again for that.
    bench.clock.advance(Duration::from_secs(30));
    let again = bench
        .fetcher
        .document(DocumentKind::Json, &url, newer)
        .await
        .unwrap();
    assert_eq!(&*again.body, b"2");
    assert_eq!(stranger.seen().requests, 2);
}

#[tokio::test]
async fn a_failure_does_not_take_away_a_document_that_is_still_good() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", DOCUMENT);
    let bench = bench(&stranger);
    let url = stranger.url("/jwks");
    let first = bench
        .fetcher
        .document(DocumentKind::Json, &url, Freshness::AsServed)
        .await
        .unwrap();
    stranger.at("/jwks", Answer::json("").status(500).into());
    bench.clock.advance(Duration::from_mins(1));
    let newer = Freshness::NewerThan(first.fetched_at);
    let kept = bench
        .fetcher
        .document(DocumentKind::Json, &url, newer)
        .await
        .unwrap();
    assert_eq!(&*kept.body, DOCUMENT.as_bytes());
    assert_eq!(stranger.seen().requests, 2);
    assert_eq!(bench.fetch(&url).await.unwrap(), DOCUMENT);
    // Its time is up as it would have been.
    bench.clock.advance(Duration::from_mins(4));
    let failure = bench.failure(&url).await;
    assert!(matches!(*failure, FetchFailure::Status(500)), "{failure:?}");
}

#[tokio::test]
async fn parallel_requests_for_the_same_document_are_one() {
    let stranger = Stranger::start().await;
    let gate = Arc::new(Semaphore::new(0));
    stranger.at(
        "/jwks",
        Conduct::Held(Arc::clone(&gate), Answer::json(DOCUMENT)),
    );
    let bench = bench(&stranger);
    let url = stranger.url("/jwks");
    let mut all = join_all((0..20).map(|_| bench.fetch(&url)));
    // Each has begun, and none can have ended.
    assert!((&mut all).now_or_never().is_none());
    let open = async {
        stranger.was_asked(1).await;
        gate.add_permits(20);
    };
    let (answers, ()) = tokio::join!(all, open);
    for answer in answers {
        assert_eq!(answer.unwrap(), DOCUMENT);
    }
    assert_eq!(stranger.seen().requests, 1);
}

#[tokio::test]
async fn who_gives_up_leaves_the_turn_to_the_next() {
    let stranger = Stranger::start().await;
    stranger.at("/jwks", Conduct::Silent);
    let bench = bench(&stranger);
    let url = stranger.url("/jwks");
    {
        let first = bench.fetch(&url);
        tokio::pin!(first);
        tokio::select! {
            _answer = &mut first => panic!("the host says nothing"),
            () = stranger.was_asked(1) => {}
        }
    }
    stranger.serve("/jwks", DOCUMENT);
    assert_eq!(bench.fetch(&url).await.unwrap(), DOCUMENT);
}

#[tokio::test]
async fn a_host_is_asked_only_so_often_a_minute_whatever_the_addresses() {
    let stranger = Stranger::start().await;
    let bench = bench_with(&stranger, &["127.0.0.0/8"], |limits| {
        limits.a_minute_from_a_host = 3;
    });
    bench.names.set("other.example", &[&[loopback(1)]]);
    let path = |number: usize| format!("/{number}");
    for number in 0..4 {
        stranger.serve(&path(number), DOCUMENT);
    }
    for number in 0..3 {
        bench.fetch(&stranger.url(&path(number))).await.unwrap();
    }
    let failure = bench.failure(&stranger.url(&path(3))).await;
    assert!(matches!(*failure, FetchFailure::Busy), "{failure:?}");
    assert_eq!(stranger.seen().requests, 3);
    // Others are not held up, what is at hand is still served, and the minute ends.
    bench
        .fetch(&stranger.url_at("other.example", &path(3)))
        .await
        .unwrap();
    bench.fetch(&stranger.url(&path(0))).await.unwrap();
    bench.clock.advance(Duration::from_mins(1));
    bench.fetch(&stranger.url(&path(3))).await.unwrap();
}

#[tokio::test]
async fn a_host_has_only_so_many_requests_at_once() {
    let stranger = Stranger::start().await;
    let bench = bench_with(&stranger, &["127.0.0.0/8"], |limits| {
        limits.at_once_to_a_host = 2;
    });
    let gate = Arc::new(Semaphore::new(0));
    let urls: Vec<_> = (0..6)
        .map(|number| stranger.url(&format!("/{number}")))
        .collect();
    for number in 0..6 {
        let held = Conduct::Held(Arc::clone(&gate), Answer::json(DOCUMENT));
        stranger.at(&format!("/{number}"), held);
    }
    let all = join_all(urls.iter().map(|url| bench.fetch(url)));
    let open = async {
        for served in 1..=6 {
            // One more is let in for each that is let out, and no other.
            stranger.was_asked((served + 1).min(6)).await;
            assert!(stranger.seen().requests <= served + 1);
            gate.add_permits(1);
        }
    };
    let (answers, ()) = tokio::join!(all, open);
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_document_is_kept_for_each_kind_that_it_is_asked_for_as() {
    let stranger = Stranger::start().await;
    let bench = bench(&stranger);
    let url = stranger.url("/jwt");
    let fetch = |kind| bench.fetcher.document(kind, &url, Freshness::AsServed);
    for kind in ["application/jwt", "application/oauth-authz-req+jwt; a=b"] {
        stranger.at(
            "/jwt",
            Answer::json(DOCUMENT).header("Content-Type", kind).into(),
        );
        fetch(DocumentKind::Jwt).await.unwrap();
        let failure = fetch(DocumentKind::Json).await.unwrap_err();
        assert!(matches!(*failure, FetchFailure::ContentType), "{failure:?}");
        bench.clock.advance(Duration::from_hours(1));
    }
    stranger.serve("/jwt", DOCUMENT);
    let failure = fetch(DocumentKind::Jwt).await.unwrap_err();
    assert!(matches!(*failure, FetchFailure::ContentType), "{failure:?}");
    fetch(DocumentKind::Json).await.unwrap();
}
