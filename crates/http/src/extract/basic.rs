//! `Authorization: Basic`, as OAuth uses it.

use authly_domain::refusals::{Explain, Explanation, Facts, Reason};
use authly_domain::secret::ClientSecret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::parameters::decode;

/// Why an `Authorization` header authenticates no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BasicError {
    /// Another scheme.
    #[error("the scheme of the Authorization header is not Basic")]
    Scheme,
    /// The credentials are no base64 of `client_id:client_secret`, both form-encoded.
    #[error("the Basic credentials are malformed")]
    Malformed,
}

impl Explain for BasicError {
    fn explain(&self) -> Explanation {
        let facts = Facts::default().expected("Basic, with client_id and client_secret");
        let facts = match self {
            Self::Scheme => facts.more("Its scheme is another."),
            Self::Malformed => {
                facts.more("They have to be form-encoded, joined by a colon, in base64.")
            }
        };
        Explanation::new(Reason::BasicMalformed, facts)
    }
}

/// The credentials in the header.
#[derive(Debug)]
pub(super) struct BasicCredentials {
    pub(super) client_id: String,
    pub(super) client_secret: ClientSecret,
}

impl BasicCredentials {
    /// Reads the header's value (RFC 7617 §2). Both parts are form-encoded before they are joined
    /// (RFC 6749 §2.3.1), so that exactly one colon is left.
    pub(super) fn parse(header: &[u8]) -> Result<Self, BasicError> {
        let text = std::str::from_utf8(header).map_err(|_source| BasicError::Malformed)?;
        let (scheme, credentials) = text.split_once(' ').unwrap_or((text, ""));
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(BasicError::Scheme);
        }
        let malformed = BasicError::Malformed;
        let joined = STANDARD
            .decode(credentials.trim_matches(' '))
            .map_err(|_source| malformed)?;
        let mut parts = joined.split(|byte| *byte == b':');
        let (Some(id), Some(secret), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed);
        };
        let id = decode(id).map_err(|_source| malformed)?;
        let secret = decode(secret).map_err(|_source| malformed)?;
        if id.is_empty() || id.contains('\0') || secret.contains('\0') {
            return Err(malformed);
        }
        Ok(Self {
            client_id: id,
            client_secret: ClientSecret::new(secret),
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    fn parse(header: &str) -> Result<(String, String), BasicError> {
        BasicCredentials::parse(header.as_bytes())
            .map(|read| (read.client_id, read.client_secret.expose().to_owned()))
    }

    fn basic(joined: &str) -> String {
        format!("Basic {}", STANDARD.encode(joined))
    }

    fn pair(id: &str, secret: &str) -> (String, String) {
        (id.to_owned(), secret.to_owned())
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        let header = basic("web:secret");
        for scheme in ["Basic", "basic", "BASIC"] {
            let header = header.replace("Basic", scheme);
            assert_eq!(parse(&header), Ok(pair("web", "secret")));
        }
        assert_eq!(parse("Bearer abc"), Err(BasicError::Scheme));
        assert_eq!(parse(""), Err(BasicError::Scheme));
    }

    #[test]
    fn both_parts_are_form_decoded() {
        let header = basic("https%3A%2F%2Fapp.example%2F:a%3Ab+c%25%C3%A9");
        assert_eq!(parse(&header), Ok(pair("https://app.example/", "a:b c%é")));
    }

    #[test]
    fn an_empty_secret_is_presented_as_one() {
        assert_eq!(parse(&basic("web:")), Ok(pair("web", "")));
    }

    #[test]
    fn broken_headers_are_refused() {
        let broken = [
            "Basic".to_owned(),
            "Basic ".to_owned(),
            "Basic d2ViOnNlY3JldA".replace("ldA", "l%A"),
            format!(
                "Basic {}",
                STANDARD.encode("web:secret").trim_end_matches('=')
            ),
            "Basic d2Vi OnNl".to_owned(),
            basic("web"),
            basic(":secret"),
            basic("web:se:cret"),
            basic("web:100%"),
            basic("web:%00"),
            basic("web:\0"),
            format!("Basic {}", STANDARD.encode(b"web:\xFF")),
        ];
        for header in broken {
            assert_eq!(parse(&header), Err(BasicError::Malformed), "{header}");
        }
    }

    proptest! {
        #[test]
        fn encoded_credentials_are_read_as_they_were(id in "[^\0]+", secret in "[^\0]*") {
            let encode = |text: &str| {
                form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
            };
            let header = basic(&format!("{}:{}", encode(&id), encode(&secret)));
            prop_assert_eq!(parse(&header), Ok((id, secret)));
        }

        #[test]
        fn no_header_makes_the_reader_fail(header: Vec<u8>) {
            let _outcome = BasicCredentials::parse(&header);
        }
    }
}
