//! Hosts that answer in every wrong way.

use std::time::Duration;

use authly_outbound::fetcher::FetchFailure;
use authly_testing::Stranger;
use authly_testing::stranger::{Answer, Conduct};

use super::{DOCUMENT, bench, bench_with};

#[tokio::test]
async fn a_host_that_takes_its_time_is_left() {
    let stranger = Stranger::start().await;
    stranger.at("/silent", Conduct::Silent);
    stranger.at("/drips", Conduct::Drips);
    let soon = |limits: &mut authly_outbound::fetcher::FetchLimits| {
        limits.time = Duration::from_millis(300);
    };
    for path in ["/silent", "/drips"] {
        let bench = bench_with(&stranger, &["127.0.0.1"], soon);
        let failure = bench.failure(&stranger.url(path)).await;
        assert!(
            matches!(*failure, FetchFailure::TimedOut),
            "{path}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn a_document_that_is_too_large_is_not_read() {
    let stranger = Stranger::start().await;
    let bench = bench_with(&stranger, &["127.0.0.1"], |limits| limits.bytes = 1_000);
    let padded = |length: usize| Answer::json("").body(vec![b' '; length]);
    stranger.at("/just", padded(1_000).into());
    assert_eq!(
        bench.fetch(&stranger.url("/just")).await.unwrap().len(),
        1_000
    );

    stranger.at("/over", padded(1_001).into());
    stranger.at("/endless", Conduct::Endless);
    stranger.at(
        "/said",
        Answer::json("{}")
            .header("Content-Length", "1000000000")
            .into(),
    );
    let chunks = ["190\r\n", &"a".repeat(400), "\r\n"].concat().repeat(3);
    let chunked = Answer::json("").header("Transfer-Encoding", "chunked");
    stranger.at(
        "/chunks",
        chunked
            .body([&chunks, "0\r\n\r\n"].concat().into_bytes())
            .into(),
    );
    for path in ["/over", "/endless", "/said", "/chunks"] {
        let failure = bench.failure(&stranger.url(path)).await;
        assert!(
            matches!(*failure, FetchFailure::TooLarge),
            "{path}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_without_end_in_its_head_is_no_answer() {
    let stranger = Stranger::start().await;
    stranger.at("/head", Conduct::EndlessHead);
    let failure = bench(&stranger).failure(&stranger.url("/head")).await;
    assert!(matches!(*failure, FetchFailure::NoAnswer(_)), "{failure:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stranger = Stranger::start().await;
    stranger.serve("/jwks", DOCUMENT);
    let bench = bench(&stranger);
    for status in [301, 302, 303, 307, 308] {
        let to = stranger.url("/jwks").to_string();
        let path = format!("/{status}");
        stranger.at(
            &path,
            Answer::json(DOCUMENT)
                .status(status)
                .header("Location", &to)
                .into(),
        );
        let failure = bench.failure(&stranger.url(&path)).await;
        assert!(
            matches!(*failure, FetchFailure::Status(seen) if seen == status),
            "{failure:?}"
        );
    }
    assert_eq!(stranger.seen().requests, 5);
}

#[tokio::test]
async fn an_answer_that_is_no_document_is_refused() {
    let stranger = Stranger::start().await;
    let bench = bench(&stranger);
    for status in [201, 204, 206, 404, 500] {
        let path = format!("/{status}");
        stranger.at(&path, Answer::json("").status(status).into());
        let failure = bench.failure(&stranger.url(&path)).await;
        assert!(
            matches!(*failure, FetchFailure::Status(seen) if seen == status),
            "{failure:?}"
        );
    }
    for (path, kind) in [
        ("/html", "text/html"),
        ("/text", "text/plain"),
        ("/odd", "json"),
        ("/jwt", "application/jwt"),
    ] {
        stranger.at(
            path,
            Answer::json(DOCUMENT).header("Content-Type", kind).into(),
        );
        let failure = bench.failure(&stranger.url(path)).await;
        assert!(
            matches!(*failure, FetchFailure::ContentType),
            "{kind}: {failure:?}"
        );
    }
    stranger.at(
        "/none",
        Answer::json(DOCUMENT).without("Content-Type").into(),
    );
    let failure = bench.failure(&stranger.url("/none")).await;
    assert!(matches!(*failure, FetchFailure::ContentType), "{failure:?}");
    for (path, kind) in [
        ("/set", "application/jwk-set+json"),
        ("/utf8", "Application/JSON; charset=utf-8"),
    ] {
        stranger.at(
            path,
            Answer::json(DOCUMENT).header("Content-Type", kind).into(),
        );
        assert_eq!(
            bench.fetch(&stranger.url(path)).await.unwrap(),
            DOCUMENT,
            "{kind}"
        );
    }
}

#[tokio::test]
async fn nothing_is_unpacked() {
    let stranger = Stranger::start().await;
    let bench = bench(&stranger);
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, gzip"] {
        let path = format!("/{}", encoding.len());
        stranger.at(
            &path,
            Answer::json(DOCUMENT)
                .header("Content-Encoding", encoding)
                .into(),
        );
        let failure = bench.failure(&stranger.url(&path)).await;
        assert!(
            matches!(*failure, FetchFailure::Compressed),
            "{encoding}: {failure:?}"
        );
    }
}
