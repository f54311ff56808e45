//! What holds for all redirect URIs, told on made-up ones.

use proptest::prelude::*;

use super::*;

/// A URI that can be registered.
fn registered() -> impl Strategy<Value = String> {
    let host = "[a-z]{1,8}(\\.[a-z]{2,6}){1,2}";
    let rest = "(/[A-Za-z0-9._~-]{1,6}){0,3}(\\?[a-z]{1,4}=[A-Za-z0-9%]{0,6})?";
    let of = |pattern: String| prop::string::string_regex(&pattern).unwrap();
    prop_oneof![
        of(format!("https://{host}(:[1-9][0-9]{{3}})?{rest}")),
        of(format!(
            "http://(127\\.0\\.0\\.1|\\[::1\\]|localhost)(:[1-9][0-9]{{3}})?{rest}"
        )),
        of(format!("[a-z]{{2,4}}\\.[a-z]{{2,6}}:/{rest}")),
    ]
    .prop_filter("it can be registered", |text: &String| {
        text.parse::<RedirectUri>().is_ok()
    })
}

/// The text with one character added, taken out, replaced, or in the other case.
fn nearly(text: &str, at: prop::sample::Index, put: char, how: u8) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let index = at.index(letters.len());
    match how {
        0 => letters.insert(index, put),
        1 => drop(letters.remove(index)),
        2 => letters[index] = put,
        _ => {
            let letter = &mut letters[index];
            *letter = if letter.is_ascii_lowercase() {
                letter.to_ascii_uppercase()
            } else {
                letter.to_ascii_lowercase()
            };
        }
    }
    letters.into_iter().collect()
}

/// The text without its port, where it is one of a loopback host over http; told by another way than
/// the rule itself: by what the library reads.
fn without_loopback_port(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let is_loopback = ["127.0.0.1", "[::1]", "localhost"].contains(&host);
    let rest = text.strip_prefix("http://")?.strip_prefix(host)?;
    let port = format!(":{}", url.port_or_known_default()?);
    let rest = rest.strip_prefix(&port).unwrap_or(rest);
    (is_loopback && url.username().is_empty() && !rest.starts_with(':'))
        .then(|| format!("{host}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn what_is_registered_is_admitted_as_it_is(text in registered()) {
        let uri: RedirectUri = text.parse().unwrap();
        prop_assert_eq!(uri.as_str(), &text);
        prop_assert!(uri.admits(&text, ApplicationType::Web));
    }

    #[test]
    fn a_near_miss_is_admitted_only_if_it_differs_in_a_loopback_port(
        text in registered(),
        at: prop::sample::Index,
        put in prop_oneof!["[ -~]", Just("/".to_owned()), any::<char>().prop_map(String::from)],
        how in 0_u8..4,
    ) {
        let near = nearly(&text, at, put.chars().next().unwrap(), how);
        let uri: RedirectUri = text.parse().unwrap();
        let admitted = uri.admits(&near, ApplicationType::Native);
        let has_other_port = without_loopback_port(&text)
            .is_some_and(|text| without_loopback_port(&near) == Some(text));
        // A port of its scheme is left out by the library, and zero is no port to listen on.
        let is_odd = near.contains(":0");
        prop_assert_eq!(admitted, near == text || (has_other_port && !is_odd), "{} {}", text, near);
    }

    #[test]
    fn every_port_of_a_loopback_address_is_admitted_and_nothing_longer(
        port in 1_u16..,
        host in "127\\.0\\.0\\.1|\\[::1\\]",
        rest in "(/[a-z]{1,5}(\\?[a-z]=[a-z])?)?",
        after in "[ -~]{1,5}",
    ) {
        let uri: RedirectUri = format!("http://{host}{rest}").parse().unwrap();
        let presented = format!("http://{host}:{port}{rest}");
        prop_assert!(uri.admits(&presented, ApplicationType::Web));
        let longer = format!("{presented}{after}");
        prop_assert!(!uri.admits(&longer, ApplicationType::Native) || rest.is_empty());
        let zeros = format!("http://{host}:0{port}{rest}");
        prop_assert!(!uri.admits(&zeros, ApplicationType::Native));
    }

    #[test]
    fn another_host_is_never_admitted(
        text in registered(),
        evil in "[a-z]{1,8}\\.evil\\.example",
        between in "[@.:/\\\\?#]|%2[fF]|%40|//",
    ) {
        let uri: RedirectUri = text.parse().unwrap();
        let (scheme, rest) = text.split_once(':').unwrap();
        let rest = rest.trim_start_matches('/');
        for presented in [
            format!("{scheme}://{evil}{between}{rest}"),
            format!("{scheme}://{rest}{between}{evil}"),
            format!("{between}{evil}"),
            format!("{text}{between}{evil}"),
        ] {
            prop_assert!(!uri.admits(&presented, ApplicationType::Native), "{}", presented);
        }
    }

    #[test]
    fn what_can_be_registered_says_where_it_leads(
        text in "(https?|[a-z]{1,3}(\\.[a-z]{1,3})?)(:|://)[a-zA-Z0-9.@:/?#%\\[\\]\\\\-]{0,30}",
    ) {
        if text.parse::<RedirectUri>().is_ok() {
            let url = Url::parse(&text).unwrap();
            prop_assert_eq!(url.as_str().trim_end_matches('/'), text.trim_end_matches('/'));
            prop_assert!(url.fragment().is_none() && url.username().is_empty());
            prop_assert!(url.scheme() != "http" || is_loopback(&url));
        }
    }
}
