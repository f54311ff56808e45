//! What an API wants of the login, and how the application follows (RFC 9470).

use std::time::Duration;

/// The login that an API asks for before it does what it was asked (RFC 9470 §3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepUp {
    /// How strong it is to be, the best first.
    pub acr_values: Vec<String>,
    /// How old it may be.
    pub max_age: Option<Duration>,
}

impl StepUp {
    /// Reads the `WWW-Authenticate` of a refusal; `None` if that has another reason.
    #[must_use]
    pub fn wanted_by(challenge: &str) -> Option<Self> {
        let (scheme, parameters) = challenge.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let parameters = parameters_of(parameters);
        let value = |name: &str| {
            let found = parameters.iter().find(|(other, _)| other == name);
            found.map(|(_, value)| value.as_str())
        };
        if value("error") != Some("insufficient_user_authentication") {
            return None;
        }
        let acr_values = value("acr_values").unwrap_or_default().split(' ');
        let max_age = value("max_age").and_then(|seconds| seconds.parse().ok());
        Some(Self {
            acr_values: acr_values
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect(),
            max_age: max_age.map(Duration::from_secs),
        })
    }
}

/// The parameters of a challenge (RFC 9110 §11.2), by lower-case name.
fn parameters_of(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',', '\t']).to_ascii_lowercase();
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            unquoted(quoted)
        } else {
            let (value, after) = after.split_once(',').unwrap_or((after, ""));
            (value.trim().to_owned(), after)
        };
        found.push((name, value));
        rest = after;
    }
    found
}

/// A text up to its closing quote, and what follows.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, text.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            plain => value.push(plain),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn the_examples_of_the_specification_are_read() {
        let acr = "Bearer error=\"insufficient_user_authentication\", \
                   error_description=\"A different authentication level is required\", \
                   acr_values=\"myACR other\"";
        let expected = StepUp {
            acr_values: vec!["myACR".to_owned(), "other".to_owned()],
            max_age: None,
        };
        assert_eq!(StepUp::wanted_by(acr), Some(expected));

        let age = "bearer realm=\"a \\\"b\\\", c\",ERROR=insufficient_user_authentication, \
                   max_age=\"5\"";
        let expected = StepUp {
            acr_values: Vec::new(),
            max_age: Some(Duration::from_secs(5)),
        };
        assert_eq!(StepUp::wanted_by(age), Some(expected));
    }

    #[test]
    fn other_refusals_ask_for_no_login() {
        for challenge in [
            "",
            "Bearer",
            "Bearer realm=\"notes\"",
            "Bearer error=\"invalid_token\", max_age=\"5\"",
            "Basic error=\"insufficient_user_authentication\"",
            "Bearer error_description=\"error=insufficient_user_authentication\"",
            "Bearer realm=\"open, error=insufficient_user_authentication",
        ] {
            assert_eq!(StepUp::wanted_by(challenge), None, "{challenge}");
        }
    }
}
