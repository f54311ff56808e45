//! The access token of a request (OAuth 2.1 §5.1): in the header or in a form, never in the query.

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use authly_domain::refusals::Reason;
use authly_domain::secret::AccessToken;
use authly_protocol::oauth::ErrorCode;
use futures_util::future::LocalBoxFuture;

use super::OAuthForm;
use super::form::is_form;
use crate::respond::{Challenge, OAuthFailure};

/// The access token that a request carries.
pub(crate) struct BearerToken(pub(crate) AccessToken);

impl FromRequest for BearerToken {
    type Error = OAuthFailure;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthFailure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let header = header_token(request.headers());
        let has_form = request.method() == Method::POST && is_form(request);
        let form = has_form.then(|| OAuthForm::read(request, payload));
        Box::pin(async move {
            let posted = match form {
                Some(form) => form
                    .await
                    .map_err(OAuthFailure::for_bearer)?
                    .take("access_token"),
                None => None,
            };
            the_one_token(header?, posted).map(Self)
        })
    }
}

/// The token in the `Authorization` header; `None` where the header is absent or has another scheme.
pub(crate) fn header_token(headers: &HeaderMap) -> Result<Option<AccessToken>, OAuthFailure> {
    let mut values = headers.get_all(AUTHORIZATION);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(several_tokens());
    }
    let text = value.to_str().unwrap_or_default();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim_matches(' ');
    // The grammar `b64token` of RFC 6750 §2.1.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if token.is_empty() || !token.bytes().all(allowed) {
        return Err(OAuthFailure::of(ErrorCode::InvalidToken)
            .challenged_by(Challenge::Bearer)
            .because(Reason::TokenMalformed));
    }
    Ok(Some(AccessToken::new(token.to_owned())))
}

/// One token by one method (OAuth 2.1 §5.1).
fn the_one_token(
    header: Option<AccessToken>,
    posted: Option<String>,
) -> Result<AccessToken, OAuthFailure> {
    match (header, posted) {
        (Some(_), Some(_)) => Err(several_tokens()),
        (Some(token), None) => Ok(token),
        (None, Some(posted)) => Ok(AccessToken::new(posted)),
        // Without credentials no error is named in the header (OAuth 2.1 §5.3.2).
        (None, None) => Err(OAuthFailure::of(ErrorCode::InvalidToken)
            .challenged_by(Challenge::BearerAlone)
            .because(Reason::TokenMissing)),
    }
}

fn several_tokens() -> OAuthFailure {
    OAuthFailure::of(ErrorCode::InvalidRequest)
        .describe("The access token is sent in more than one way.")
        .challenged_by(Challenge::Bearer)
        .because(Reason::SeveralTokens)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;
    use actix_web::web;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;
    use crate::settings::HttpSettings;

    async fn token(request: TestRequest) -> Result<String, ErrorCode> {
        let settings = HttpSettings::new("https://auth.example.com".parse().unwrap());
        let request = request.app_data(web::Data::new(settings));
        let (request, mut payload) = request.to_http_parts();
        let token = BearerToken::from_request(&request, &mut payload).await;
        token
            .map(|token| token.0.expose().to_owned())
            .map_err(|failure| failure.code())
    }

    fn posted(body: &'static str) -> TestRequest {
        TestRequest::post()
            .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
            .set_payload(body)
    }

    #[actix_web::test]
    async fn the_header_is_read_in_any_case_of_its_scheme() {
        for header in ["Bearer a.b-c_d", "bearer a.b-c_d", "BEARER  a.b-c_d"] {
            let request = TestRequest::get().insert_header((AUTHORIZATION, header));
            assert_eq!(token(request).await, Ok("a.b-c_d".to_owned()));
        }
    }

    #[actix_web::test]
    async fn a_form_may_carry_the_token() {
        assert_eq!(
            token(posted("access_token=a.b.c")).await,
            Ok("a.b.c".to_owned())
        );
    }

    #[actix_web::test]
    async fn the_query_is_ignored() {
        let request = TestRequest::get().uri("/oidc/userinfo?access_token=a.b.c");
        assert_eq!(token(request).await, Err(ErrorCode::InvalidToken));
    }

    #[actix_web::test]
    async fn a_body_that_is_no_form_is_ignored() {
        let request = TestRequest::post()
            .insert_header((AUTHORIZATION, "Bearer a.b.c"))
            .insert_header(("Content-Type", "application/json"))
            .set_payload("{}");
        assert_eq!(token(request).await, Ok("a.b.c".to_owned()));
    }

    #[actix_web::test]
    async fn a_token_sent_twice_is_an_invalid_request() {
        let both = posted("access_token=a.b.c").insert_header((AUTHORIZATION, "Bearer a.b.c"));
        assert_eq!(token(both).await, Err(ErrorCode::InvalidRequest));
        let repeated = posted("access_token=a&access_token=b");
        assert_eq!(token(repeated).await, Err(ErrorCode::InvalidRequest));
        let headers = TestRequest::get()
            .append_header((AUTHORIZATION, "Bearer a"))
            .append_header((AUTHORIZATION, "Bearer b"));
        assert_eq!(token(headers).await, Err(ErrorCode::InvalidRequest));
    }

    #[actix_web::test]
    async fn a_header_without_a_token_is_an_invalid_token() {
        for header in ["Bearer", "Bearer ", "Bearer a b", "Bearer \"a\""] {
            let request = TestRequest::get().insert_header((AUTHORIZATION, header));
            assert_eq!(
                token(request).await,
                Err(ErrorCode::InvalidToken),
                "{header}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_token_in_the_header_has_the_grammar_of_rfc_6750(token in "[A-Za-z0-9._~+/=-]{1,60}", odd in "[ -~]{0,20}") {
            let read = |header: &str| {
                let mut headers = HeaderMap::new();
                headers.insert(AUTHORIZATION, HeaderValue::from_str(header).unwrap());
                let token = header_token(&headers);
                token.map(|token| token.map(|token| token.expose().to_owned())).map_err(|error| error.code())
            };
            prop_assert_eq!(read(&format!("Bearer {token}")), Ok(Some(token.clone())));
            prop_assert_eq!(read(&format!("Basic {token}")), Ok(None));
            let grammar = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
            match read(&format!("Bearer {token}{odd}")) {
                Ok(Some(read)) => prop_assert!(read.bytes().all(grammar)),
                refused => prop_assert_eq!(refused, Err(ErrorCode::InvalidToken)),
            }
        }
    }
}
