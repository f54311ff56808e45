//! Secrets, and every spelling in which one could come to light.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Where a secret may be all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nowhere.
    Secret,
    /// A client's own value, which it gets back: stored for that, and no use to anybody else.
    Returned,
    /// A password that was typed into the field for the name: it is looked up as a name, so that
    /// PostgreSQL gets to see it.
    TypedAsName,
}

/// A place that is searched.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// Whether digests of secrets may be in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digests {
    /// They are what is stored.
    Expected,
    /// They are nobody's business.
    Forbidden,
}

/// All secrets of a run, with what each of them is.
#[derive(Debug, Default)]
pub(crate) struct Secrets(BTreeMap<String, (String, Kind)>);

impl Secrets {
    /// Notes a secret. What is too short to be one is a mistake of the test.
    pub(crate) fn add(&mut self, what: &str, text: &str) {
        self.add_as(Kind::Secret, what, text);
    }

    /// Notes a secret of this kind.
    pub(crate) fn add_as(&mut self, kind: Kind, what: &str, text: &str) {
        assert!(text.len() >= 8, "{what} is too short to be looked for");
        let what = what.to_owned();
        self.0.entry(text.to_owned()).or_insert((what, kind));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What of them is in these places, but for those of the `allowed` kinds: one complaint each.
    pub(crate) fn found_in(
        &self,
        places: &[Place],
        digests: Digests,
        allowed: &[Kind],
    ) -> Vec<String> {
        let mut complaints = Vec::new();
        for (text, (what, kind)) in &self.0 {
            if allowed.contains(kind) {
                continue;
            }
            let mut forms = spellings(text);
            if digests == Digests::Forbidden {
                forms.extend(digest_spellings(text));
            }
            for place in places {
                if let Some(form) = forms.iter().find(|form| place.text.contains(*form)) {
                    let line = place.text.lines().find(|line| line.contains(form));
                    let line: String = line.unwrap_or_default().chars().take(400).collect();
                    complaints.push(format!("{what} is in {} as `{form}`: {line}", place.name));
                }
            }
        }
        complaints
    }
}

/// A text in every spelling that a log, a page, a query or a dump could give it.
pub(crate) fn spellings(text: &str) -> BTreeSet<String> {
    let mut forms: BTreeSet<_> = [
        text.to_owned(),
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
        escaped_for_html(text),
        escaped_for_json(text),
        hex(text.as_bytes()),
        hex(text.as_bytes()).to_uppercase(),
    ]
    .into();
    forms.extend(in_base64(text.as_bytes()));
    // A half is as good as the whole to whoever guesses the rest, and lines are cut.
    if let (true, Some((first, second))) = (text.len() >= 32, text.split_at_checked(text.len() / 2))
    {
        forms.extend([first.to_owned(), second.to_owned()]);
    }
    forms
}

/// The SHA-256 digest of a text, as it could be written.
fn digest_spellings(text: &str) -> [String; 3] {
    let digest = Sha256::digest(text.as_bytes());
    [
        hex(&digest),
        URL_SAFE_NO_PAD.encode(digest),
        STANDARD_NO_PAD.encode(digest),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The text within the base64 of something longer, wherever it begins there: the characters at both
/// ends depend on what stands beside it, and are left out.
fn in_base64(bytes: &[u8]) -> impl Iterator<Item = String> {
    (0..3).flat_map(move |shift| {
        let mut shifted = vec![0_u8; shift];
        shifted.extend_from_slice(bytes);
        let head = (shift * 8).div_ceil(6);
        let whole = shifted.len() * 8 / 6;
        [STANDARD_NO_PAD, URL_SAFE_NO_PAD].map(|engine| {
            let encoded = engine.encode(&shifted);
            encoded.get(head..whole).unwrap_or_default().to_owned()
        })
    })
}

fn escaped_for_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}

fn escaped_for_json(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_matches('"').to_owned()
}

#[test]
fn a_secret_is_found_in_every_spelling() {
    let secret = "a p\u{e4}ss & \"word\" <of> one's own, and long";
    let mut secrets = Secrets::default();
    secrets.add("the password", secret);
    let plain = secret.as_bytes();
    let basic = STANDARD_NO_PAD.encode(["client:".as_bytes(), plain].concat());
    let beside = URL_SAFE_NO_PAD.encode([b"ab", plain, b"cde"].concat());
    let found = |text: &str, digests| {
        let place = Place {
            name: "a place".to_owned(),
            text: format!("before\nsomething {text}, and more\nafter"),
        };
        secrets.found_in(&[place], digests, &[]).len()
    };
    for text in [
        secret,
        "a+p%C3%A4ss+%26+%22word%22+%3Cof%3E+one%27s+own%2C+and+long",
        "a p\u{e4}ss &amp; &quot;word&quot; &lt;of&gt; one&#x27;s own, and long",
        r#"a päss & \"word\" <of> one's own, and long"#,
        &basic,
        &beside,
        &hex(plain),
        &hex(plain).to_uppercase(),
        // Half of it.
        secret.split_at(secret.len() / 2).1,
    ] {
        assert_eq!(found(text, Digests::Expected), 1, "{text}");
    }
    let digest = hex(&Sha256::digest(plain));
    assert_eq!(found(&digest, Digests::Expected), 0);
    assert_eq!(found(&digest, Digests::Forbidden), 1);
    assert_eq!(found("a passage and other words", Digests::Forbidden), 0);
}
