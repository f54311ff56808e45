//! Bodies of forms.

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::BytesMut;
use authly_domain::refusals::{Explanation, Facts, Reason};
use authly_protocol::oauth::ErrorCode;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;

use super::{Parameters, ParametersError, collaborator};
use crate::respond::OAuthFailure;
use crate::settings::HttpSettings;

/// The one content type of forms.
const FORM: &str = "application/x-www-form-urlencoded";

/// The content types of JSON: plain, and the one of changes (RFC 7396).
const JSON: [&str; 2] = ["application/json", "application/merge-patch+json"];

/// Whether the body is said to be a form.
pub(super) fn is_form(request: &HttpRequest) -> bool {
    essence(request) == FORM
}

/// The content type without its parameters, in lower case; empty where absent.
fn essence(request: &HttpRequest) -> String {
    let header = request.headers().get(CONTENT_TYPE);
    let text = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Reads the body as a form, up to the limit of the settings.
pub(super) fn read_form(
    request: &HttpRequest,
    payload: &mut Payload,
) -> LocalBoxFuture<'static, Result<Parameters, ParametersError>> {
    let body = read_whole(request, payload, is_form(request), None);
    Box::pin(async move { Parameters::parse(&body.await?) })
}

/// Reads the body as JSON, which nobody has understood yet, up to the limit of the settings, or
/// `at_least` so many bytes. An absent body is empty, whatever its type.
pub(crate) fn read_json(
    request: &HttpRequest,
    payload: &mut Payload,
    at_least: Option<usize>,
) -> LocalBoxFuture<'static, Result<BytesMut, ParametersError>> {
    let is_absent = !request.headers().contains_key(CONTENT_TYPE);
    let fits = JSON.contains(&essence(request).as_str());
    let body = read_whole(request, payload, fits || is_absent, at_least);
    Box::pin(async move {
        let body = body.await?;
        if is_absent && !body.is_empty() {
            return Err(ParametersError::ContentType);
        }
        Ok(body)
    })
}

/// Reads a body of the right type to its end.
fn read_whole(
    request: &HttpRequest,
    payload: &mut Payload,
    has_right_type: bool,
    at_least: Option<usize>,
) -> LocalBoxFuture<'static, Result<BytesMut, ParametersError>> {
    let settings = collaborator::<HttpSettings>(request);
    let encoded = is_encoded(request);
    let announced = announced_length(request);
    let payload = payload.take();
    Box::pin(async move {
        let limit = settings?.max_body_bytes.max(at_least.unwrap_or(0));
        if !has_right_type {
            return Err(ParametersError::ContentType);
        }
        if encoded {
            return Err(ParametersError::ContentCoding);
        }
        if announced.is_some_and(|length| length > limit) {
            return Err(ParametersError::TooLong);
        }
        read_body(payload, limit).await
    })
}

