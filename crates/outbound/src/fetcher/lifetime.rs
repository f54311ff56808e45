//! How long a document is good for, as its server says and as we let it.

use std::time::Duration;

use authly_domain::clock::Timestamp;
use httpdate::parse_http_date;
use reqwest::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderMap, HeaderValue};

/// Within which bounds a server's word counts.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// The shortest: nothing is fetched, or tried again, more often than that.
    pub least: Duration,
    /// The longest: what its server has taken back is used for no longer.
    pub most: Duration,
    /// Where the server says nothing.
    pub usual: Duration,
}

impl Lifetimes {
    /// How long what was answered at `now` with these headers is good for: its freshness lifetime less the
    /// age that it had when it came ([RFC 9111 §4.2](https://www.rfc-editor.org/rfc/rfc9111#section-4.2)).
    pub(super) fn of(&self, headers: &HeaderMap, now: Timestamp) -> Duration {
        let mut said = None;
        let cache_control = headers.get_all(CACHE_CONTROL).iter();
        let cache_control = cache_control.filter_map(|value| value.to_str().ok());
        for directive in cache_control.flat_map(|header| header.split(',')) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let name = name.trim().to_ascii_lowercase();
            if matches!(name.as_str(), "no-store" | "no-cache") {
                return self.least;
            }
            if name == "max-age" {
                // What is no number makes the answer stale at once (RFC 9111 §4.2.1).
                let seconds = value.trim().trim_matches('"').parse().unwrap_or(0);
                let lifetime = Duration::from_secs(seconds);
                said = Some(said.map_or(lifetime, |before: Duration| before.min(lifetime)));
            }
        }
        let said = said.or_else(|| until_expiry(headers, now));
        let left = said.map(|lifetime| lifetime.saturating_sub(age(headers)));
        let most = self.most.max(self.least);
        left.unwrap_or(self.usual).clamp(self.least, most)
    }
}

/// From `Date` to `Expires`, if there is one. What is no date has passed (RFC 9111 §5.3).
fn until_expiry(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let date = |value: &HeaderValue| parse_http_date(value.to_str().ok()?).ok();
    let expires = headers.get(EXPIRES)?;
    let served = headers.get(DATE).and_then(date);
    let served = served.unwrap_or_else(|| now.as_date_time().into());
    let left = date(expires).and_then(|expires| expires.duration_since(served).ok());
    Some(left.unwrap_or_default())
}

/// For how long caches on the way have had it. What is no number counts for nothing (RFC 9111 §5.1).
fn age(headers: &HeaderMap) -> Duration {
    let stated = headers.get(AGE).and_then(|value| value.to_str().ok());
    let first = stated.and_then(|stated| stated.split(',').next());
    let digits = first
        .map(str::trim)
        .filter(|first| !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit()));
    Duration::from_secs(digits.map_or(0, |digits| digits.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use reqwest::header::HeaderName;

    use super::*;

    #[test]
    fn a_servers_word_counts_between_the_shortest_and_the_longest_time() {
        let lifetimes = Lifetimes {
            least: Duration::from_secs(30),
            most: Duration::from_hours(1),
            usual: Duration::from_mins(5),
        };
        let now = Timestamp::from_unix_seconds(1_800_000_000).unwrap();
        for (headers, expected) in [
            ("", 300),
            ("cache-control: public", 300),
            ("cache-control: max-age=60", 60),
            ("cache-control: public, Max-Age=\"60\"", 60),
            ("cache-control: max-age=600\ncache-control: max-age=90", 90),
            ("cache-control: max-age=1", 30),
            ("cache-control: max-age=31536000", 3_600),
            ("cache-control: max-age=99999999999999999999", 30),
            ("cache-control: max-age=-1", 30),
            ("cache-control: max-age=", 30),
            ("cache-control: max-age=600, no-store", 30),
            ("cache-control: no-cache\ncache-control: max-age=600", 30),
            ("cache-control: s-maxage=600", 300),
            // It was kept on the way.
            ("cache-control: max-age=3600\nage: 3500", 100),
            ("cache-control: max-age=3600\nage: 3500, 1", 100),
            ("cache-control: max-age=600\nage: 600", 30),
            ("cache-control: max-age=600\nage: 99999999999999999999", 30),
            ("cache-control: max-age=600\nage: -1", 600),
            ("cache-control: max-age=600\nage: some", 600),
            ("age: 100", 300),
            // 1_800_000_000 is Friday, 15 January 2027, 08:00:00.
            ("expires: Fri, 15 Jan 2027 08:02:00 GMT", 120),
            ("expires: Friday, 15-Jan-27 08:02:00 GMT", 120),
            ("expires: Fri Jan 15 08:02:00 2027", 120),
            ("expires: Fri, 15 Jan 2027 08:02:00 GMT\nage: 20", 100),
            (
                "expires: Fri, 15 Jan 2027 08:02:00 GMT\ndate: Fri, 15 Jan 2027 08:00:30 GMT",
                90,
            ),
            ("expires: Fri, 15 Jan 2027 08:02:00 GMT\ndate: today", 120),
            ("expires: Fri, 15 Jan 2027 07:00:00 GMT", 30),
            ("expires: 0", 30),
            ("expires: 0\ncache-control: max-age=60", 60),
            (
                "expires: Fri, 15 Jan 2027 08:02:00 GMT\ncache-control: max-age=60",
                60,
            ),
            (
                "expires: Fri, 15 Jan 2027 08:02:00 GMT\ncache-control: no-cache",
                30,
            ),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers.lines().filter_map(|line| line.split_once(": ")) {
                let name: HeaderName = name.parse().unwrap();
                map.append(name, value.parse().unwrap());
            }
            let lifetime = lifetimes.of(&map, now);
            assert_eq!(lifetime, Duration::from_secs(expected), "{headers:?}");
        }
    }
}
