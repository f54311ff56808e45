//! Parameters in `application/x-www-form-urlencoded`, read strictly: what cannot be read is refused
//! instead of repaired, so that no two readers see different values.

use std::collections::BTreeSet;

use authly_domain::refusals::{Explain, Explanation, Reason};

/// Why parameters cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParametersError {
    /// A percent sign without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("the parameters are not well encoded")]
    Malformed,
    /// The body is longer than the limit.
    #[error("the body is too long")]
    TooLong,
    /// The query of the address is longer than the limit.
    #[error("the address is too long")]
    AddressTooLong,
    /// The body is compressed, or encoded otherwise.
    #[error("the content coding is not identity")]
    ContentCoding,
    /// Another content type than `application/x-www-form-urlencoded`.
    #[error("the content type is not application/x-www-form-urlencoded")]
    ContentType,
    /// The connection broke, or the body is shorter than announced.
    #[error("the body could not be read")]
    Unreadable,
    /// A collaborator is missing.
    #[error(transparent)]
    Misconfigured(#[from] super::Misconfigured),
}

impl Explain for ParametersError {
    fn explain(&self) -> Explanation {
        let reason = match self {
            Self::Malformed => Reason::BadEncoding,
            Self::TooLong => Reason::BodyTooLong,
            Self::AddressTooLong => Reason::AddressTooLong,
            Self::ContentCoding => Reason::CompressedBody,
            Self::ContentType => Reason::MediaType,
            Self::Unreadable => Reason::BodyUnreadable,
            Self::Misconfigured(_) => Reason::ServerError,
        };
        reason.into()
    }
}

/// Names and values in order. There is no `Debug`: secrets are among them.
#[derive(Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `name=value&…`.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, ParametersError> {
        let pairs = text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty());
        pairs.map(parse_pair).collect::<Result<_, _>>().map(Self)
    }

    /// The names that stand more than once, each once, but for `resource`, which may (RFC 8707 §2).
    pub(crate) fn repeated(&self) -> Vec<String> {
        let mut repeated = self.repeated_at_all();
        repeated.retain(|name| name != "resource");
        repeated
    }

    /// The names that stand more than once, each once.
    pub(crate) fn repeated_at_all(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let again = self.0.iter().map(|(name, _)| name.as_str());
        let repeated: BTreeSet<_> = again.filter(|name| !seen.insert(*name)).collect();
        repeated.into_iter().map(str::to_owned).collect()
    }

    /// Takes the parameter out, and answers its value, which may be empty.
    pub(crate) fn remove(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(one, _)| one == name)?;
        Some(self.0.remove(at).1)
    }

    /// The names with their values.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a NUL stands somewhere: no parameter of OAuth may hold one.
    pub(crate) fn hold_nul(&self) -> bool {
        let holds = |text: &String| text.contains('\0');
        self.0
            .iter()
            .any(|(name, value)| holds(name) || holds(value))
    }

    /// Takes the value of `name`; an empty one is absent (OAuth 2.1 §3.1).
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let found = self.0.iter_mut().find(|(one, _)| one == name);
        found
            .map(|(_, value)| std::mem::take(value))
            .filter(|value| !value.is_empty())
    }

    /// The value of `name`, which stays; an empty one is absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(one, _)| one == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Takes every value of `name`, without empty ones.
    pub(crate) fn take_all(&mut self, name: &str) -> Vec<String> {
        let found = self.0.iter_mut().filter(|(one, _)| one == name);
        found
            .map(|(_, value)| std::mem::take(value))
            .filter(|value| !value.is_empty())
            .collect()
    }

    /// Writes them again as they were.
    pub(crate) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.0)
            .finish()
    }
}

fn parse_pair(pair: &[u8]) -> Result<(String, String), ParametersError> {
    let mut parts = pair.splitn(2, |byte| *byte == b'=');
    let mut next = || decode(parts.next().unwrap_or_default());
    Ok((next()?, next()?))
}