/// Whether the body is compressed: it is never unpacked here, since a small one can become a large
/// one.
fn is_encoded(request: &HttpRequest) -> bool {
    let mut codings = request.headers().get_all(CONTENT_ENCODING);
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn announced_length(request: &HttpRequest) -> Option<usize> {
    let header = request.headers().get(CONTENT_LENGTH)?;
    header.to_str().ok()?.parse().ok()
}

async fn read_body(mut payload: Payload, limit: usize) -> Result<BytesMut, ParametersError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_source| ParametersError::Unreadable)?;
        if body.len() + chunk.len() > limit {
            return Err(ParametersError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The form of an OAuth endpoint: no parameter stands twice, none holds a NUL.
pub(crate) struct OAuthForm(Parameters);

impl OAuthForm {
    /// Reads the body (OAuth 2.1 §3.2). The query of the address is ignored: credentials must never
    /// stand there (§2.4.1).
    pub(super) fn read(
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> LocalBoxFuture<'static, Result<Self, OAuthFailure>> {
        let body = read_form(request, payload);
        Box::pin(async move { Self::checked(body.await?) })
    }

    /// Refuses repeated parameters (OAuth 2.1 §3.2) and NULs.
    pub(super) fn checked(parameters: Parameters) -> Result<Self, OAuthFailure> {
        let malformed = OAuthFailure::of(ErrorCode::InvalidRequest);
        let repeated = parameters.repeated();
        if !repeated.is_empty() {
            let facts = Facts::default().came(repeated.join(" "));
            return Err(malformed
                .describe("A parameter stands more than once.")
                .because(Explanation::new(Reason::ParameterRepeated, facts)));
        }
        if parameters.hold_nul() {
            return Err(malformed
                .describe("A parameter holds a character that is not allowed.")
                .because(Reason::ParameterNul));
        }
        Ok(Self(parameters))
    }

    /// Takes a parameter that may be absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        self.0.take(name)
    }

    /// Takes every `resource` (RFC 8707 §2).
    pub(crate) fn take_resources(&mut self) -> Vec<String> {
        self.0.take_all("resource")
    }

    /// Takes a parameter that has to be there; `missing` is the text of the refusal.
    pub(crate) fn require(
        &mut self,
        name: &str,
        missing: &'static str,
    ) -> Result<String, OAuthFailure> {
        self.0.take(name).ok_or_else(|| {
            let facts = Facts::default().expected(name).came("none");
            OAuthFailure::of(ErrorCode::InvalidRequest)
                .describe(missing)
                .because(Explanation::new(Reason::ParameterMissing, facts))
        })
    }
}

#[cfg(test)]
impl OAuthForm {
    /// The form in `text`.
    pub(crate) fn of(text: &str) -> Result<Self, OAuthFailure> {
        Self::checked(Parameters::parse(text.as_bytes())?)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use actix_web::web;

    use super::*;

    async fn read(request: TestRequest, limit: usize) -> Result<(), ParametersError> {
        let mut settings = HttpSettings::new("https://auth.example.com".parse().unwrap());
        settings.max_body_bytes = limit;
        let request = request.app_data(web::Data::new(settings));
        let (request, mut payload) = request.to_http_parts();
        read_form(&request, &mut payload).await.map(|_read| ())
    }

    fn form(body: &'static str) -> TestRequest {
        TestRequest::post()
            .insert_header((CONTENT_TYPE, FORM))
            .set_payload(body)
    }

    #[actix_web::test]
    async fn the_content_type_may_carry_a_charset_and_any_case() {
        for value in [
            "application/x-www-form-urlencoded; charset=UTF-8",
            "Application/X-WWW-Form-Urlencoded",
        ] {
            let request = form("a=1").insert_header((CONTENT_TYPE, value));
            assert_eq!(read(request, 64).await, Ok(()), "{value}");
        }
    }

    #[actix_web::test]
    async fn another_content_type_is_refused() {
        for value in ["application/json", "multipart/form-data", ""] {
            let request = form("a=1").insert_header((CONTENT_TYPE, value));
            assert_eq!(
                read(request, 64).await,
                Err(ParametersError::ContentType),
                "{value}"
            );
        }
        let bare = TestRequest::post().set_payload("a=1");
        assert_eq!(read(bare, 64).await, Err(ParametersError::ContentType));
    }

    #[actix_web::test]
    async fn a_body_that_is_compressed_is_refused() {
        for coding in ["gzip", "deflate", "br", "identity, gzip", ""] {
            let request = form("a=1").insert_header((CONTENT_ENCODING, coding));
            let refused = read(request, 64).await;
            assert_eq!(refused, Err(ParametersError::ContentCoding), "{coding}");
        }
        let plain = form("a=1").insert_header((CONTENT_ENCODING, "Identity"));
        assert_eq!(read(plain, 64).await, Ok(()));
    }

    #[actix_web::test]
    async fn a_body_beyond_the_limit_is_refused_announced_or_not() {
        assert_eq!(read(form("a=123"), 5).await, Ok(()));
        assert_eq!(read(form("a=1234"), 5).await, Err(ParametersError::TooLong));
        let announced = form("a=1").insert_header((CONTENT_LENGTH, "6"));
        assert_eq!(read(announced, 5).await, Err(ParametersError::TooLong));
    }
}
