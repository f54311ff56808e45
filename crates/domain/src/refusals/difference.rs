//! How a redirect URI that came differs from those that are registered.

use url::Url;

use super::shown;
use crate::clients::RedirectUri;

/// Says by what `came` differs from the URI that is most like it; `None` where there is none. `whose`
/// says what those are, such as `the registered`, and `name` which parameter it is.
#[must_use]
pub fn difference(
    name: &str,
    whose: &str,
    registered: &[RedirectUri],
    came: &str,
) -> Option<String> {
    let compared = registered
        .iter()
        .map(|one| (parts(one.as_str(), came), one));
    let (differences, like) = compared.min_by_key(|(differences, _)| differences.len())?;
    let by = differences.join(" and ");
    let (came, like) = (shown(came), like.as_str());
    Some(format!(
        "{name} {came} differs from {whose} {like} by {by}."
    ))
}

/// What differs between two texts, in words.
fn parts(registered: &str, came: &str) -> Vec<String> {
    if registered.strip_suffix('/') == Some(came) || came.strip_suffix('/') == Some(registered) {
        return vec!["a trailing slash".to_owned()];
    }
    if registered.eq_ignore_ascii_case(came) {
        return vec!["upper and lower case".to_owned()];
    }
    let (Ok(expected), Ok(found)) = (Url::parse(registered), Url::parse(came)) else {
        return vec!["being no absolute URI".to_owned()];
    };
    let mut different = Vec::new();
    let mut note = |what: &str, one: Option<&str>, other: Option<&str>| {
        if one != other {
            let (one, other) = (one.unwrap_or("none"), other.unwrap_or("none"));
            different.push(format!("its {what} ({} instead of {one})", shown(other)));
        }
    };
    note("scheme", Some(expected.scheme()), Some(found.scheme()));
    note("host", expected.host_str(), found.host_str());
    let port = |url: &Url| url.port().map(|port| port.to_string());
    note("port", port(&expected).as_deref(), port(&found).as_deref());
    note("path", Some(expected.path()), Some(found.path()));
    note("query", expected.query(), found.query());
    note("fragment", expected.fragment(), found.fragment());
    note("user name", user_of(&expected), user_of(&found));
    if different.is_empty() {
        different.push("the way it is written".to_owned());
    }
    different
}

/// The user name, without what may stand beside it.
fn user_of(url: &Url) -> Option<&str> {
    Some(url.username()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn by(registered: &str, came: &str) -> String {
        parts(registered, came).join(" and ")
    }

    #[test]
    fn the_difference_is_named() {
        const CB: &str = "https://app.example.com/cb";
        for (came, what) in [
            ("https://app.example.com/cb/", "a trailing slash"),
            ("https://app.example.com/CB", "upper and lower case"),
            (
                "http://app.example.com/cb",
                "its scheme (http instead of https)",
            ),
            (
                "https://app.example.com:8443/cb",
                "its port (8443 instead of none)",
            ),
            (
                "https://evil.example.com/cb",
                "its host (evil.example.com instead of app.example.com)",
            ),
            (
                "https://app.example.com/callback",
                "its path (/callback instead of /cb)",
            ),
            (
                "https://app.example.com/cb?tenant=1",
                "its query (tenant=1 instead of none)",
            ),
            (
                "https://app.example.com/cb#x",
                "its fragment (x instead of none)",
            ),
            (
                "http://app.example.com/x",
                "its scheme (http instead of https) and its path (/x instead of /cb)",
            ),
            ("https://app.example.com:443/cb", "the way it is written"),
            ("/cb", "being no absolute URI"),
        ] {
            assert_eq!(by(CB, came), what);
        }
        assert_eq!(by("https://app.example.com/cb/", CB), "a trailing slash");
    }

    #[test]
    fn of_several_the_one_most_like_it_is_named() {
        let registered: Vec<RedirectUri> = ["https://other.example/x", "https://app.example/cb"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        assert_eq!(
            difference(
                "redirect_uri",
                "the registered",
                &registered,
                "https://app.example/cb/"
            )
            .as_deref(),
            Some(
                "redirect_uri https://app.example/cb/ differs from the registered \
                 https://app.example/cb by a trailing slash."
            )
        );
        assert_eq!(
            difference(
                "redirect_uri",
                "the registered",
                &[],
                "https://app.example/cb"
            ),
            None
        );
    }

    #[test]
    fn a_password_in_it_is_not_shown() {
        let different = by("https://app.example/cb", "https://me:pass@app.example/cb");
        assert_eq!(different, "its user name (me instead of none)");
    }
}
