//! Resource indicators (RFC 8707).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// The longest identifier, in bytes.
const MAX_LENGTH: usize = 2_048;

/// Why a text is not a resource indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a resource is an absolute URI without a fragment")]
pub struct ParseResourceError;

/// A resource indicator: an absolute URI without fragment (RFC 8707 §2). Two are equal whose normal
/// forms are; each keeps its spelling.
#[derive(Clone, Eq)]
pub struct Resource {
    written: String,
    normal: String,
}

impl Resource {
    /// The URI as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// What it is compared by: scheme and host in lower case, and `/` for a path that is empty
    /// (RFC 3986 §6.2.2.1, §6.2.3). Everything else stands as it was written.
    #[must_use]
    pub fn normal_form(&self) -> &str {
        &self.normal
    }

    /// Whether a text, an entry of `aud` for example, means this resource.
    #[must_use]
    pub fn is_meant_by(&self, text: &str) -> bool {
        self.written == text || text.parse().is_ok_and(|other: Self| other == *self)
    }
}

impl PartialEq for Resource {
    fn eq(&self, other: &Self) -> bool {
        self.normal == other.normal
    }
}

impl Hash for Resource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normal.hash(state);
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resource({:?})", self.written)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl FromStr for Resource {
    type Err = ParseResourceError;

    fn from_str(text: &str) -> Result<Self, ParseResourceError> {
        let plain = text.len() <= MAX_LENGTH && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !plain || text.contains('#') || url::Url::parse(text).is_err() {
            return Err(ParseResourceError);
        }
        Ok(Self {
            written: text.to_owned(),
            normal: normal_form(text).ok_or(ParseResourceError)?,
        })
    }
}

/// `None` for what has no scheme.
fn normal_form(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let mut normal = format!("{}:", scheme.to_ascii_lowercase());
    let Some(rest) = rest.strip_prefix("//") else {
        normal.push_str(rest);
        return Some(normal);
    };
    // A backslash ends the host for browsers (WHATWG URL): what follows is none of it.
    let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    // What stands before the host may mean something in either case.
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    let (user, host) = authority.split_at_checked(host)?;
    normal.push_str("//");
    normal.push_str(user);
    normal.push_str(&host.to_ascii_lowercase());
    if path.is_empty() || path.starts_with('?') {
        normal.push('/');
    }
    normal.push_str(path);
    Some(normal)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::*;

    fn resource(text: &str) -> Resource {
        text.parse().unwrap()
    }

    #[test]
    fn a_resource_is_absolute_and_has_no_fragment() {
        assert!("https://api.example.com/v1".parse::<Resource>().is_ok());
        for text in ["", "/v1", "https://a/#", "https://a/ b", "api", "//a/b"] {
            assert_eq!(
                text.parse::<Resource>(),
                Err(ParseResourceError),
                "{text:?}"
            );
        }
    }

    #[test]
    fn scheme_and_host_have_no_case_and_an_empty_path_is_the_root() {
        for (one, other) in [
            ("https://api.example.com", "https://api.example.com/"),
            (
                "HTTPS://API.Example.com:8443",
                "https://api.example.com:8443/",
            ),
            (
                "https://api.example.com?v=1",
                "https://API.example.com/?v=1",
            ),
            (
                "https://me@API.example.com/x",
                "https://me@api.example.com/x",
            ),
            ("URN:example:Api", "urn:example:Api"),
        ] {
            assert_eq!(resource(one), resource(other));
            assert!(resource(one).is_meant_by(other));
            assert_eq!(resource(one).as_str(), one);
        }
    }

    #[test]
    fn everything_else_is_compared_as_it_stands() {
        for (one, other) in [
            ("https://api.example.com/v1", "https://api.example.com/v1/"),
            ("https://api.example.com/v1", "https://api.example.com/V1"),
            ("https://api.example.com/", "https://api.example.com/?"),
            ("https://api.example.com/", "https://api.example.com:443/"),
            ("https://api.example.com/", "http://api.example.com/"),
            (
                "https://api.example.com/a/../b",
                "https://api.example.com/b",
            ),
            ("https://api.example.com/%7Ea", "https://api.example.com/~a"),
            ("https://Me@api.example.com/", "https://me@api.example.com/"),
            (r"https://api.example.com\@A", r"https://api.example.com\@a"),
            ("urn:example:api", "urn:EXAMPLE:api"),
        ] {
            assert_ne!(resource(one), resource(other));
            assert!(!resource(one).is_meant_by(other));
        }
        assert!(!resource("https://a.example/").is_meant_by("a.example"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn a_normal_form_is_its_own_and_the_same_url(
            text in "(?i)https?://([a-z@]{1,3}@)?[a-z.]{1,9}(:[0-9]{2})?([/?\\\\@][!-~]{0,6}){0,2}"
        ) {
            if let Ok(one) = text.parse::<Resource>() {
                let normal: Resource = one.normal_form().parse().unwrap();
                assert_eq!(normal.normal_form(), one.normal_form());
                assert_eq!(normal, one);
                assert_eq!(url::Url::parse(one.normal_form()), url::Url::parse(&text));
            }
        }
    }
}
