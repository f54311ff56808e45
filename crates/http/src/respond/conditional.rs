//! Documents that callers may keep (RFC 9110 §13.1.2, RFC 9111).

use std::fmt::Write as _;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, IF_NONE_MATCH};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest as _, Sha256};

/// The JSON document, or 304 where the caller has it already. `etag` is a strong one, quoted.
pub(crate) fn cacheable(
    request: &HttpRequest,
    document: Bytes,
    etag: &str,
    max_age: Duration,
) -> HttpResponse {
    let mut response = if matches(request.headers(), etag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response.insert_header((
        CACHE_CONTROL,
        format!("public, max-age={}", max_age.as_secs()),
    ));
    response.insert_header((ETAG, etag));
    if matches(request.headers(), etag) {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, "application/json"));
    response.body(document)
}

/// The digest of the document, quoted (RFC 9110 §8.8.3).
pub(crate) fn etag(document: &[u8]) -> String {
    let mut etag = "\"".to_owned();
    for byte in Sha256::digest(document).iter().take(16) {
        // Writing to a string cannot fail.
        let _written = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    etag
}

/// Whether `If-None-Match` names the document; compared weakly, as RFC 9110 §13.1.2 says.
fn matches(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use pretty_assertions::assert_eq;

    use super::*;

    fn answer(if_none_match: Option<&str>) -> HttpResponse {
        let mut request = TestRequest::get();
        if let Some(tags) = if_none_match {
            request = request.insert_header((IF_NONE_MATCH, tags));
        }
        let document = Bytes::from_static(b"{}");
        let max_age = Duration::from_mins(15);
        cacheable(&request.to_http_request(), document, r#""abc""#, max_age)
    }

    #[test]
    fn a_caller_that_has_the_document_gets_no_second_copy() {
        for tags in [r#""abc""#, r#"W/"abc""#, r#""x", "abc""#, "*"] {
            let response = answer(Some(tags));
            assert_eq!(response.status().as_u16(), 304, "{tags}");
            assert_eq!(response.headers().get(ETAG).unwrap(), r#""abc""#);
            assert_eq!(
                response.headers().get(CACHE_CONTROL).unwrap(),
                "public, max-age=900"
            );
        }
    }

    #[test]
    fn every_other_caller_gets_it() {
        for tags in [None, Some(r#""abd""#), Some("abc"), Some("")] {
            let response = answer(tags);
            assert_eq!(response.status().as_u16(), 200, "{tags:?}");
            assert_eq!(
                response.headers().get(CONTENT_TYPE).unwrap(),
                "application/json"
            );
        }
    }
}
