//! How long a document is good for, as its server says and as we let it.

use std::time::Duration;

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
    /// How long what was answered with these `Cache-Control` headers is good for
    /// ([RFC 9111 §5.2.2](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2)).
    pub(super) fn of<'h>(&self, headers: impl Iterator<Item = &'h str>) -> Duration {
        let mut said = None;
        for directive in headers.flat_map(|header| header.split(',')) {
            let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
            let name = name.trim().to_ascii_lowercase();
            if matches!(name.as_str(), "no-store" | "no-cache") {
                return self.least;
            }
            if name == "max-age" {
                // What is no number makes the answer stale at once (RFC 9111 §4.2.1).
                let seconds = value.trim().trim_matches('"').parse().unwrap_or(0);
                let age = Duration::from_secs(seconds);
                said = Some(said.map_or(age, |before: Duration| before.min(age)));
            }
        }
        let most = self.most.max(self.least);
        said.unwrap_or(self.usual).clamp(self.least, most)
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn a_servers_word_counts_between_the_shortest_and_the_longest_time() {
        let lifetimes = Lifetimes {
            least: Duration::from_secs(30),
            most: Duration::from_hours(1),
            usual: Duration::from_mins(5),
        };
        for (headers, expected) in [
            (&[][..], 300),
            (&["public"], 300),
            (&["max-age=60"], 60),
            (&["public, Max-Age=\"60\""], 60),
            (&["max-age=600", "max-age=90"], 90),
            (&["max-age=1"], 30),
            (&["max-age=31536000"], 3_600),
            (&["max-age=99999999999999999999"], 30),
            (&["max-age=-1"], 30),
            (&["max-age="], 30),
            (&["max-age=600, no-store"], 30),
            (&["no-cache", "max-age=600"], 30),
            (&["s-maxage=600"], 300),
        ] {
            let lifetime = lifetimes.of(headers.iter().copied());
            assert_eq!(lifetime, Duration::from_secs(expected), "{headers:?}");
        }
    }
}