/// Decodes one name or value: `+` is a space, `%XX` a byte, the whole UTF-8.
pub(super) fn decode(encoded: &[u8]) -> Result<String, ParametersError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else {
                    return Err(ParametersError::Malformed);
                };
                u8::try_from(high * 16 + low).map_err(|_source| ParametersError::Malformed)?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_source| ParametersError::Malformed)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Parameters {
        Parameters::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn plus_and_percent_are_decoded() {
        let mut parameters = parse("a=b+c&state=%C3%A9%26%2B&flag&=x&&last=1=2");
        assert_eq!(parameters.take("a").as_deref(), Some("b c"));
        assert_eq!(parameters.take("state").as_deref(), Some("é&+"));
        assert_eq!(parameters.take("last").as_deref(), Some("1=2"));
        assert_eq!(parameters.take("flag"), None);
    }

    #[test]
    fn an_empty_parameter_equals_an_absent_one() {
        assert_eq!(parse("code=").take("code"), None);
        assert_eq!(parse("").take("code"), None);
        assert_eq!(parse("resource=&resource=a").take_all("resource"), ["a"]);
    }

    #[test]
    fn every_parameter_but_resource_stands_once() {
        let parameters = parse("b=1&a=1&resource=x&a=&b=2&a=3&resource=y&c=1");
        assert_eq!(parameters.repeated(), ["a", "b"]);
        assert!(parse("a=1&b=1&resource=x&resource=x").repeated().is_empty());
    }

    #[test]
    fn what_is_not_well_encoded_is_refused() {
        for text in [
            "a=%",
            "a=%4",
            "a=%zz",
            "%=1",
            "a=%+1",
            "a=%C3",
            "a=%FF",
            "a=%ED%A0%80",
        ] {
            let refused = Parameters::parse(text.as_bytes()).map(|_read| ());
            assert_eq!(refused, Err(ParametersError::Malformed), "{text}");
        }
        let raw = Parameters::parse(b"a=\xFF").map(|_read| ());
        assert_eq!(raw, Err(ParametersError::Malformed));
    }

    #[test]
    fn a_nul_is_found_in_names_and_values() {
        assert!(parse("a=x%00y").hold_nul());
        assert!(parse("%00=1").hold_nul());
        assert!(!parse("a=1&b=%25").hold_nul());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(pairs: Vec<(String, String)>) {
            let written = Parameters(pairs.clone()).encode();
            prop_assert_eq!(Parameters::parse(written.as_bytes()).unwrap().0, pairs);
        }

        #[test]
        fn what_is_read_another_reader_reads_the_same(text in "([a-c%+=&]|%[0-9A-Fa-f]{2}){0,24}") {
            if let Ok(parameters) = Parameters::parse(text.as_bytes()) {
                let reference: Vec<_> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
                prop_assert_eq!(parameters.0, reference);
            }
        }

        #[test]
        fn what_other_writers_write_is_read(pairs: Vec<(String, String)>, space: bool) {
            let mut written = form_urlencoded::Serializer::new(String::new());
            let written = written.extend_pairs(&pairs).finish();
            let written = if space { written.replace('+', "%20") } else { written };
            prop_assert_eq!(Parameters::parse(written.as_bytes()).unwrap().0, pairs);
        }

        #[test]
        fn what_is_repeated_does_not_hang_on_the_order(
            names in prop::collection::vec("[a-c]|resource", 0..8),
            by: prop::sample::Index,
        ) {
            let written = |names: &[String]| names.iter().map(|name| format!("{name}=1")).collect::<Vec<_>>().join("&");
            let mut turned = names.clone();
            turned.rotate_left(by.index(names.len().max(1)));
            let repeated = parse(&written(&names)).repeated();
            prop_assert_eq!(parse(&written(&turned)).repeated(), repeated.clone());
            for name in &names {
                let count = names.iter().filter(|other| *other == name).count();
                prop_assert_eq!(repeated.contains(name), count > 1 && name != "resource");
            }
        }

        #[test]
        fn no_bytes_make_the_reader_fail(bytes: Vec<u8>) {
            let _outcome = Parameters::parse(&bytes).map(|parameters| parameters.repeated());
        }
    }
}
